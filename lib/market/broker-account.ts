/** The money side of an account: cash, what is frozen, what is due, what the positions are worth. */
import type { EpochDay, Symbol } from '../core/index.js';
import { type Book, reduceCost } from './broker-book.js';
import { notionalMinor } from './notional.js';

/** A dividend on its way. Derived ones are known, and booked, only at the close of their ex-day. */
export interface Receivable {
  readonly symbol: Symbol;
  readonly payDay: EpochDay;
  readonly grossMinor: number;
  /** Withheld at payment. */
  readonly taxMinor: number;
  readonly booked: boolean;
  /** What the cost of a unit falls by at payment; 0 when it fell on the ex-day. */
  readonly costPerUnitMinor: number;
}

/** What was paid and received since the start, minor units. */
export interface BrokerTotals {
  readonly feesMinor: Record<string, number>;
  /** Notional of all fills, both sides. */
  turnoverMinor: number;
  dividendTaxMinor: number;
  /** Dividends paid out, before tax. */
  dividendsMinor: number;
  fills: number;
}

export class Account {
  cashMinor: number;
  frozenMinor = 0;
  receivableMinor = 0;
  /** Sum of the marks of `held`. */
  marketMinor = 0;
  /** Books with a position, in the order of the universe. */
  held: Book[] = [];
  receivables: Receivable[] = [];
  totals: BrokerTotals = { feesMinor: {}, turnoverMinor: 0, dividendTaxMinor: 0, dividendsMinor: 0, fills: 0 };

  constructor(cashMinor: number) {
    this.cashMinor = cashMinor;
  }

  equityMinor(): number {
    return this.cashMinor + this.frozenMinor + this.receivableMinor + this.marketMinor;
  }

  /** Values a book at a price. */
  mark(book: Book, ticks: number): void {
    const value = book.quantity === 0 ? 0 : notionalMinor(book.quantity, ticks, book.units);
    this.marketMinor += value - book.markMinor;
    book.markMinor = value;
    book.lastTicks = ticks;
  }

  /** Puts a book on the list of positions or takes it off, by its quantity. */
  list(book: Book): void {
    const at = this.held.indexOf(book);
    if (book.quantity === 0) {
      if (at >= 0) this.held.splice(at, 1);
    } else if (at < 0) {
      let place = this.held.length;
      while (place > 0 && this.held[place - 1]!.ordinal > book.ordinal) place--;
      this.held.splice(place, 0, book);
    }
  }

  freeze(wantedMinor: number): number {
    const frozen = Math.max(0, Math.min(this.cashMinor, wantedMinor));
    this.cashMinor -= frozen;
    this.frozenMinor += frozen;
    return frozen;
  }

  thaw(frozenMinor: number): void {
    this.cashMinor += frozenMinor;
    this.frozenMinor -= frozenMinor;
  }

  /** Pays the dividends that are due. `index`: number of the session. */
  payDue(day: EpochDay, index: number, bookOf: (symbol: Symbol) => Book): void {
    let kept = 0;
    for (const due of this.receivables) {
      if (due.payDay > day) {
        this.receivables[kept++] = due;
        continue;
      }
      const net = due.grossMinor - due.taxMinor;
      this.cashMinor += net;
      if (due.booked) this.receivableMinor -= net;
      else reduceCost(bookOf(due.symbol), due.costPerUnitMinor, index);
      this.totals.dividendsMinor += due.grossMinor;
      this.totals.dividendTaxMinor += due.taxMinor;
    }
    this.receivables.length = kept;
  }
}
