/** The simulated broker: an account that fills market orders at the next open, a session's or a shorter bar's, under the rules of that session. */
import type { CorporateAction, EpochDay, Fill, Instant, Order, PortfolioState, Rejection } from '../core/index.js';
import { Account, type BrokerTotals } from './broker-account.js';
import { applyAction, scalePending } from './broker-actions.js';
import { emptyBook, NEVER } from './broker-book.js';
import { Books } from './broker-books.js';
import type { Broker, BrokerBar, SessionResult } from './broker-contract.js';
import { type PendingOrder, planBuy, planSell } from './broker-fill.js';
import { takeOrder } from './broker-intake.js';
import { checkOptions, type SimulatedBrokerOptions } from './broker-options.js';
import { settlePlan } from './broker-settle.js';
import { type BrokerSnapshot, copyBook, copyTotals, readSnapshot, restoreBook } from './broker-snapshot.js';
import { BrokerError } from './errors.js';
import { portfolioState } from './portfolio.js';

const NO_REJECTIONS: readonly Rejection[] = [];
const NOTHING_DONE: SessionResult = { fills: [], rejections: NO_REJECTIONS };

/**
 * Sells leave before buys are done, both in the order of submission; cash from sales can be spent at the same open. A sale above what
 * is sellable is cut and recorded. One account of one owner: it is not safe to share.
 */
export class SimulatedBroker implements Broker {
  private readonly books: Books;
  private readonly slippageBp: number;
  private readonly currency: string;
  private readonly account: Account;
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
    checkOptions(options);
    const { instruments, initialCashMinor, slippageBp = 0 } = options;
    this.books = new Books(instruments, options.rulebook);
    this.slippageBp = slippageBp;
    this.currency = instruments[0]!.units.currency;
    this.account = new Account(initialCashMinor);
    this.equityAtOpen = initialCashMinor;
    for (const [symbol, { day, closeTicks }] of options.lastCloses ?? []) {
      const book = this.books.of(symbol);
      book.lastDay = day;
      book.lastTicks = closeTicks;
      book.referenceTicks = closeTicks;
    }
    const actions: CorporateAction[] = [];
    for (const [symbol, list] of options.actions ?? []) if (this.books.has(symbol)) actions.push(...list);
    const place = (action: CorporateAction): number => this.books.of(action.symbol).ordinal;
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
      const book = this.books.at(i, bar.symbol);
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
      const book = this.books.at(i, bar.symbol);
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
      this.books.at(i, bar.symbol).referenceTicks = bar.close;
    }
    if (this.account.receivables.length > 0) {
      this.account.payDue(day, this.index, (symbol) => this.books.of(symbol));
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
      const book = this.books.of(order.symbol);
      const waiting = takeOrder(order, book, this.books.rulesOf(book, fillDay), this.account, time, rejections);
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
    this.state = portfolioState(account, this.currency, time, (book) => this.books.rulesOf(book, fillDay).settlementSessions);
    return this.state;
  }

  /** What was paid since the start: fees by name, dividend tax, gross dividends, notional traded. */
  paid(): BrokerTotals {
    return copyTotals(this.account.totals);
  }

  snapshot(): BrokerSnapshot {
    const { account } = this;
    const books: BrokerSnapshot['books'][number][] = [];
    for (const book of this.books.all()) if (book.lastDay !== NEVER || book.quantity > 0) books.push(copyBook(book));
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
    for (const row of saved.books) this.books.of(row.symbol);
    for (const book of this.books.all()) Object.assign(book, emptyBook(book.instrument, book.ordinal));
    for (const row of saved.books) restoreBook(this.books.of(row.symbol), row);
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
    account.held = [...this.books.all()].filter((book) => book.quantity > 0);
    account.marketMinor = account.held.reduce((sum, book) => sum + book.markMinor, 0);
    // Actions up to the saved session have been applied.
    this.nextAction = this.actions.filter((action) => action.exDay <= saved.day).length;
    this.state = null;
  }

  private act(action: CorporateAction): void {
    const book = this.books.of(action.symbol);
    // A close of the ex-day or later already shows the action: this happens with closes from before the first session only.
    if (book.lastDay >= action.exDay) return;
    this.state = null;
    // Dividend tax changed by the day on which holders were recorded (财税〔2012〕85号, 财税〔2015〕101号).
    applyAction(this.account, book, action, this.index, () => this.books.rulesOn(book, action.recordDay ?? action.exDay));
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
      const book = this.books.atOpen(waiting.order.symbol, this.opens);
      const rules = this.books.rulesOf(book, day);
      book.pendingSell = Math.max(0, book.pendingSell - waiting.quantity);
      const plan = planSell(waiting, book, rules, day, index, slippageBp);
      const fill = settlePlan(waiting, plan, book, rules, account, day, index, rejections);
      if (fill !== null) fills.push(fill);
    }
    // At-fill buys share the cash as it stands after the sells, whatever the buys before them spend.
    const cashAtOpen = account.cashMinor + account.frozenMinor;
    for (const waiting of due) {
      if (waiting.order.side !== 'buy') continue;
      const book = this.books.atOpen(waiting.order.symbol, this.opens);
      const rules = this.books.rulesOf(book, day);
      account.thaw(waiting.frozenMinor);
      const budget = Math.floor(cashAtOpen * (waiting.order.cashFraction ?? 1));
      const plan = planBuy(waiting, book, rules, day, account.cashMinor, budget, slippageBp);
      const fill = settlePlan(waiting, plan, book, rules, account, day, index, rejections);
      if (fill !== null) fills.push(fill);
    }
    return { fills, rejections };
  }

  /** Number of the session on `fillDay`: the current one, or the next. */
  private indexOf(fillDay: EpochDay): number {
    return fillDay > this.day ? this.index + 1 : this.index;
  }

  private expectToday(fn: string, day: EpochDay): void {
    if (day !== this.day) throw new BrokerError(`${fn}: expected the open session ${this.day}, got ${day}. Call openSession first.`);
  }
}
