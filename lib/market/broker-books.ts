/** The books of an account, one a symbol of its universe, and the rules that bind each on a day. */
import type { EpochDay, Instrument, Symbol } from '../core/index.js';
import { type Book, emptyBook } from './broker-book.js';
import { BrokerError } from './errors.js';
import type { Rulebook, SessionRules } from './session-rules.js';

export class Books {
  private readonly rulebook: Rulebook;
  private readonly bySymbol = new Map<Symbol, Book>();
  /** The book at each place of the last bars: bars mostly come in the same order, so the map is seldom asked. */
  private readonly slots: Book[] = [];

  constructor(instruments: readonly Instrument[], rulebook: Rulebook) {
    this.rulebook = rulebook;
    for (const instrument of instruments) this.bySymbol.set(instrument.symbol, emptyBook(instrument, this.bySymbol.size));
  }

  has(symbol: Symbol): boolean {
    return this.bySymbol.has(symbol);
  }

  /** In the order of the universe. */
  all(): IterableIterator<Book> {
    return this.bySymbol.values();
  }

  /** Throws BrokerError for a symbol outside of the universe. */
  of(symbol: Symbol): Book {
    const book = this.bySymbol.get(symbol);
    if (book === undefined) throw new BrokerError(`SimulatedBroker: expected a symbol of its universe, got ${symbol}. Add its instrument.`);
    return book;
  }

  /** As {@link of}, for the bar at place `slot` of a session's. */
  at(slot: number, symbol: Symbol): Book {
    const book = this.slots[slot];
    if (book !== undefined && book.instrument.symbol === symbol) return book;
    const found = this.of(symbol);
    this.slots[slot] = found;
    return found;
  }

  /** As {@link of}, without the bar of an earlier open than number `open`. */
  atOpen(symbol: Symbol, open: number): Book {
    const book = this.of(symbol);
    if (book.barOpen !== open) book.bar = null;
    return book;
  }

  rulesOf(book: Book, day: EpochDay): SessionRules {
    const rules = book.rules;
    if (rules !== null && day >= rules.firstDay && day <= rules.lastDay) return rules;
    book.rules = this.rulebook.rulesFor(book.instrument, day);
    return book.rules;
  }

  /** The rules of the day on which holders were recorded (`day`), whatever session it is now. */
  rulesOn(book: Book, day: EpochDay): SessionRules {
    return this.rulebook.rulesFor(book.instrument, day);
  }
}
