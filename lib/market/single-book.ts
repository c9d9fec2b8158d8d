/**
 * One symbol's lots and dividends outside a broker: for accounts that keep their numbers in columns (the RL environment) and hand them
 * over only when a corporate action, a payment or a taxed sale asks for more than a sum. The arithmetic is the broker's own.
 */
import type { CorporateAction, EpochDay, Instrument } from '../core/index.js';
import { Account, type Receivable } from './broker-account.js';
import { applyAction } from './broker-actions.js';
import { emptyBook, type HeldLot, removeFifo, taxOfSale } from './broker-book.js';
import type { SessionRules } from './session-rules.js';

/** Plain data; changed in place. */
export interface SingleBookState {
  lots: HeldLot[];
  quantity: number;
  cashMinor: number;
  /** Booked and not yet paid. */
  receivableMinor: number;
  receivables: Receivable[];
}

/** `index`: number of the session. One at a time: its books are its own and used again. */
export class SingleBook {
  private readonly account = new Account(0);
  private readonly book;

  constructor(instrument: Instrument) {
    this.book = emptyBook(instrument, 0);
  }

  /** What a corporate action does at the open of its ex-day. `rules`: those of the day on which holders were recorded. */
  act(state: SingleBookState, action: CorporateAction, rules: SessionRules, index: number): void {
    this.take(state);
    applyAction(this.account, this.book, action, index, () => rules);
    this.give(state);
  }

  /** Pays what is due at the close of a session. */
  pay(state: SingleBookState, day: EpochDay, index: number): void {
    this.take(state);
    this.account.payDue(day, index, () => this.book);
    this.give(state);
  }

  /** Dividend tax that a sale makes due. Changes nothing. */
  taxOfSale(state: SingleBookState, quantity: number, day: EpochDay, index: number, settlementSessions: number): number {
    this.take(state);
    return taxOfSale(this.book, quantity, day, index, settlementSessions);
  }

  /** Takes sellable units away, first in first out. */
  remove(state: SingleBookState, quantity: number, day: EpochDay, index: number, settlementSessions: number): void {
    this.take(state);
    removeFifo(this.book, quantity, day, index, settlementSessions);
    this.give(state);
  }

  private take(state: SingleBookState): void {
    const { account, book } = this;
    book.lots = state.lots;
    book.quantity = state.quantity;
    account.cashMinor = state.cashMinor;
    account.receivableMinor = state.receivableMinor;
    account.receivables = state.receivables;
  }

  private give(state: SingleBookState): void {
    const { account, book } = this;
    state.lots = book.lots;
    state.quantity = book.quantity;
    state.cashMinor = account.cashMinor;
    state.receivableMinor = account.receivableMinor;
    state.receivables = account.receivables;
  }
}
