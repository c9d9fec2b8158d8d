/** The simulated broker: an account that fills market orders at the next open, a session's or a shorter bar's, under the rules of that session. */
import type { CorporateAction, EpochDay, Fill, Instant, Instrument, Order, PortfolioState, Rejection, Symbol } from '../core/index.js';
import { InputError } from '../core/index.js';
import { Account, type BrokerTotals } from './broker-account.js';
import { applyAction, scalePending } from './broker-actions.js';
import { type Book, emptyBook, NEVER } from './broker-book.js';
import type { Broker, BrokerBar, SessionResult } from './broker-contract.js';
import { type PendingOrder, planBuy, planSell } from './broker-fill.js';
import { takeOrder } from './broker-intake.js';
import { settlePlan } from './broker-settle.js';
import { type BrokerSnapshot, copyBook, copyTotals, readSnapshot, restoreBook } from './broker-snapshot.js';
import { BrokerError } from './errors.js';
import { portfolioState } from './portfolio.js';
import type { Rulebook, SessionRules } from './session-rules.js';

export interface SimulatedBrokerOptions {
  /** The universe; all in one currency. */
  readonly instruments: readonly Instrument[];
  readonly rulebook: Rulebook;
  readonly actions?: ReadonlyMap<Symbol, readonly CorporateAction[]>;
  readonly initialCashMinor: number;
  /** Price worsened at the fill, basis points. */
  readonly slippageBp?: number;
  /** Closes known before the first session: reference closes of symbols that are suspended when the run begins. */
  readonly lastCloses?: ReadonlyMap<Symbol, { readonly day: EpochDay; readonly closeTicks: number }>;
}

const NO_REJECTIONS: readonly Rejection[] = [];
const NOTHING_DONE: SessionResult = { fills: [], rejections: NO_REJECTIONS };

/**
 * Sells leave before buys are done, both in the order of submission; cash from sales can be spent at the same open. A sale above what
 * is sellable is cut and recorded. One account of one owner: it is not safe to share.
 */
export class SimulatedBroker implements Broker {
  private readonly rulebook: Rulebook;
  private readonly slippageBp: number;
  private readonly currency: string;
  private readonly account: Account;
  private readonly books = new Map<Symbol, Book>();
  /** The book at each place of the last bars: bars mostly come in the same order, so the map is seldom asked. */
  private readonly slots: Book[] = [];
  /** By ex-day, then by place in the universe. */
  private readonly actions: readonly CorporateAction[];
  private nextAction = 0;
  private pending: PendingOrder[] = [];
  private day: EpochDay = NEVER;
  /** Number of the session, from 0. */
  private index = -1;
  private equityAtOpen: number;
  /** Number of opens so far, and whether this session has had its first. */
  private opens = 0;
  private opened = false;
  private state: PortfolioState | null = null;
  private stateFillDay: EpochDay = NEVER;

  constructor(options: SimulatedBrokerOptions) {
    const { instruments, initialCashMinor, slippageBp = 0 } = options;
    const currencies = new Set(instruments.map((instrument) => instrument.units.currency));
    if (currencies.size !== 1) {
      throw new InputError(
        `SimulatedBroker: expected instruments in one currency, got ${[...currencies].join(', ') || 'none'}. Split the run.`,
      );
    }
    if (!Number.isSafeInteger(initialCashMinor) || initialCashMinor < 0) {
      throw new InputError(`SimulatedBroker: expected cash in whole minor units, got ${initialCashMinor}. Give an integer of 0 or more.`);
    }
    if (!(slippageBp >= 0 && slippageBp < 10_000)) {
      throw new InputError(`SimulatedBroker: expected slippage of 0 to 10000 basis points, got ${slippageBp}. Give a small number.`);
    }
    this.rulebook = options.rulebook;
    this.slippageBp = slippageBp;
    this.currency = instruments[0]!.units.currency;
    this.account = new Account(initialCashMinor);
    this.equityAtOpen = initialCashMinor;
    for (const instrument of instruments) this.books.set(instrument.symbol, emptyBook(instrument, this.books.size));
    for (const [symbol, { day, closeTicks }] of options.lastCloses ?? []) {
      const book = this.bookOf(symbol);
      book.lastDay = day;
      book.lastTicks = closeTicks;
      book.referenceTicks = closeTicks;
    }
    const actions: CorporateAction[] = [];
    for (const [symbol, list] of options.actions ?? []) if (this.books.has(symbol)) actions.push(...list);
    const place = (action: CorporateAction): number => this.bookOf(action.symbol).ordinal;
    this.actions = actions.sort((a, b) => a.exDay - b.exDay || place(a) - place(b));
  }

  openSession(day: EpochDay): void {
    if (!(day > this.day)) throw new BrokerError(`openSession: expected a day after ${this.day}, got ${day}. Open sessions in order.`);
    this.day = day;
    this.index++;
    this.opened = false;
    if (this.account.held.length > 0) this.state = null;
    while (this.nextAction < this.actions.length && this.actions[this.nextAction]!.exDay <= day) this.act(this.actions[this.nextAction++]!);
    this.equityAtOpen = this.account.equityMinor();
  }

  fillAtOpen(day: EpochDay, bars: readonly BrokerBar[]): SessionResult {
    this.expectToday('fillAtOpen', day);
    const first = !this.opened;
    this.opened = true;
    if (this.pending.length === 0 && this.account.held.length === 0) return NOTHING_DONE;
    const open = ++this.opens;
    for (let i = 0; i < bars.length; i++) {
      const bar = bars[i]!;
      const book = this.bookAt(i, bar.symbol);
      book.bar = bar;
      book.barOpen = open;
      book.takenVolume = 0;
      if (book.quantity > 0 && bar.open > 0) this.account.mark(book, bar.open);
    }
    if (first) this.equityAtOpen = this.account.equityMinor();
    return this.pending.length === 0 ? NOTHING_DONE : this.fillPending(day);
  }

  markAtClose(day: EpochDay, bars: readonly BrokerBar[]): void {
    this.expectToday('markAtClose', day);
    for (let i = 0; i < bars.length; i++) {
      const bar = bars[i]!;
      const book = this.bookAt(i, bar.symbol);
      book.lastDay = day;
      if (book.quantity > 0) this.account.mark(book, bar.close);
      else book.lastTicks = bar.close;
    }
    if (this.account.held.length > 0) this.state = null;
  }

  closeSession(day: EpochDay, bars: readonly BrokerBar[]): void {
    this.markAtClose(day, bars);
    for (let i = 0; i < bars.length; i++) {
      const bar = bars[i]!;
      this.bookAt(i, bar.symbol).referenceTicks = bar.close;
    }
    if (this.account.receivables.length > 0) {
      this.account.payDue(day, this.index, (symbol) => this.bookOf(symbol));
      this.state = null;
    }
  }

  submit(orders: readonly Order[], fillDay: EpochDay): readonly Rejection[] {
    if (fillDay < this.day) {
      throw new BrokerError(`submit: expected a fill day from ${this.day} on, got ${fillDay}. Send orders for a session to come.`);
    }
    if (orders.length === 0) return NO_REJECTIONS;
    this.state = null;
    const rejections: Rejection[] = [];
    const time = { day: this.day, fillDay, fillIndex: this.indexOf(fillDay) };
    for (const order of orders) {
      const book = this.bookOf(order.symbol);
      const waiting = takeOrder(order, book, this.rulesOf(book, fillDay), this.account, time, rejections);
      if (waiting !== null) this.pending.push(waiting);
    }
    return rejections;
  }

  equityMinor(): number {
    return this.account.equityMinor();
  }

  cashMinor(): number {
    return this.account.cashMinor + this.account.frozenMinor;
  }

  equityAtOpenMinor(): number {
    return this.equityAtOpen;
  }

  portfolio(asOf: Instant, fillDay: EpochDay): PortfolioState {
    const { account, state } = this;
    if (state !== null && (fillDay === this.stateFillDay || account.held.length === 0)) {
      if (state.asOf === asOf) return state;
      this.state = { ...state, asOf };
      return this.state;
    }
    this.stateFillDay = fillDay;
    const time = { asOf, day: this.day, index: this.index, fillDay, fillIndex: this.indexOf(fillDay) };
    this.state = portfolioState(account, this.currency, time, (book) => this.rulesOf(book, fillDay).settlementSessions);
    return this.state;
  }

  /** What was paid since the start: fees by name, dividend tax, gross dividends, notional traded. */
  paid(): BrokerTotals {
    return copyTotals(this.account.totals);
  }

  snapshot(): BrokerSnapshot {
    const { account } = this;
    const books: BrokerSnapshot['books'][number][] = [];
    for (const book of this.books.values()) if (book.lastDay !== NEVER || book.quantity > 0) books.push(copyBook(book));
    return {
      version: 1,
      day: this.day,
      index: this.index,
      cashMinor: account.cashMinor,
      frozenMinor: account.frozenMinor,
      receivableMinor: account.receivableMinor,
      equityAtOpenMinor: this.equityAtOpen,
      books,
      pending: this.pending.map((waiting) => ({ ...waiting })),
      receivables: account.receivables.map((due) => ({ ...due })),
      totals: copyTotals(account.totals),
    };
  }

  restore(snapshot: unknown): void {
    const { account } = this;
    const saved = readSnapshot(snapshot);
    for (const row of saved.books) this.bookOf(row.symbol);
    for (const book of this.books.values()) Object.assign(book, emptyBook(book.instrument, book.ordinal));
    for (const row of saved.books) restoreBook(this.bookOf(row.symbol), row);
    this.day = saved.day;
    this.index = saved.index;
    this.equityAtOpen = saved.equityAtOpenMinor;
    this.opened = false;
    this.pending = saved.pending.map((waiting) => ({ ...waiting }));
    account.cashMinor = saved.cashMinor;
    account.frozenMinor = saved.frozenMinor;
    account.receivableMinor = saved.receivableMinor;
    account.receivables = saved.receivables.map((due) => ({ ...due }));
    account.totals = copyTotals(saved.totals);
    account.held = [...this.books.values()].filter((book) => book.quantity > 0);
    account.marketMinor = account.held.reduce((sum, book) => sum + book.markMinor, 0);
    // Actions up to the saved session have been applied.
    this.nextAction = this.actions.filter((action) => action.exDay <= saved.day).length;
    this.state = null;
  }

  private act(action: CorporateAction): void {
    const book = this.bookOf(action.symbol);
    // A close of the ex-day or later already shows the action: this happens with closes from before the first session only.
    if (book.lastDay >= action.exDay) return;
    this.state = null;
    // Dividend tax changed by the day on which holders were recorded (财税〔2012〕85号, 财税〔2015〕101号).
    applyAction(this.account, book, action, this.index, () => this.rulebook.rulesFor(book.instrument, action.recordDay ?? action.exDay));
    scalePending(this.pending, book, action);
  }

  private fillPending(day: EpochDay): SessionResult {
    const { account, index, slippageBp } = this;
    const due = this.pending.filter((waiting) => waiting.fillDay <= day);
    if (due.length === 0) return NOTHING_DONE;
    this.pending = this.pending.filter((waiting) => waiting.fillDay > day);
    this.state = null;
    const fills: Fill[] = [];
    const rejections: Rejection[] = [];
    for (const waiting of due) {
      if (waiting.order.side !== 'sell') continue;
      const book = this.bookAtOpen(waiting.order.symbol);
      const rules = this.rulesOf(book, day);
      book.pendingSell = Math.max(0, book.pendingSell - waiting.quantity);
      const plan = planSell(waiting, book, rules, day, index, slippageBp);
      const fill = settlePlan(waiting, plan, book, rules, account, day, index, rejections);
      if (fill !== null) fills.push(fill);
    }
    // At-fill buys share the cash as it stands after the sells, whatever the buys before them spend.
    const cashAtOpen = account.cashMinor + account.frozenMinor;
    for (const waiting of due) {
      if (waiting.order.side !== 'buy') continue;
      const book = this.bookAtOpen(waiting.order.symbol);
      const rules = this.rulesOf(book, day);
      account.thaw(waiting.frozenMinor);
      const budget = Math.floor(cashAtOpen * (waiting.order.cashFraction ?? 1));
      const plan = planBuy(waiting, book, rules, day, account.cashMinor, budget, slippageBp);
      const fill = settlePlan(waiting, plan, book, rules, account, day, index, rejections);
      if (fill !== null) fills.push(fill);
    }
    return { fills, rejections };
  }

  /** A book whose bar is of the open at hand, or null. */
  private bookAtOpen(symbol: Symbol): Book {
    const book = this.bookOf(symbol);
    if (book.barOpen !== this.opens) book.bar = null;
    return book;
  }

  private bookAt(slot: number, symbol: Symbol): Book {
    const book = this.slots[slot];
    if (book !== undefined && book.instrument.symbol === symbol) return book;
    const found = this.bookOf(symbol);
    this.slots[slot] = found;
    return found;
  }

  private bookOf(symbol: Symbol): Book {
    const book = this.books.get(symbol);
    if (book === undefined) throw new BrokerError(`SimulatedBroker: expected a symbol of its universe, got ${symbol}. Add its instrument.`);
    return book;
  }

  private rulesOf(book: Book, day: EpochDay): SessionRules {
    const rules = book.rules;
    if (rules !== null && day >= rules.firstDay && day <= rules.lastDay) return rules;
    book.rules = this.rulebook.rulesFor(book.instrument, day);
    return book.rules;
  }

  /** Number of the session on `fillDay`: the current one, or the next. */
  private indexOf(fillDay: EpochDay): number {
    return fillDay > this.day ? this.index + 1 : this.index;
  }

  private expectToday(fn: string, day: EpochDay): void {
    if (day !== this.day) throw new BrokerError(`${fn}: expected the open session ${this.day}, got ${day}. Call openSession first.`);
  }
}
