/**
 * An ensemble: several strategies on one account, each with a virtual book. Intents are sized on their own book, signed quantities net per
 * symbol, fills are shared pro rata, what matches passes between books at the next open without a trade. T+1 and cash bind on the account.
 */
import {
  type CorporateAction,
  type EpochDay,
  type Instrument,
  mulDiv,
  type PortfolioState,
  type Rejection,
  type Symbol,
} from '../core/index.js';
import { type BrokerBar, notionalMinor, type RiskSettings, type SessionResult } from '../market/index.js';
import { precedence } from './allocation.js';
import { applyShares, bookDividends, bookUnits, checkBooks, matchCash } from './book-keeping.js';
import { ManagerError } from './errors.js';
import type { Attribution, Execution, ExecutionContext, Manager, Member, SignedIntent } from './execution.js';
import { checkMembers, memberNamed } from './manager.js';
import { netWishes, type Share, type Wish } from './netting.js';
import { numberOrders } from './numbering.js';
import { capRisk, type Planned, planOrders, shareCash } from './plan.js';
import { bookPortfolio, heldIn, type VirtualBook } from './virtual-book.js';

export interface EnsembleOptions {
  readonly members: readonly Member[];
  readonly risk: RiskSettings | null;
  readonly initialCashMinor: number;
  instrumentOf(symbol: Symbol): Instrument;
}

/** What waits for the next open. */
interface Waiting {
  readonly symbol: Symbol;
  readonly orderId: number | null;
  readonly shares: Share[];
}

interface EnsembleState {
  nextOrderId: number;
  books: VirtualBook[];
  waiting: Waiting[];
  /** Who is due how much of a dividend of this session, in parts of a minor unit; in the order of `books`. */
  dividendWeights: number[];
}

export class Ensemble implements Manager {
  readonly members: readonly Member[];
  private readonly options: EnsembleOptions;
  private state: EnsembleState;

  /** Books start equal, the remainder with the first id. Throws ManagerError on members without a book, or two of one name. */
  constructor(options: EnsembleOptions) {
    this.members = checkMembers(options.members);
    this.options = options;
    const ids = this.members
      .filter((member) => !member.protective)
      .map(({ id }) => id)
      .sort();
    if (ids.length === 0) throw new ManagerError('Ensemble: expected a member with a book, got protective ones only. Add a strategy.');
    const part = Math.floor(options.initialCashMinor / ids.length);
    const books = ids.map((strategy, i) => ({
      strategy,
      cashMinor: i === 0 ? options.initialCashMinor - part * (ids.length - 1) : part,
      receivableMinor: 0,
      lots: {},
    }));
    this.state = { nextOrderId: 1, books, waiting: [], dividendWeights: ids.map(() => 0) };
  }

  /** The books, by strategy id. Read only. */
  get books(): readonly VirtualBook[] {
    return this.state.books;
  }

  openSession(account: PortfolioState, actions: readonly CorporateAction[]): void {
    const { books, waiting } = this.state;
    this.state.dividendWeights = bookDividends(books, actions);
    for (const [symbol, before, after] of bookUnits(books, account)) {
      for (const { shares } of waiting.filter((entry) => entry.symbol === symbol)) {
        for (const share of shares) share.matched = mulDiv(share.matched, after, before);
      }
    }
    matchCash(books, account, this.state.dividendWeights);
  }

  settleOpen(day: EpochDay, bars: readonly BrokerBar[], result: SessionResult) {
    const attributions: Attribution[] = [];
    const rejections: Rejection[] = [];
    for (const fill of result.fills) {
      const entry = this.state.waiting.find(({ orderId }) => orderId === fill.orderId);
      if (!entry) throw new ManagerError(`settleOpen: expected fills of orders sent through the ensemble, got order ${fill.orderId}.`);
      const shares = entry.shares.filter(({ side, open }) => side === fill.side && open > 0);
      const weights = shares.map(({ open }) => open);
      const moves = { symbol: fill.symbol, side: fill.side, day, kind: 'fill' as const };
      attributions.push(...applyShares(this.state.books, moves, shares, weights, fill.quantity, fill.cashDeltaMinor));
    }
    for (const { symbol, shares } of this.state.waiting) {
      const bar = bars.find((candidate) => candidate.symbol === symbol);
      const open = bar?.open ?? 0;
      if (open > 0) attributions.push(...this.passOver(symbol, shares, open, day));
      else rejections.push(...shares.filter(({ matched }) => matched > 0).map((share) => cancelled(symbol, share, day)));
    }
    this.state.waiting = [];
    return { attributions, rejections };
  }

  /** Netted units at the open's price, no fees: what buyers pay is what sellers get. */
  private passOver(symbol: Symbol, shares: readonly Share[], openTicks: number, day: EpochDay): Attribution[] {
    // A split that rounds can leave a seller a unit short, or one side a unit larger.
    const sellers = shares
      .filter(({ side, matched }) => side === 'sell' && matched > 0)
      .map((share) => ({ ...share, matched: Math.min(share.matched, heldIn(this.bookOf(share.book), symbol)) }));
    const buyers = shares.filter(({ side, matched }) => side === 'buy' && matched > 0);
    const total = (side: readonly Share[]): number => side.reduce((sum, { matched }) => sum + matched, 0);
    const quantity = Math.min(total(sellers), total(buyers));
    if (quantity === 0) return [];
    const value = notionalMinor(quantity, openTicks, this.options.instrumentOf(symbol).units);
    const pass = (side: 'buy' | 'sell', whose: readonly Share[], cash: number): Attribution[] => {
      const weights = whose.map(({ matched }) => matched);
      return applyShares(this.state.books, { symbol, side, day, kind: 'netted' }, whose, weights, quantity, cash);
    };
    return [...pass('sell', sellers, value), ...pass('buy', buyers, -value)];
  }

  portfolioOf(member: string, account: PortfolioState): PortfolioState {
    if (memberNamed(this.members, member).protective) return account;
    matchCash(this.state.books, account, this.state.dividendWeights);
    return bookPortfolio(this.bookOf(member), account, (symbol) => this.options.instrumentOf(symbol).units);
  }

  executeSignals(intents: readonly SignedIntent[], account: PortfolioState, context: ExecutionContext): Execution {
    if (context.sizing === 'at-fill') {
      throw new ManagerError('Ensemble: expected sizing at-decision, got at-fill. Books share one cash only when quantities are known.');
    }
    const { books } = this.state;
    matchCash(books, account, this.state.dividendWeights);
    checkBooks(books, account);
    const rejections: Rejection[] = [];
    const wishes = new Map<Symbol, Wish[]>();
    let abstentions = 0;
    for (const book of books) {
      const own = this.intentsOn(book, intents);
      const portfolio = bookPortfolio(book, account, (symbol) => context.instrument(symbol).units);
      const plan = planOrders(own, (strategy) => memberNamed(this.members, strategy).actions, book.strategy, portfolio, context);
      abstentions += plan.abstentions;
      rejections.push(...plan.rejections);
      // Cuts in a book are its own affair: they get no order number.
      const planned = [...plan.sells, ...plan.buys];
      numberOrders(
        planned.map(({ draft, cuts }) => ({ draft: { ...draft, quantity: 0 }, cuts })),
        0,
        rejections,
      );
      for (const { draft } of planned) addWish(wishes, book, draft);
    }
    return { ...this.netAll(wishes, account, context, rejections), abstentions };
  }

  private netAll(wishes: Map<Symbol, Wish[]>, account: PortfolioState, context: ExecutionContext, rejections: Rejection[]) {
    const netted = [...wishes.keys()].sort().map((symbol) => netWishes(symbol, wishes.get(symbol)!, account, context.rules(symbol)));
    for (const { symbol, shares } of netted) {
      for (const share of shares) {
        if (share.matched === 0) continue;
        const { draft } = wishes.get(symbol)!.find(({ book }) => book === share.book)!;
        rejections.push({ ...refusal(symbol, share, context.decidedOn), reason: 'netted', action: draft.action, detail: MATCHED });
      }
    }
    const planned = netted.map(({ order }) => order).filter((order): order is Planned => order !== null);
    const sells = planned.filter(({ draft }) => draft.side === 'sell');
    const buys = planned.filter(({ draft }) => draft.side === 'buy').sort((a, b) => precedence(a.draft, b.draft));
    shareCash(buys, account.cashMinor, context);
    const warnings = capRisk(buys, account, context, this.options.risk);
    const orders = numberOrders([...sells, ...buys], this.state.nextOrderId, rejections);
    this.state.nextOrderId += orders.length;
    const idOf = (symbol: Symbol): number | null => orders.find((order) => order.symbol === symbol)?.id ?? null;
    this.state.waiting = netted.map(({ symbol, shares }) => ({ symbol, orderId: idOf(symbol), shares }));
    return { orders, rejections, warnings };
  }

  /** A book's own intents, and those of protective members for what it holds. */
  private intentsOn(book: VirtualBook, intents: readonly SignedIntent[]): SignedIntent[] {
    return intents.filter((intent) => {
      const strategy = intent.strategy ?? this.members[0]!.id;
      return memberNamed(this.members, strategy).protective ? heldIn(book, intent.symbol) > 0 : strategy === book.strategy;
    });
  }

  private bookOf(strategy: string): VirtualBook {
    return this.state.books.find((book) => book.strategy === strategy)!;
  }

  snapshot(): unknown {
    return JSON.parse(JSON.stringify(this.state));
  }

  restore(snapshot: unknown): void {
    this.state = JSON.parse(JSON.stringify(snapshot)) as EnsembleState;
  }
}

const MATCHED = 'matched by another book: passes between them at the next open without a trade';

function addWish(wishes: Map<Symbol, Wish[]>, book: VirtualBook, draft: Planned['draft']): void {
  const held = heldIn(book, draft.symbol);
  const quantity = draft.side === 'sell' ? Math.min(draft.quantity, held) : draft.quantity;
  if (quantity === 0) return;
  const of = wishes.get(draft.symbol);
  const wish = { book: book.strategy, draft: { ...draft, quantity } };
  if (of) of.push(wish);
  else wishes.set(draft.symbol, [wish]);
}

const refusal = (symbol: Symbol, share: Share, day: EpochDay) => ({
  orderId: null,
  symbol,
  side: share.side,
  day,
  quantity: share.matched,
  action: null,
  strategy: share.book,
});

const cancelled = (symbol: Symbol, share: Share, day: EpochDay): Rejection => ({
  ...refusal(symbol, share, day),
  reason: 'cancelled',
  detail: 'no open: units matched between books stay where they are',
});
