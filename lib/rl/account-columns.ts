/**
 * The accounts of a batch of environments as columns: cash, units, lots first in first out. What a trade needs is done here on plain
 * numbers; corporate actions, payments and lots with a past (locked shares, untaxed dividends) go through the market room's own book.
 */
import type { EpochDay, Instrument } from '../core/index.js';
import { SingleBook, type SingleBookState } from '../market/index.js';
import type { EnvAction } from './env-market.js';

type HeldLot = SingleBookState['lots'][number];
type Receivable = SingleBookState['receivables'][number];

const NOT_LOCKED = -0x80000000;
const NO_RECEIVABLES: Receivable[] = [];

export class AccountColumns {
  readonly cash: Float64Array;
  readonly receivable: Float64Array;
  readonly quantity: Float64Array;
  /** Value of the position at the last close, minor units. */
  readonly value: Float64Array;
  /** Sum of the lots' costs, in their order. */
  readonly cost: Float64Array;
  /** 1 = a dividend is on its way. */
  readonly awaits: Uint8Array;
  /** 1 = no lot is locked or has an untaxed dividend. */
  readonly plain: Uint8Array;
  /** Units of the newest session's buys, and that session. */
  readonly #newUnits: Float64Array;
  readonly #newSession: Int32Array;
  /** Lots of account i lie at [i * capacity + head[i], i * capacity + tail[i]). */
  #capacity = 16;
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  #lotQuantity: Float64Array;
  #lotCost: Float64Array;
  #lotDay: Int32Array;
  #lotSession: Int32Array;
  #lotLocked: Int32Array;
  /** By account, then by place among its lots; empty while the account is plain. */
  readonly #untaxed: HeldLot['untaxed'][][];
  readonly #receivables: Receivable[][];
  readonly #books = new Map<Instrument, SingleBook>();

  constructor(count: number) {
    this.cash = new Float64Array(count);
    this.receivable = new Float64Array(count);
    this.quantity = new Float64Array(count);
    this.value = new Float64Array(count);
    this.cost = new Float64Array(count);
    this.awaits = new Uint8Array(count);
    this.plain = new Uint8Array(count);
    this.#newUnits = new Float64Array(count);
    this.#newSession = new Int32Array(count);
    this.#head = new Int32Array(count);
    this.#tail = new Int32Array(count);
    const lots = count * this.#capacity;
    this.#lotQuantity = new Float64Array(lots);
    this.#lotCost = new Float64Array(lots);
    this.#lotDay = new Int32Array(lots);
    this.#lotSession = new Int32Array(lots);
    this.#lotLocked = new Int32Array(lots);
    this.#untaxed = Array.from({ length: count }, () => []);
    this.#receivables = Array.from({ length: count }, () => NO_RECEIVABLES);
  }

  /** All cash, nothing held. */
  open(i: number, cashMinor: number): void {
    this.cash[i] = cashMinor;
    this.receivable[i] = 0;
    this.quantity[i] = 0;
    this.value[i] = 0;
    this.cost[i] = 0;
    this.awaits[i] = 0;
    this.plain[i] = 1;
    this.#newUnits[i] = 0;
    this.#newSession[i] = -1;
    this.#head[i] = 0;
    this.#tail[i] = 0;
    if (this.#untaxed[i]!.length > 0) this.#untaxed[i] = [];
    this.#receivables[i] = NO_RECEIVABLES;
  }

  equity(i: number): number {
    return this.cash[i]! + this.receivable[i]! + this.value[i]!;
  }

  /** Units that can be sold in a session. `settlement`: sessions until bought units may be sold. */
  sellable(i: number, day: EpochDay, session: number, settlement: number): number {
    if (this.plain[i] === 1) {
      return settlement === 1 && this.#newSession[i] === session ? this.quantity[i]! - this.#newUnits[i]! : this.quantity[i]!;
    }
    const base = i * this.#capacity;
    let units = 0;
    for (let k = base + this.#head[i]!; k < base + this.#tail[i]!; k++) {
      const locked = this.#lotLocked[k]!;
      if (session - this.#lotSession[k]! >= settlement && (locked === NOT_LOCKED || day > locked)) units += this.#lotQuantity[k]!;
    }
    return units;
  }

  /** Adds a lot that cost `cost`, fees included, and takes it off the cash; buys of one session become one lot. */
  buy(i: number, quantity: number, cost: number, day: EpochDay, session: number): void {
    this.cash[i]! -= cost;
    this.quantity[i]! += quantity;
    const base = i * this.#capacity;
    const last = base + this.#tail[i]! - 1;
    if (
      this.#tail[i]! > this.#head[i]! &&
      this.#lotSession[last] === session &&
      this.#lotLocked[last] === NOT_LOCKED &&
      (this.plain[i] === 1 || this.#untaxed[i]![last - base - this.#head[i]!] === null)
    ) {
      this.#lotQuantity[last]! += quantity;
      this.#lotCost[last]! += cost;
      this.#newUnits[i]! += quantity;
      this.#sumCost(i);
      return;
    }
    if (this.#tail[i] === this.#capacity) this.#makeRoom(i);
    const at = i * this.#capacity + this.#tail[i]!++;
    this.#lotQuantity[at] = quantity;
    this.#lotCost[at] = cost;
    this.#lotDay[at] = day;
    this.#lotSession[at] = session;
    this.#lotLocked[at] = NOT_LOCKED;
    if (this.plain[i] === 0) this.#untaxed[i]!.push(null);
    this.cost[i]! += cost;
    this.#newUnits[i] = quantity;
    this.#newSession[i] = session;
  }

  /** Dividend tax that a sale makes due, minor units. */
  taxOfSale(i: number, instrument: Instrument, quantity: number, day: EpochDay, session: number, settlement: number): number {
    return this.plain[i] === 1 ? 0 : this.#book(instrument).taxOfSale(this.#take(i), quantity, day, session, settlement);
  }

  /** Takes sellable units away and `proceeds` in. */
  sell(i: number, instrument: Instrument, quantity: number, proceeds: number, day: EpochDay, session: number, settlement: number): void {
    this.cash[i]! += proceeds;
    if (this.plain[i] === 0) {
      const state = this.#take(i);
      this.#book(instrument).remove(state, quantity, day, session, settlement);
      this.#give(i, state);
      return;
    }
    const rest = this.quantity[i]! - quantity;
    this.quantity[i] = rest;
    if (rest === 0) {
      this.#head[i] = 0;
      this.#tail[i] = 0;
      this.cost[i] = 0;
      return;
    }
    const base = i * this.#capacity;
    let at = base + this.#head[i]!;
    let left = quantity;
    while (left > 0) {
      const units = this.#lotQuantity[at]!;
      if (units > left) {
        this.#lotCost[at]! -= (this.#lotCost[at]! * left) / units;
        this.#lotQuantity[at] = units - left;
        left = 0;
      } else {
        left -= units;
        at++;
      }
    }
    this.#head[i] = at - base;
    this.#sumCost(i);
  }

  /** What a corporate action does to a position at the open of its ex-day. */
  act(i: number, instrument: Instrument, { action, rules }: EnvAction, session: number): void {
    const state = this.#take(i);
    this.#book(instrument).act(state, action, rules, session);
    this.#give(i, state);
  }

  /** Pays what is due at the close of a session. */
  pay(i: number, instrument: Instrument, day: EpochDay, session: number): void {
    const state = this.#take(i);
    this.#book(instrument).pay(state, day, session);
    this.#give(i, state);
  }

  /** Plain JSON of one account. */
  snapshot(i: number): SingleBookState & { readonly value: number } {
    return { ...structuredClone(this.#take(i)), value: this.value[i]! };
  }

  restore(i: number, saved: SingleBookState & { readonly value: number }): void {
    this.open(i, 0);
    this.#give(i, structuredClone(saved));
    this.value[i] = saved.value;
  }

  #sumCost(i: number): void {
    const base = i * this.#capacity;
    let sum = 0;
    for (let k = base + this.#head[i]!; k < base + this.#tail[i]!; k++) sum += this.#lotCost[k]!;
    this.cost[i] = sum;
  }

  #book(instrument: Instrument): SingleBook {
    let book = this.#books.get(instrument);
    if (book === undefined) this.#books.set(instrument, (book = new SingleBook(instrument)));
    return book;
  }

  #take(i: number): SingleBookState {
    const base = i * this.#capacity;
    const from = base + this.#head[i]!;
    const lots: HeldLot[] = [];
    for (let k = from; k < base + this.#tail[i]!; k++) {
      const locked = this.#lotLocked[k]!;
      lots.push({
        quantity: this.#lotQuantity[k]!,
        boughtOn: this.#lotDay[k]!,
        boughtIndex: this.#lotSession[k]!,
        costMinor: this.#lotCost[k]!,
        lockedThrough: locked === NOT_LOCKED ? null : locked,
        untaxed: this.plain[i] === 1 ? null : this.#untaxed[i]![k - from]!,
      });
    }
    return {
      lots,
      quantity: this.quantity[i]!,
      cashMinor: this.cash[i]!,
      receivableMinor: this.receivable[i]!,
      receivables: [...this.#receivables[i]!],
    };
  }

  #give(i: number, state: SingleBookState): void {
    const { lots } = state;
    this.cash[i] = state.cashMinor;
    this.receivable[i] = state.receivableMinor;
    this.quantity[i] = state.quantity;
    this.#receivables[i] = state.receivables;
    this.awaits[i] = state.receivables.length > 0 ? 1 : 0;
    const plain = lots.every((lot) => lot.lockedThrough === null && lot.untaxed === null);
    this.plain[i] = plain ? 1 : 0;
    this.#untaxed[i] = plain ? [] : lots.map((lot) => lot.untaxed);
    this.#head[i] = 0;
    this.#tail[i] = 0;
    while (lots.length >= this.#capacity) this.#grow();
    const base = i * this.#capacity;
    lots.forEach((lot, k) => {
      this.#lotQuantity[base + k] = lot.quantity;
      this.#lotCost[base + k] = lot.costMinor;
      this.#lotDay[base + k] = lot.boughtOn;
      this.#lotSession[base + k] = lot.boughtIndex;
      this.#lotLocked[base + k] = lot.lockedThrough ?? NOT_LOCKED;
    });
    this.#tail[i] = lots.length;
    const newest = lots[lots.length - 1];
    this.#newSession[i] = newest?.boughtIndex ?? -1;
    this.#newUnits[i] = 0;
    for (const lot of lots) if (lot.boughtIndex === this.#newSession[i]) this.#newUnits[i]! += lot.quantity;
    this.#sumCost(i);
  }

  /** Moves the lots of an account to the front of its stretch, or makes all stretches longer. */
  #makeRoom(i: number): void {
    const head = this.#head[i]!;
    if (head === 0) {
      this.#grow();
      return;
    }
    const base = i * this.#capacity;
    for (const column of this.#lotColumns()) column.copyWithin(base, base + head, base + this.#tail[i]!);
    this.#tail[i]! -= head;
    this.#head[i] = 0;
  }

  #lotColumns(): (Float64Array | Int32Array)[] {
    return [this.#lotQuantity, this.#lotCost, this.#lotDay, this.#lotSession, this.#lotLocked];
  }

  #grow(): void {
    const from = this.#capacity;
    const to = from * 2;
    const widened = <T extends Float64Array | Int32Array>(column: T, wider: T): T => {
      for (let k = 0; k < column.length / from; k++) wider.set(column.subarray(k * from, (k + 1) * from), k * to);
      return wider;
    };
    const lots = this.#head.length * to;
    this.#lotQuantity = widened(this.#lotQuantity, new Float64Array(lots));
    this.#lotCost = widened(this.#lotCost, new Float64Array(lots));
    this.#lotDay = widened(this.#lotDay, new Int32Array(lots));
    this.#lotSession = widened(this.#lotSession, new Int32Array(lots));
    this.#lotLocked = widened(this.#lotLocked, new Int32Array(lots));
    this.#capacity = to;
  }
}
