/** What stands between strategies and the account, as the loop sees it: one manager for one account, with or without virtual books. */
import type {
  ActionTable,
  CorporateAction,
  EpochDay,
  Instrument,
  Intent,
  Order,
  PortfolioState,
  Rejection,
  Side,
  Symbol,
} from '../core/index.js';
import type { BrokerBar, SessionResult, SessionRules } from '../market/index.js';

/** An intent and who has it; without a name it is the first member's. */
export type SignedIntent = Intent & { readonly strategy?: string };

/** One strategy on the account. */
export interface Member {
  readonly id: string;
  readonly actions: ActionTable;
  /**
   * A protective member (`exits`) has no book of its own in an ensemble: it sees the account, and what it sells is sold out of every book.
   */
  readonly protective?: boolean;
}

/** The market at a decision point. */
export interface ExecutionContext {
  /** Session of the decision. */
  readonly decidedOn: EpochDay;
  /** at-fill for the two benchmarks only. */
  readonly sizing?: 'at-decision' | 'at-fill';
  instrument(symbol: Symbol): Instrument;
  /** Rules of the session in which an order sent now can fill. */
  rules(symbol: Symbol): SessionRules;
  /** Newest close known, ticks; 0 when there is none. */
  lastPriceTicks(symbol: Symbol): number;
}

export interface Execution {
  readonly orders: readonly Order[];
  readonly rejections: readonly Rejection[];
  /** Intents whose action is null: counted, never an order. */
  readonly abstentions: number;
  /** What a reader should know about the risk caps, such as symbols without a sector. */
  readonly warnings: readonly string[];
}

/** What a member of an ensemble got out of a session's open. */
export interface Attribution {
  readonly strategy: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly day: EpochDay;
  /** fill: its share of the account's fill. netted: passed between books without a trade, at the open, without fees. */
  readonly kind: 'fill' | 'netted';
  readonly quantity: number;
  readonly cashDeltaMinor: number;
}

/**
 * The loop's order of calls: `openSession` after the broker's, `settleOpen` after `fillAtOpen`, then a decision point: `portfolioOf`
 * for each member's view, `executeSignals` once. All synchronous; nothing reads a clock.
 */
export interface Manager {
  readonly members: readonly Member[];
  /** Corporate actions whose ex-day is this session, and the account after the broker applied them. */
  openSession(account: PortfolioState, actions: readonly CorporateAction[]): void;
  /** Hands the session's fills to the books and passes netted quantities between them. */
  settleOpen(
    day: EpochDay,
    bars: readonly BrokerBar[],
    result: SessionResult,
  ): { readonly attributions: readonly Attribution[]; readonly rejections: readonly Rejection[] };
  /** The account as a member may see it. */
  portfolioOf(member: string, account: PortfolioState): PortfolioState;
  executeSignals(intents: readonly SignedIntent[], account: PortfolioState, context: ExecutionContext): Execution;
  /** Plain JSON; `restore(snapshot())` continues to the byte. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}
