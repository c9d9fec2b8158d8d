/** The contract between a strategy and everything around it: what it may see, what it may want, what became of it. */
import type { BarWindow, Symbol } from './bars.js';
import type { EpochDay, Instant } from './instant.js';

// ---------------------------------------------------------------- actions

export type ActionName = string;

/** What an action asks for: a fraction of total equity to hold, or a change measured against a named basis. */
export type ActionSize =
  | { readonly kind: 'none' }
  | { readonly kind: 'targetWeight'; readonly weight: number }
  | {
      readonly kind: 'delta';
      readonly side: 'buy' | 'sell';
      readonly fraction: number;
      readonly basis: 'cash' | 'equity' | 'position' | 'sellable';
    };

export interface ActionRow {
  readonly name: ActionName;
  readonly size: ActionSize;
}

export interface ActionTable {
  readonly id: string;
  readonly rows: readonly ActionRow[];
}

/** Something a decision rests on. `knownAt` never lies after the decision. */
export interface EvidenceRef {
  readonly kind: 'bars' | 'news' | 'memory' | 'portfolio' | 'observation' | 'intent';
  readonly id: string;
  readonly knownAt: Instant;
}

/** What a strategy wants for one symbol. `action` null is an abstention: counted and shown, never an order. */
export interface Intent {
  readonly symbol: Symbol;
  readonly action: ActionName | null;
  /** 0..1. */
  readonly confidence: number;
  readonly why: string;
  readonly evidence: readonly EvidenceRef[];
  /** What an agent has to say about its decision: goes into the decision's row. */
  readonly detail?: DecisionDetail;
}

/** The parts of a decision row that only agents fill. Plain JSON, and nothing that was not known at the decision. */
export interface DecisionDetail {
  /** The day's information in a few words: what memory files the decision under, and looks for next time. */
  readonly situation?: string;
  /** One entry a role: model, digest, tier, direction, confidence, key points, text. */
  readonly analyses?: readonly unknown[];
  readonly debate?: unknown;
  /** Hashes of the model calls behind it. */
  readonly transcripts?: readonly string[];
  readonly tokens?: number;
  /** Minor units of the account's currency. */
  readonly costMinor?: number;
  /** State of the recall, when memory was asked. */
  readonly memory?: { readonly status: Recall['status']; readonly reason?: string };
}

// ---------------------------------------------------------------- the account

export interface Lot {
  readonly quantity: number;
  readonly boughtOn: EpochDay;
  /** Fees included, minor units, unrounded. */
  readonly costMinor: number;
}

export interface Position {
  readonly symbol: Symbol;
  readonly quantity: number;
  /** Units that could be sold in the session of `asOf`. */
  readonly sellableNow: number;
  /** Units that can be sold in the session where an order sent now can fill; pending sells are taken off. */
  readonly sellableAtFill: number;
  /** Weighted, fees included, ticks, unrounded. */
  readonly averageCostTicks: number;
  readonly lastPriceTicks: number;
  readonly tickSize: number;
  readonly marketValueMinor: number;
  /** Fraction of total equity. */
  readonly weight: number;
  readonly unrealisedPnlMinor: number;
  readonly lots: readonly Lot[];
}

export interface PortfolioState {
  readonly asOf: Instant;
  readonly currency: string;
  /** Free cash: without what pending buys hold. */
  readonly cashMinor: number;
  readonly frozenCashMinor: number;
  /** Dividends booked on the ex-date and not yet paid. */
  readonly receivableMinor: number;
  /** cash + frozen + receivable + market value. */
  readonly totalEquityMinor: number;
  readonly positions: readonly Position[];
  /** last-known: at least one position is valued at an older session's close (suspended, or a stale quote). */
  readonly priceQuality: 'live' | 'last-known';
}

// ---------------------------------------------------------------- the view

export interface NewsItem {
  readonly id: string;
  readonly symbols: readonly Symbol[];
  readonly eventAt: Instant;
  readonly knownAt: Instant;
  readonly title: string;
  readonly text: string;
  readonly source: string;
}

export interface NewsQuery {
  readonly symbols?: readonly Symbol[];
  /** Earliest knownAt wanted. */
  readonly since?: Instant;
  /** Latest knownAt wanted; the view's instant by default. Later than that: FutureReadError. */
  readonly until?: Instant;
  readonly limit?: number;
}

export interface RecallQuery {
  readonly text: string;
  /** Rows about one of these, or about none in particular. */
  readonly symbols?: readonly Symbol[];
  /** `episode`, `lesson`, `maxim`, ...; all when absent. */
  readonly kinds?: readonly string[];
  /** Whose rows beside the shared ones: bull, bear, trader, invest_judge, risk_manager. Only shared ones when absent. */
  readonly owner?: string;
  /** Default 5. */
  readonly limit?: number;
}

/** A row of memory as it was handed out. */
export interface RecalledItem {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  /** Typed content by kind: numbers are read from here, never out of the text. */
  readonly body: unknown;
  readonly eventAt: Instant;
  readonly knownAt: Instant;
  /** Relevance, age and importance in one number, 0..1. */
  readonly score: number;
}

export interface Recall {
  readonly status: 'ok' | 'empty' | 'degraded';
  readonly reason?: string;
  readonly items: readonly RecalledItem[];
}

/** All that was handed out by a view. */
export interface ReadLog {
  /** Newest knownAt of anything handed out; -Infinity when nothing was. */
  readonly maxKnownAt: Instant;
  entries(): readonly EvidenceRef[];
}

/** All that a decision at `asOf` may read. Reads past it throw FutureReadError. */
export interface View {
  readonly asOf: Instant;
  /** The last `count` bars of a symbol (fewer when there are fewer), newest last, as known at `until` (default: the view's instant; later: FutureReadError). */
  bars(symbol: Symbol, count: number, until?: Instant): BarWindow;
  news(query: NewsQuery): readonly NewsItem[];
  recall(query: RecallQuery): Promise<Recall>;
  portfolio(): PortfolioState;
  readonly reads: ReadLog;
}

// ---------------------------------------------------------------- the strategy

export interface Step<S> {
  readonly intents: readonly Intent[];
  readonly state: S;
}

/**
 * A strategy. `symbol` scope: decide is called once a symbol, with a state of its own for each; `universe`: once a session with all.
 * The state must be plain JSON (no NaN, no typed arrays): it is checkpointed at barriers and given back on resume. `decide` may
 * change the state in place and return it.
 */
export interface Strategy<S = unknown> {
  readonly id: string;
  readonly scope: 'symbol' | 'universe';
  readonly actions: ActionTable;
  init(): S;
  decide(view: View, symbols: readonly Symbol[], state: S): Promise<Step<S>> | Step<S>;
}

// ---------------------------------------------------------------- orders

export type Side = 'buy' | 'sell';

/** Why an order, or a part of it, was not done. */
export type RejectionReason =
  | 'suspended'
  | 'no-price'
  | 'limit-up'
  | 'limit-down'
  | 'not-sellable'
  | 'below-lot'
  | 'below-notional'
  | 'cut-lot'
  | 'cut-cash'
  | 'cut-sellable'
  | 'cut-volume'
  | 'cut-risk'
  | 'no-cash'
  | 'no-position'
  | 'no-volume'
  | 'risk'
  | 'netted'
  | 'cancelled'
  | 'delisted'
  | 'unknown-action'
  | 'not-tradable';

/** What the broker got: a market order for the next open. */
export interface Order {
  /** 1, 2, 3 ... in the account's order of submission. */
  readonly id: number;
  readonly symbol: Symbol;
  readonly side: Side;
  /** Units wanted; for `at-fill` sizing, what it would be at the last price. */
  readonly quantity: number;
  /** at-decision: the quantity holds. at-fill: `cashFraction` of the cash at the open is spent (two benchmarks only). */
  readonly sizing: 'at-decision' | 'at-fill';
  readonly cashFraction?: number;
  /** All that is sellable leaves, whatever splits did to the quantity meanwhile. */
  readonly sellAll: boolean;
  readonly action: ActionName;
  /** The size as the action table gave it, for the record. */
  readonly size: ActionSize;
  readonly why: string;
  readonly strategy: string;
  readonly confidence: number;
  readonly decidedOn: EpochDay;
}

export interface Fill {
  readonly orderId: number;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly day: EpochDay;
  readonly quantity: number;
  readonly priceTicks: number;
  readonly notionalMinor: number;
  /** Each component rounded half up on its own, per order, by name. */
  readonly feesMinor: Readonly<Record<string, number>>;
  readonly totalFeesMinor: number;
  /** Positive: received; negative: paid. */
  readonly cashDeltaMinor: number;
  readonly action: ActionName;
  readonly strategy: string;
  readonly why: string;
}

/** An order, or the part `quantity` of it, that was not done. */
export interface Rejection {
  readonly orderId: number | null;
  readonly symbol: Symbol;
  readonly side: Side | null;
  readonly day: EpochDay;
  readonly quantity: number;
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly action: ActionName | null;
  readonly strategy: string;
}
