/**
 * The accounts of a batch of environments as columns: cash, units, lots first in first out. What a trade needs is done here on plain
 * numbers; corporate actions, payments and lots with a past (locked shares, untaxed dividends) go through the market room's own book.
 */
import type { EpochDay, Instrument } from '../core/index.js';
import { SingleBook, type SingleBookState } from '../market/index.js';
import { type EnvMemory, KERNEL_LOTS } from './env-kernel.js';
import type { EnvAction } from './env-market.js';
import {
  LOT_COST,
  LOT_DAY,
  LOT_LOCKED,
  LOT_QUANTITY,
  LOT_SESSION,
  LOT_WIDTH,
  lotRecords,
  MARK_WIDTH,
  NOT_LOCKED,
  widened,
} from './lot-records.js';

type HeldLot = SingleBookState['lots'][number];
type Receivable = SingleBookState['receivables'][number];

const NO_RECEIVABLES: Receivable[] = [];

export interface AccountColumns {
  readonly cash: Float64Array;
  readonly receivable: Float64Array;
  readonly quantity: Float64Array;
  /** Value of the position at the last close, minor units. */
  readonly value: Float64Array;
  /** Sum of the lots' costs, in their order. */
  readonly cost: Float64Array;
  /** 1 = a dividend is on its way. */
  readonly awaits: Uint8Array;
  /** Whether the lots still lie where the kernel finds them. */
  inKernel(): boolean;
  /** All cash, nothing held. */
  open(i: number, cashMinor: number): void;
  equity(i: number): number;
  /** Units that can be sold in a session. `settlement`: sessions until bought units may be sold. */
  sellable(i: number, day: EpochDay, session: number, settlement: number): number;
  /** Adds a lot that cost `cost`, fees included, and takes it off the cash; buys of one session become one lot. */
  buy(i: number, quantity: number, cost: number, day: EpochDay, session: number): void;
  /** Dividend tax that a sale makes due, minor units. */
  taxOfSale(i: number, instrument: Instrument, quantity: number, day: EpochDay, session: number, settlement: number): number;
  /** Takes sellable units away and `proceeds` in. */
  sell(i: number, instrument: Instrument, quantity: number, proceeds: number, day: EpochDay, session: number, settlement: number): void;
  /** What a corporate action does to a position at the open of its ex-day. */
  act(i: number, instrument: Instrument, action: EnvAction, session: number): void;
  /** Pays what is due at the close of a session. */
  pay(i: number, instrument: Instrument, day: EpochDay, session: number): void;
  /** Plain JSON of one account. */
  snapshot(i: number): SavedAccount;
  restore(i: number, saved: SavedAccount): void;
}

export type SavedAccount = SingleBookState & { readonly value: number };

/** Functions over captured columns: engines run them a good deal faster than methods of an object. */
export function accountColumns(count: number, memory: EnvMemory): AccountColumns {
  const { cash, receivable, quantity, value, cost, awaits, head, tail } = memory;
  /** `plain`: 1 = no lot is locked or has an untaxed dividend. `newUnits`: units of the newest session's buys, and that session. */
  const { plain, newUnits, newSession } = memory;
  /** Lots of account i lie at [i * capacity + head[i], i * capacity + tail[i]). */
  let { capacity, numbers, marks } = lotRecords(memory.lots, KERNEL_LOTS);
  /** By account, then by place among its lots; empty while the account is plain. */
  const untaxed: HeldLot['untaxed'][][] = Array.from({ length: count }, () => []);
  const receivables: Receivable[][] = Array.from({ length: count }, () => NO_RECEIVABLES);
  const books = new Map<Instrument, SingleBook>();

  function open(i: number, cashMinor: number): void {
    cash[i] = cashMinor;
    receivable[i] = 0;
    quantity[i] = 0;
    value[i] = 0;
    cost[i] = 0;
    awaits[i] = 0;
    plain[i] = 1;
    newUnits[i] = 0;
    newSession[i] = -1;
    head[i] = 0;
    tail[i] = 0;
    if (untaxed[i]!.length > 0) untaxed[i] = [];
    receivables[i] = NO_RECEIVABLES;
  }

  const equity = (i: number): number => cash[i]! + receivable[i]! + value[i]!;

  function sellable(i: number, day: EpochDay, session: number, settlement: number): number {
    if (plain[i] === 1) {
      return settlement === 1 && newSession[i] === session ? quantity[i]! - newUnits[i]! : quantity[i]!;
    }
    const base = i * capacity;
    let units = 0;
    for (let k = base + head[i]!; k < base + tail[i]!; k++) {
      const locked = marks[k * MARK_WIDTH + LOT_LOCKED]!;
      if (session - marks[k * MARK_WIDTH + LOT_SESSION]! >= settlement && (locked === NOT_LOCKED || day > locked))
        units += numbers[k * LOT_WIDTH + LOT_QUANTITY]!;
    }
    return units;
  }

  function buy(i: number, units: number, paid: number, day: EpochDay, session: number): void {
    cash[i]! -= paid;
    quantity[i]! += units;
    const base = i * capacity;
    const last = base + tail[i]! - 1;
    if (
      tail[i]! > head[i]! &&
      marks[last * MARK_WIDTH + LOT_SESSION] === session &&
      marks[last * MARK_WIDTH + LOT_LOCKED] === NOT_LOCKED &&
      (plain[i] === 1 || untaxed[i]![last - base - head[i]!] === null)
    ) {
      numbers[last * LOT_WIDTH + LOT_QUANTITY]! += units;
      numbers[last * LOT_WIDTH + LOT_COST]! += paid;
      newUnits[i]! += units;
      sumCost(i);
      return;
    }
    if (tail[i] === capacity) makeRoom(i);
    const at = i * capacity + tail[i]!++;
    numbers[at * LOT_WIDTH + LOT_QUANTITY] = units;
    numbers[at * LOT_WIDTH + LOT_COST] = paid;
    marks[at * MARK_WIDTH + LOT_DAY] = day;
    marks[at * MARK_WIDTH + LOT_SESSION] = session;
    marks[at * MARK_WIDTH + LOT_LOCKED] = NOT_LOCKED;
    if (plain[i] === 0) untaxed[i]!.push(null);
    cost[i]! += paid;
    newUnits[i] = units;
    newSession[i] = session;
  }

  function taxOfSale(i: number, instrument: Instrument, units: number, day: EpochDay, session: number, settlement: number): number {
    return plain[i] === 1 ? 0 : book(instrument).taxOfSale(take(i), units, day, session, settlement);
  }

  function sell(
    i: number,
    instrument: Instrument,
    sold: number,
    proceeds: number,
    day: EpochDay,
    session: number,
    settlement: number,
  ): void {
    cash[i]! += proceeds;
    if (plain[i] === 0) {
      const state = take(i);
      book(instrument).remove(state, sold, day, session, settlement);
      give(i, state);
      return;
    }
    const rest = quantity[i]! - sold;
    quantity[i] = rest;
    if (rest === 0) {
      head[i] = 0;
      tail[i] = 0;
      cost[i] = 0;
      return;
    }
    const base = i * capacity;
    let at = base + head[i]!;
    let left = sold;
    while (left > 0) {
      const units = numbers[at * LOT_WIDTH + LOT_QUANTITY]!;
      if (units > left) {
        numbers[at * LOT_WIDTH + LOT_COST]! -= (numbers[at * LOT_WIDTH + LOT_COST]! * left) / units;
        numbers[at * LOT_WIDTH + LOT_QUANTITY] = units - left;
        left = 0;
      } else {
        left -= units;
        at++;
      }
    }
    head[i] = at - base;
    sumCost(i);
  }

  function act(i: number, instrument: Instrument, { action, rules }: EnvAction, session: number): void {
    const state = take(i);
    book(instrument).act(state, action, rules, session);
    give(i, state);
  }

  function pay(i: number, instrument: Instrument, day: EpochDay, session: number): void {
    const state = take(i);
    book(instrument).pay(state, day, session);
    give(i, state);
  }

  function snapshot(i: number): SavedAccount {
    return { ...structuredClone(take(i)), value: value[i]! };
  }

  function restore(i: number, saved: SavedAccount): void {
    open(i, 0);
    give(i, structuredClone(saved));
    value[i] = saved.value;
  }

  function sumCost(i: number): void {
    const base = i * capacity;
    let sum = 0;
    for (let k = base + head[i]!; k < base + tail[i]!; k++) sum += numbers[k * LOT_WIDTH + LOT_COST]!;
    cost[i] = sum;
  }

  function book(instrument: Instrument): SingleBook {
    let known = books.get(instrument);
    if (known === undefined) books.set(instrument, (known = new SingleBook(instrument)));
    return known;
  }

  function take(i: number): SingleBookState {
    const base = i * capacity;
    const from = base + head[i]!;
    const lots: HeldLot[] = [];
    for (let k = from; k < base + tail[i]!; k++) {
      const locked = marks[k * MARK_WIDTH + LOT_LOCKED]!;
      lots.push({
        quantity: numbers[k * LOT_WIDTH + LOT_QUANTITY]!,
        boughtOn: marks[k * MARK_WIDTH + LOT_DAY]!,
        boughtIndex: marks[k * MARK_WIDTH + LOT_SESSION]!,
        costMinor: numbers[k * LOT_WIDTH + LOT_COST]!,
        lockedThrough: locked === NOT_LOCKED ? null : locked,
        untaxed: plain[i] === 1 ? null : untaxed[i]![k - from]!,
      });
    }
    return {
      lots,
      quantity: quantity[i]!,
      cashMinor: cash[i]!,
      receivableMinor: receivable[i]!,
      receivables: [...receivables[i]!],
    };
  }

  function give(i: number, state: SingleBookState): void {
    const { lots } = state;
    cash[i] = state.cashMinor;
    receivable[i] = state.receivableMinor;
    quantity[i] = state.quantity;
    receivables[i] = state.receivables;
    awaits[i] = state.receivables.length > 0 ? 1 : 0;
    const simple = lots.every((lot) => lot.lockedThrough === null && lot.untaxed === null);
    plain[i] = simple ? 1 : 0;
    untaxed[i] = simple ? [] : lots.map((lot) => lot.untaxed);
    head[i] = 0;
    tail[i] = 0;
    while (lots.length >= capacity) grow();
    const base = i * capacity;
    lots.forEach((lot, k) => {
      numbers[(base + k) * LOT_WIDTH + LOT_QUANTITY] = lot.quantity;
      numbers[(base + k) * LOT_WIDTH + LOT_COST] = lot.costMinor;
      marks[(base + k) * MARK_WIDTH + LOT_DAY] = lot.boughtOn;
      marks[(base + k) * MARK_WIDTH + LOT_SESSION] = lot.boughtIndex;
      marks[(base + k) * MARK_WIDTH + LOT_LOCKED] = lot.lockedThrough ?? NOT_LOCKED;
    });
    tail[i] = lots.length;
    const newest = lots[lots.length - 1];
    newSession[i] = newest?.boughtIndex ?? -1;
    newUnits[i] = 0;
    for (const lot of lots) if (lot.boughtIndex === newSession[i]) newUnits[i]! += lot.quantity;
    sumCost(i);
  }

  /** Moves the lots of an account to the front of its stretch, or makes all stretches longer. */
  function makeRoom(i: number): void {
    const first = head[i]!;
    if (first === 0) {
      grow();
      return;
    }
    const base = i * capacity;
    numbers.copyWithin(base * LOT_WIDTH, (base + first) * LOT_WIDTH, (base + tail[i]!) * LOT_WIDTH);
    tail[i]! -= first;
    head[i] = 0;
  }

  const grow = (): void => void ({ capacity, numbers, marks } = widened({ capacity, numbers, marks }));

  const inKernel = (): boolean => capacity === KERNEL_LOTS;

  return {
    cash,
    receivable,
    quantity,
    value,
    cost,
    awaits,
    inKernel,
    open,
    equity,
    sellable,
    buy,
    taxOfSale,
    sell,
    act,
    pay,
    snapshot,
    restore,
  };
}
