/**
 * One account walked through a ground by its events: a change of what is wanted, a waiting order, a corporate action, a payment. Between
 * them nothing moves but the marks, which the kernel writes in one sweep. The arithmetic is the broker's own.
 */
import type { SweepFill } from './contract.js';
import type { EquityWindow } from './equity-window.js';
import type { Totals } from './figures.js';
import type { Ground } from './ground-columns.js';
import { decide } from './integer-decide.js';
import { openSession } from './integer-fills.js';
import { NEVER, NOTHING, openSlot, type Slot } from './integer-slot.js';
import { IntegerState } from './integer-state.js';
import type { Walk } from './integer-walk.js';
import { type Stretch, setOut, walkOn } from './integer-walk-on.js';
import type { Primitives } from './primitives.js';

/** Accounts over the same ground, one after another: all memory is used again. */
export class IntegerAccount {
  readonly #state: IntegerState;
  /** Of all accounts: added up account by account, as the loop does. */
  readonly #totals: Totals;

  /** `wants`: one a symbol of the ground, filled before each run. */
  constructor(ground: Ground, wants: readonly Uint8Array[], totals: Totals, primitives: Primitives) {
    this.#state = new IntegerState(ground, wants, primitives);
    this.#totals = totals;
  }

  /** All symbols in one account, each wanted as 1/parts of it: writes the equity at each close, adds the totals. */
  runShared(parts: number, window: EquityWindow, trace: SweepFill[] | undefined): void {
    const state = this.#state;
    const { slots, next, primitives } = state;
    if (slots.length === 1) {
      this.runOne(0, parts, window, true, trace);
      return;
    }
    const equity = window.values;
    const count = equity.length;
    state.begin(parts, equity, trace);
    equity.fill(0);
    state.twice.fill(0);
    for (const slot of slots) next[slot.at] = openSlot(slot);
    let cash = state.cashMinor();
    let marked = 0;
    for (let session = gather(state); session < count; session = gather(state)) {
      openSession(state, session);
      decide(state, session);
      const now = state.cashMinor();
      if (now === cash) continue;
      primitives.addConstant(equity, marked, session, cash);
      cash = now;
      marked = session;
    }
    primitives.addConstant(equity, marked, count, cash);
    for (const slot of slots) state.mark(slot, count);
    this.#end();
  }

  /** Symbol `k` in an account of its own: writes the equity at each close, or adds to it. */
  runOne(k: number, parts: number, window: EquityWindow, fresh: boolean, trace: SweepFill[] | undefined): void {
    const state = this.#state;
    const { due, next } = state;
    const { count } = window;
    state.begin(parts, null, trace);
    const slot = state.slots[k]!;
    const { book } = slot;
    due.length = 0;
    due.push(slot);
    next[k] = openSlot(slot);
    const walk = parts === 1 ? this.#walkOf(slot) : null;
    const at: Stretch = { cash: state.cashMinor(), quantity: 0, marked: 0 };
    if (walk !== null) setOut(walk, fresh, trace !== undefined);
    for (;;) {
      const free = book.quantity === 0 && slot.waiting === NOTHING && state.nextPayment === NEVER;
      if (walk !== null && free && walkOn(state, slot, walk, at, window)) break;
      const session = Math.min(next[k]!, state.nextPayment);
      if (session < count) {
        openSession(state, session);
        decide(state, session);
      }
      const now = state.cashMinor();
      if (session < count && now === at.cash && book.quantity === at.quantity) continue;
      this.#put(slot, at, Math.min(session, count), window, fresh);
      at.cash = now;
      at.quantity = book.quantity;
      if (session >= count) break;
    }
    this.#end();
  }

  /** Writes the equity of a stretch, window by window. */
  #put({ symbol }: Slot, at: Stretch, to: number, window: EquityWindow, fresh: boolean): void {
    while (at.marked < to) {
      const end = Math.min(to, window.end);
      this.#state.primitives.putAccount(window.values, window.first, symbol, at.marked, end, at.cash, at.quantity, fresh);
      at.marked = end;
      if (end < to) window.next();
    }
  }

  #walkOf(slot: Slot): Walk | null {
    const { primitives, ground } = this.#state;
    if (slot.walk === undefined) slot.walk = primitives.walk(slot.symbol, slot.want, slot.costs, ground.atFill);
    return slot.walk;
  }

  #end(): void {
    const all = this.#totals;
    const { account, totals } = this.#state;
    all.fills += totals.fills;
    all.rejections += totals.rejections;
    all.notionalMinor += totals.notionalMinor;
    all.feesMinor += totals.feesMinor;
    all.dividendTaxMinor += totals.dividendTaxMinor + account.totals.dividendTaxMinor;
  }
}

/** The next session in which anything can happen; who is due in it. */
function gather({ next, due, slots, nextPayment }: IntegerState): number {
  let session = nextPayment;
  let count = 0;
  for (let k = 0; k < next.length; k++) {
    const at = next[k]!;
    if (at > session) continue;
    if (at < session) {
      session = at;
      count = 0;
    }
    due[count++] = slots[k]!;
  }
  due.length = count;
  return session;
}
