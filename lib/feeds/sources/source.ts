/** The interface of a source of market data: what it has, of which markets, in which form, and how often it may be asked. */
import type { Clock, CorporateAction, EpochDay, Instant, Instrument, MarketId, NewsItem, Symbol, Units } from '../../core/index.js';
import type { Cache } from '../cache/contract.js';
import type { Outside, OutsidePolicy } from '../outside/contract.js';
import type {
  BarRecord,
  CalendarRecord,
  FactorRecord,
  FundamentalRecord,
  LimitRecord,
  MemberRecord,
  MissingDay,
  QuoteRecord,
  StatusRecord,
} from './records.js';

/** raw: as traded, or rebuilt to that from the source's own splits. Adjusted kinds are never mixed with it. */
export type Adjustment = 'raw' | 'forward' | 'backward';

/** Symbols and days, both ends included. */
export interface SymbolQuery {
  readonly symbol: Symbol;
  readonly from: EpochDay;
  readonly to: EpochDay;
  /** Length of the bars asked for, where it is shorter than a session. */
  readonly intervalMs?: number;
}

export interface DayQuery {
  readonly from: EpochDay;
  readonly to: EpochDay;
}

/** How answers are read through the cache. */
export interface CachedReading {
  readonly cache: Cache;
  /** Nothing but the cache is asked: an answer of any age, or NotCachedError. */
  readonly offline?: boolean;
  /** The simulated now: only what was known by then comes out. */
  readonly asOf?: Instant;
}

/** What a source needs of the world. */
export interface SourceContext {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Without it every question goes to the source. */
  readonly cached?: CachedReading;
  /** Calls under a policy; the same object for the same source. */
  outside(policy: OutsidePolicy): Outside;
}

export interface Answer<Row> {
  readonly source: string;
  readonly retrievedAt: Instant;
  readonly rows: readonly Row[];
  /** Why there are no rows. Set exactly when `rows` is empty. */
  readonly empty?: string;
  readonly notes: readonly string[];
}

export interface BarsAnswer extends Answer<BarRecord> {
  readonly symbol: Symbol;
  readonly market: MarketId;
  readonly adjustment: Adjustment;
  readonly units: Units;
  /** Length of a bar where it is shorter than a session: as asked. */
  readonly intervalMs?: number;
  /** Last session for which the answer is complete: bars of a session under way are left out. */
  readonly completeTo: EpochDay;
  readonly missing: readonly MissingDay[];
  /** Set for generated data. */
  readonly synthetic?: true;
  /** What is known of the instrument beyond its code: name, sector, statuses. */
  readonly instrument?: Instrument;
  /** Sentences a reader must know of the whole set that the bars are from. */
  readonly ofSet?: readonly string[];
}

export interface ActionsAnswer extends Answer<CorporateAction> {
  /** What the source's list doesn't have, such as rights issues. */
  readonly lacks: readonly string[];
  /** Days (both included) for which the list is complete, where that is not the whole span. */
  readonly known?: DayQuery;
}

const CAPABILITIES = ['bars', 'quotes', 'news', 'fundamentals', 'calendar', 'dividends', 'limits', 'factors', 'status', 'members'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** A source has the methods of its capabilities and no others. */
export interface Source {
  readonly id: string;
  readonly markets: readonly MarketId[];
  /** Its bars can be shorter than a session. */
  readonly intraday?: true;
  /** Kinds of prices that its bars come in. */
  readonly adjustments: readonly Adjustment[];
  /** Deadline, retries, concurrency and rate of its calls; absent for files. */
  readonly policy?: OutsidePolicy;
  /** Sentences a reader must know of all its data. */
  readonly notes: readonly string[];
  bars?(query: SymbolQuery, context: SourceContext): Promise<BarsAnswer>;
  quotes?(symbols: readonly Symbol[], context: SourceContext): Promise<Answer<QuoteRecord>>;
  news?(query: SymbolQuery, context: SourceContext): Promise<Answer<NewsItem>>;
  fundamentals?(query: SymbolQuery, context: SourceContext): Promise<Answer<FundamentalRecord>>;
  calendar?(query: DayQuery, context: SourceContext): Promise<Answer<CalendarRecord>>;
  dividends?(query: SymbolQuery, context: SourceContext): Promise<ActionsAnswer>;
  limits?(query: SymbolQuery, context: SourceContext): Promise<Answer<LimitRecord>>;
  factors?(query: SymbolQuery, context: SourceContext): Promise<Answer<FactorRecord>>;
  status?(query: SymbolQuery, context: SourceContext): Promise<Answer<StatusRecord>>;
  members?(query: SymbolQuery, context: SourceContext): Promise<Answer<MemberRecord>>;
}

export const capabilitiesOf = (source: Source): Capability[] => CAPABILITIES.filter((name) => source[name] !== undefined);

export const SURVIVORSHIP = 'Survivorship not controlled: the source has no point-in-time list of what was traded.';

/** An answer with its reason when it has no rows. */
export function answerOf<Row>(
  source: string,
  retrievedAt: Instant,
  rows: readonly Row[],
  whyEmpty: string,
  notes: readonly string[] = [],
): Answer<Row> {
  return { source, retrievedAt, rows, ...(rows.length === 0 ? { empty: whyEmpty } : {}), notes };
}
