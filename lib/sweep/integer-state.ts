/** What an account of the integer sweep holds between two events, and the marks of what it holds. */
import { Account } from '../market/index.js';
import type { SweepFill } from './contract.js';
import { noTotals, type Totals } from './figures.js';
import type { Ground, SymbolGround } from './ground-columns.js';
import { NEVER, newSlot, type Slot } from './integer-slot.js';
import { marksAreExact, type Primitives } from './primitives.js';

export class IntegerState {
  readonly ground: Ground;
  readonly primitives: Primitives;
  readonly slots: readonly Slot[];
  /** By symbol: the session in which it must be looked at next. */
  readonly next: Int32Array;
  /** Symbols that are due in the session at hand, and those of them that buy. */
  readonly due: Slot[] = [];
  readonly buys: Slot[] = [];
  /** By symbol: what its units are worth is floor((mark x twice + denominator) / span). */
  readonly twice: Float64Array;
  readonly denominators: Float64Array;
  readonly spans: Float64Array;
  /** Of this account alone. */
  readonly totals: Totals = noTotals();
  account = new Account(0);
  /** At each close, where several symbols share the account; an account of one symbol writes cash and marks together. */
  equity: Float64Array | null = null;
  trace: SweepFill[] | undefined;
  nextPayment = NEVER;
  parts = 1;

  constructor(ground: Ground, wants: readonly Uint8Array[], primitives: Primitives) {
    this.ground = ground;
    this.primitives = primitives;
    const { symbols } = ground;
    this.next = new Int32Array(symbols.length);
    this.twice = primitives.f64(symbols.length);
    this.denominators = primitives.f64(symbols.length);
    this.spans = primitives.f64(symbols.length);
    this.slots = symbols.map((symbol, at): Slot => {
      this.denominators[at] = symbol.instrument.units.minorPerUnitTick.denominator;
      this.spans[at] = this.denominators[at]! * 2;
      return newSlot(symbol, at, wants[at]!);
    });
  }

  begin(parts: number, equity: Float64Array | null, trace: SweepFill[] | undefined): void {
    this.account = new Account(this.ground.initialCashMinor);
    this.parts = parts;
    this.equity = equity;
    this.trace = trace;
    this.nextPayment = NEVER;
    Object.assign(this.totals, noTotals());
  }

  /** Cash of all kinds. */
  cashMinor(): number {
    const { cashMinor, frozenMinor, receivableMinor } = this.account;
    return cashMinor + frozenMinor + receivableMinor;
  }

  /** Brings the equity of a symbol's position up to a session, which is not included: before the position changes. */
  mark(slot: Slot, session: number): void {
    if (this.equity === null) return;
    const { book, symbol, marked } = slot;
    if (book.quantity > 0) this.primitives.addMarks(this.equity, 0, symbol, marked, session, book.quantity);
    slot.marked = session;
  }

  /** After a change of a position. */
  weigh({ at, book, symbol }: Slot): void {
    if (this.equity === null) return;
    // Marks beyond the exact range are told by NaN: the sum is then made by the checked arithmetic.
    this.twice[at] = marksAreExact(book.quantity, symbol)
      ? book.quantity * symbol.instrument.units.minorPerUnitTick.numerator * 2
      : Number.NaN;
  }

  note(
    { symbol }: SymbolGround,
    side: 'buy' | 'sell',
    day: number,
    quantity: number,
    priceTicks: number,
    notional: number,
    fees: number,
    tax: number,
    cashDeltaMinor: number,
  ): void {
    const { totals, trace } = this;
    totals.fills++;
    totals.notionalMinor += notional;
    totals.feesMinor += fees;
    if (trace !== undefined) trace.push({ symbol, side, day, quantity, priceTicks, totalFeesMinor: fees + tax, cashDeltaMinor });
  }
}
