/** The simulated broker: an account that fills market orders at the next open under the rules of that session. */
import {
  type CorporateAction,
  type EpochDay,
  type Fill,
  InputError,
  type Instant,
  type Instrument,
  mulDiv,
  type Order,
  type PortfolioState,
  type Rejection,
  type RejectionReason,
  type Symbol,
} from '../core/index.js';
import { buyCostMinor } from './affordable.js';
import { bookUntaxed, reduceCost, scaleUnits } from './broker-actions.js';
import { addLot, type Book, emptyBook, NEVER, removeFifo, sellableUnits, taxOfSale } from './broker-book.js';
import type { Broker, BrokerBar, SessionResult } from './broker-contract.js';
import { type FillPlan, type PendingOrder, planBuy, planSell } from './broker-fill.js';
import {
  type BrokerSnapshot,
  type BrokerTotals,
  copyBook,
  copyTotals,
  type Receivable,
  readSnapshot,
  restoreBook,
} from './broker-snapshot.js';
import { flatDividendTaxMinor } from './dividend-tax.js';
import { BrokerError } from './errors.js';
import { exRightReferenceTicks, shareRatio } from './ex-right.js';
import { feesByName } from './fees.js';
import { buyLots, sellLots } from './lots.js';
import { notionalMinor } from './notional.js';
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
 * Sells leave before buys are done; both in the order of submission. Cash from sales can be spent at the same open. A sale above what
 * is sellable is cut and recorded. Dividend tax by holding is part of a fill's fees under the name `dividendTax`.
 */
export class SimulatedBroker implements Broker {
  private readonly rulebook: Rulebook;
  private readonly slippageBp: number;
  private readonly currency: string;
  private readonly books = new Map<Symbol, Book>();
  /** The book at each place of the last bars: bars mostly come in the same order, so the map is seldom asked. */
  private readonly slots: Book[] = [];
  /** By ex-day, then by place in the universe. */
  private readonly actions: readonly CorporateAction[];
  private nextAction = 0;
  /** Books with a position, in the order of the universe. */
  private held: Book[] = [];
  private pending: PendingOrder[] = [];
  private receivables: Receivable[] = [];
  private totals: BrokerTotals = { feesMinor: {}, turnoverMinor: 0, dividendTaxMinor: 0, dividendsMinor: 0, fills: 0 };
  private day: EpochDay = NEVER;
  private index = -1;
  private cash: number;
  private frozen = 0;
  private receivable = 0;
  private marketValue = 0;
  private equityAtOpen: number;
  private state: PortfolioState | null = null;
  private stateFillDay: EpochDay = NEVER;

  constructor(options: SimulatedBrokerOptions) {
    const { instruments, initialCashMinor } = options;
    const currencies = new Set(instruments.map((instrument) => instrument.units.currency));
    if (currencies.size !== 1) {
      throw new InputError(
        `SimulatedBroker: expected instruments in one currency, got ${[...currencies].join(', ') || 'none'}. Split the run.`,
      );
    }
    if (!Number.isSafeInteger(initialCashMinor) || initialCashMinor < 0) {
      throw new InputError(`SimulatedBroker: expected cash in whole minor units, got ${initialCashMinor}. Give an integer of 0 or more.`);
    }
    if (!((options.slippageBp ?? 0) >= 0 && (options.slippageBp ?? 0) < 10_000)) {
      throw new InputError(
        `SimulatedBroker: expected slippage of 0 to 10000 basis points, got ${options.slippageBp}. Give a small number.`,
      );
    }
    this.rulebook = options.rulebook;
    this.slippageBp = options.slippageBp ?? 0;
    this.currency = instruments[0]!.units.currency;
    instruments.forEach((instrument, i) => {
      this.books.set(instrument.symbol, emptyBook(instrument, i));
    });
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
    this.cash = initialCashMinor;
    this.equityAtOpen = initialCashMinor;
  }

  openSession(day: EpochDay): void {
    if (!(day > this.day)) throw new BrokerError(`openSession: expected a day after ${this.day}, got ${day}. Open sessions in order.`);
    this.day = day;
    this.index++;
    if (this.held.length > 0) this.state = null;
    while (this.nextAction < this.actions.length && this.actions[this.nextAction]!.exDay <= day) {
      this.applyAction(this.actions[this.nextAction++]!);
    }
    this.equityAtOpen = this.equityMinor();
  }

  fillAtOpen(day: EpochDay, bars: readonly BrokerBar[]): SessionResult {
    this.expectToday('fillAtOpen', day);
    if (this.pending.length === 0 && this.held.length === 0) return NOTHING_DONE;
    for (let i = 0; i < bars.length; i++) {
      const bar = bars[i]!;
      const book = this.bookAt(i, bar.symbol);
      book.bar = bar;
      book.barDay = day;
      book.takenVolume = 0;
      if (book.quantity > 0 && bar.open > 0) this.mark(book, bar.open);
    }
    this.equityAtOpen = this.equityMinor();
    if (this.pending.length === 0) return NOTHING_DONE;
    return this.fillPending(day);
  }

  closeSession(day: EpochDay, bars: readonly BrokerBar[]): void {
    this.expectToday('closeSession', day);
    for (let i = 0; i < bars.length; i++) {
      const bar = bars[i]!;
      const book = this.bookAt(i, bar.symbol);
      book.lastDay = day;
      book.referenceTicks = bar.close;
      if (book.quantity > 0) this.mark(book, bar.close);
      else book.lastTicks = bar.close;
    }
    if (this.held.length > 0) this.state = null;
    if (this.receivables.length > 0) this.payReceivables(day);
  }

  submit(orders: readonly Order[], fillDay: EpochDay): readonly Rejection[] {
    if (fillDay < this.day)
      throw new BrokerError(`submit: expected a fill day from ${this.day} on, got ${fillDay}. Send orders for a session to come.`);
    if (orders.length === 0) return NO_REJECTIONS;
    const rejections: Rejection[] = [];
    this.state = null;
    for (const order of orders) {
      if (!Number.isSafeInteger(order.quantity) || order.quantity < 0) {
        throw new BrokerError(`submit: expected whole units in order ${order.id}, got ${order.quantity}. Size orders with toOrder.`);
      }
      const book = this.bookOf(order.symbol);
      const rules = this.rulesOf(book, fillDay);
      const refuse = (reason: RejectionReason, quantity: number, detail: string): void => {
        rejections.push(rejectionOf(order, this.day, quantity, reason, detail));
      };
      const delistedOn = book.instrument.delistedOn;
      if (!rules.tradable) refuse('not-tradable', order.quantity, 'the rulebook says not tradable');
      else if (delistedOn !== undefined && delistedOn < fillDay) refuse('delisted', order.quantity, 'no longer listed');
      else if (order.side === 'sell') this.acceptSell(order, book, rules, fillDay, refuse);
      else if (book.lastTicks === 0) refuse('no-price', order.quantity, 'no close seen yet');
      else this.acceptBuy(order, book, rules, fillDay, refuse);
    }
    return rejections;
  }

  equityMinor(): number {
    return this.cash + this.frozen + this.receivable + this.marketValue;
  }

  cashMinor(): number {
    return this.cash + this.frozen;
  }

  equityAtOpenMinor(): number {
    return this.equityAtOpen;
  }

  portfolio(asOf: Instant, fillDay: EpochDay): PortfolioState {
    const known = this.state;
    if (known !== null && (fillDay === this.stateFillDay || this.held.length === 0)) {
      if (known.asOf === asOf) return known;
      this.state = { ...known, asOf };
      return this.state;
    }
    this.stateFillDay = fillDay;
    this.state = portfolioState(
      asOf,
      this.held,
      {
        currency: this.currency,
        cashMinor: this.cash,
        frozenCashMinor: this.frozen,
        receivableMinor: this.receivable,
        totalEquityMinor: this.equityMinor(),
        day: this.day,
        index: this.index,
        fillDay,
        fillIndex: this.indexOf(fillDay),
      },
      (book) => this.rulesOf(book, fillDay).settlementSessions,
    );
    return this.state;
  }

  /** What was paid since the start: fees by name, dividend tax, gross dividends, notional traded. */
  paid(): BrokerTotals {
    return copyTotals(this.totals);
  }

  snapshot(): BrokerSnapshot {
    const books: BrokerSnapshot['books'][number][] = [];
    for (const book of this.books.values()) if (book.lastDay !== NEVER || book.quantity > 0) books.push(copyBook(book));
    return {
      version: 1,
      day: this.day,
      index: this.index,
      cashMinor: this.cash,
      frozenMinor: this.frozen,
      receivableMinor: this.receivable,
      equityAtOpenMinor: this.equityAtOpen,
      books,
      pending: this.pending.map((pending) => ({ ...pending })),
      receivables: this.receivables.map((due) => ({ ...due })),
      totals: copyTotals(this.totals),
    };
  }

  restore(snapshot: unknown): void {
    const saved = readSnapshot(snapshot);
    for (const row of saved.books) this.bookOf(row.symbol);
    for (const book of this.books.values()) Object.assign(book, emptyBook(book.instrument, book.ordinal));
    for (const row of saved.books) restoreBook(this.bookOf(row.symbol), row);
    this.day = saved.day;
    this.index = saved.index;
    this.cash = saved.cashMinor;
    this.frozen = saved.frozenMinor;
    this.receivable = saved.receivableMinor;
    this.equityAtOpen = saved.equityAtOpenMinor;
    this.pending = saved.pending.map((pending) => ({ ...pending }));
    this.receivables = saved.receivables.map((due) => ({ ...due }));
    this.totals = copyTotals(saved.totals);
    this.held = [...this.books.values()].filter((book) => book.quantity > 0);
    this.marketValue = this.held.reduce((sum, book) => sum + book.markMinor, 0);
    this.nextAction = this.actions.findIndex((action) => action.exDay > saved.day);
    if (this.nextAction < 0) this.nextAction = this.actions.length;
    this.state = null;
  }

  // ---------------------------------------------------------------- taking orders

  private acceptSell(
    order: Order,
    book: Book,
    rules: SessionRules,
    fillDay: EpochDay,
    refuse: (reason: RejectionReason, quantity: number, detail: string) => void,
  ): void {
    if (book.quantity === 0) return void refuse('no-position', order.quantity, 'nothing is held');
    const sellable = sellableUnits(book, fillDay, this.indexOf(fillDay), rules.settlementSessions) - book.pendingSell;
    if (sellable <= 0) return void refuse('not-sellable', order.quantity, `none of ${book.quantity} units can be sold then`);
    const wanted = order.sellAll ? Math.max(order.quantity, sellable) : order.quantity;
    const quantity = sellLots(wanted, sellable, rules);
    if (quantity === 0) return void refuse('below-lot', wanted, `under a lot of ${rules.sellStep} units`);
    if (wanted > sellable) refuse('cut-sellable', wanted - sellable, `${sellable} units can be sold then`);
    else if (quantity < wanted) refuse('cut-lot', wanted - quantity, `lots of ${rules.sellStep}`);
    book.pendingSell += quantity;
    this.pending.push({ order, fillDay, quantity, frozenMinor: 0 });
  }

  private acceptBuy(
    order: Order,
    book: Book,
    rules: SessionRules,
    fillDay: EpochDay,
    refuse: (reason: RejectionReason, quantity: number, detail: string) => void,
  ): void {
    let quantity = order.quantity;
    let costMinor: number;
    if (order.sizing === 'at-fill') {
      costMinor = Math.floor(this.cash * (order.cashFraction ?? 1));
    } else {
      quantity = buyLots(order.quantity, rules);
      if (quantity === 0) return void refuse('below-lot', order.quantity, `under the minimum of ${rules.buyMinimum} units`);
      if (quantity < order.quantity) refuse('cut-lot', order.quantity - quantity, `steps of ${rules.buyStep}`);
      costMinor = buyCostMinor(quantity, book.lastTicks, book.units, rules);
    }
    const frozenMinor = Math.max(0, Math.min(this.cash, costMinor));
    this.cash -= frozenMinor;
    this.frozen += frozenMinor;
    this.pending.push({ order, fillDay, quantity, frozenMinor });
  }

  // ---------------------------------------------------------------- the open

  private fillPending(day: EpochDay): SessionResult {
    const fills: Fill[] = [];
    const rejections: Rejection[] = [];
    const due = this.pending.filter((pending) => pending.fillDay <= day);
    if (due.length === 0) return NOTHING_DONE;
    this.pending = this.pending.filter((pending) => pending.fillDay > day);
    this.state = null;
    for (const pending of due) {
      if (pending.order.side !== 'sell') continue;
      const book = this.bookOf(pending.order.symbol);
      book.pendingSell = Math.max(0, book.pendingSell - pending.quantity);
      const rules = this.rulesOf(book, day);
      this.settle(pending, book, rules, planSell(pending, book, rules, day, this.index, this.slippageBp), fills, rejections);
    }
    // At-fill buys share the cash as it stands after the sells, whatever the buys before them spend.
    const cashAtOpen = this.cash + this.frozen;
    for (const pending of due) {
      if (pending.order.side !== 'buy') continue;
      const book = this.bookOf(pending.order.symbol);
      const rules = this.rulesOf(book, day);
      this.cash += pending.frozenMinor;
      this.frozen -= pending.frozenMinor;
      const budget = Math.floor(cashAtOpen * (pending.order.cashFraction ?? 1));
      this.settle(pending, book, rules, planBuy(pending, book, rules, day, this.cash, budget, this.slippageBp), fills, rejections);
    }
    return { fills, rejections };
  }

  /** Books what a plan allows, records what it does not. */
  private settle(pending: PendingOrder, book: Book, rules: SessionRules, plan: FillPlan, fills: Fill[], rejections: Rejection[]): void {
    const { order } = pending;
    for (const { quantity, reason, detail } of plan.cuts) rejections.push(rejectionOf(order, this.day, quantity, reason, detail));
    if (plan.quantity === 0) return;
    const { quantity, priceTicks } = plan;
    const notional = notionalMinor(quantity, priceTicks, book.units);
    const feesMinor = feesByName(rules, order.side, quantity, notional);
    const tax = order.side === 'sell' ? taxOfSale(book, quantity, this.day, this.index, rules.settlementSessions) : 0;
    let totalFees = 0;
    for (const name in feesMinor) totalFees += feesMinor[name]!;
    totalFees += tax;
    const cashDelta = (order.side === 'sell' ? notional : -notional) - totalFees;
    if (order.side === 'sell' && this.cash + cashDelta < Math.min(0, this.cash)) {
      rejections.push(rejectionOf(order, this.day, quantity, 'no-cash', `fees of ${totalFees} exceed ${notional} and the cash`));
      return;
    }
    for (const name in feesMinor) this.totals.feesMinor[name] = (this.totals.feesMinor[name] ?? 0) + feesMinor[name]!;
    if (tax > 0) feesMinor['dividendTax'] = tax;
    this.totals.dividendTaxMinor += tax;
    this.totals.turnoverMinor += notional;
    this.totals.fills++;
    this.cash += cashDelta;
    const wasHeld = book.quantity > 0;
    if (order.side === 'sell') removeFifo(book, quantity, this.day, this.index, rules.settlementSessions);
    else addLot(book, quantity, -cashDelta, this.day, this.index);
    book.takenVolume += quantity;
    if (!wasHeld) this.hold(book);
    this.mark(book, book.bar!.open);
    if (book.quantity === 0) this.held.splice(this.held.indexOf(book), 1);
    fills.push({
      orderId: order.id,
      symbol: order.symbol,
      side: order.side,
      day: this.day,
      quantity,
      priceTicks,
      notionalMinor: notional,
      feesMinor,
      totalFeesMinor: totalFees,
      cashDeltaMinor: cashDelta,
      action: order.action,
      strategy: order.strategy,
      why: order.why,
    });
  }

  private hold(book: Book): void {
    let at = this.held.length;
    while (at > 0 && this.held[at - 1]!.ordinal > book.ordinal) at--;
    this.held.splice(at, 0, book);
  }

  // ---------------------------------------------------------------- corporate actions

  private applyAction(action: CorporateAction): void {
    const book = this.bookOf(action.symbol);
    // A close of the ex-day or later already shows the action: seeded closes only.
    if (book.lastDay >= action.exDay) return;
    this.state = null;
    const derivedCash = action.origin === 'derived' && action.cash !== undefined;
    if (book.quantity > 0) {
      const { dividendTax, parMinor } = this.rulesOf(book, this.day);
      const grossMinor = action.cash === undefined ? 0 : mulDiv(book.quantity, action.cash.numerator, action.cash.denominator);
      const taxMinor = flatDividendTaxMinor(book.quantity, action, parMinor, dividendTax);
      const shares = shareRatio(action);
      const cashPerUnit = action.cash === undefined ? 0 : action.cash.numerator / action.cash.denominator;
      bookUntaxed(book, action, parMinor, dividendTax);
      if (!derivedCash) reduceCost(book, cashPerUnit, this.index);
      scaleUnits(book, action);
      if (grossMinor !== 0 || taxMinor !== 0) {
        this.receivables.push({
          symbol: action.symbol,
          payDay: derivedCash ? action.exDay : action.payDay,
          grossMinor,
          taxMinor,
          booked: !derivedCash,
          costPerUnitMinor: derivedCash ? (cashPerUnit * shares.denominator) / shares.numerator : 0,
        });
        if (!derivedCash) this.receivable += grossMinor - taxMinor;
      }
    }
    if (book.referenceTicks > 0) book.referenceTicks = exRightReferenceTicks(book.referenceTicks, action, book.units);
    if (book.lastTicks > 0) {
      // The open of a derived cash dividend shows its size; until then only a split moves the mark.
      const moved: CorporateAction = derivedCash ? { ...action, cash: { numerator: 0, denominator: 1 } } : action;
      this.mark(book, exRightReferenceTicks(book.lastTicks, moved, book.units));
    }
    if (book.quantity === 0) this.held = this.held.filter((other) => other !== book);
    this.scalePending(book, action);
  }

  private scalePending(book: Book, action: CorporateAction): void {
    const { numerator, denominator } = shareRatio(action);
    if (numerator === denominator) return;
    for (const pending of this.pending) {
      if (pending.order.symbol !== action.symbol) continue;
      const scaled = mulDiv(pending.quantity, numerator, denominator);
      if (pending.order.side === 'sell') book.pendingSell += scaled - pending.quantity;
      pending.quantity = scaled;
    }
  }

  private payReceivables(day: EpochDay): void {
    let kept = 0;
    for (const due of this.receivables) {
      if (due.payDay > day) {
        this.receivables[kept++] = due;
        continue;
      }
      const net = due.grossMinor - due.taxMinor;
      this.cash += net;
      if (due.booked) this.receivable -= net;
      else reduceCost(this.bookOf(due.symbol), due.costPerUnitMinor, this.index);
      this.totals.dividendsMinor += due.grossMinor;
      this.totals.dividendTaxMinor += due.taxMinor;
      this.state = null;
    }
    this.receivables.length = kept;
  }

  // ---------------------------------------------------------------- small parts

  private mark(book: Book, ticks: number): void {
    const value = book.quantity === 0 ? 0 : notionalMinor(book.quantity, ticks, book.units);
    this.marketValue += value - book.markMinor;
    book.markMinor = value;
    book.lastTicks = ticks;
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

const rejectionOf = (order: Order, day: EpochDay, quantity: number, reason: RejectionReason, detail: string): Rejection => ({
  orderId: order.id,
  symbol: order.symbol,
  side: order.side,
  day,
  quantity,
  reason,
  detail,
  action: order.action,
  strategy: order.strategy,
});
