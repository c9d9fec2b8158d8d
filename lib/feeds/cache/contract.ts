/** The contract of the cache: what a question is, and what an answer from it says about its age. */
import type { Instant } from '../../core/index.js';

export type CacheKind = 'bars' | 'quotes' | 'news' | 'fundamentals' | 'calendar' | 'dividends' | 'limits' | 'list';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The question. Its hash, with the version of the cache's format, names the entry. */
export interface CacheKey {
  readonly source: string;
  readonly kind: CacheKind;
  /** All that the answer depends on: function, symbol, span, fields. Never a token. */
  readonly query: Json;
  /** `raw`, `qfq`, `hfq`, `split`, `none` ... as the source names it. */
  readonly adjustment: string;
  /** Given when the question was put as of that instant, so that each instant has an entry of its own. */
  readonly asOf?: Instant;
}

export interface CacheReadOptions {
  /** How long an answer of a kind counts as fresh; what is not given is {@link TTL_MS}. */
  readonly ttlMs?: Partial<Readonly<Record<CacheKind, number>>>;
  /** How much older than its TTL an answer may be when the source fails. Default 0: the failure is thrown. */
  readonly staleWhileErrorMs?: number;
  /** Never call `load`: an entry of any age, or NotCachedError. */
  readonly offline?: boolean;
  /**
   * The simulated now. The answer is cut there: of records (objects with `knownAt`) and of columns (with a column `knownAt`) only what
   * was known by then comes out; any other answer counts as known when it was fetched, and is refused (NotKnownThenError) before.
   * Default: the key's asOf; with neither, the clock's now and no cut.
   */
  readonly asOf?: Instant;
  /** Ends this caller's wait; the load itself ends when nobody waits for it. */
  readonly signal?: AbortSignal;
}

export interface Cached<T> {
  /** Frozen, and shared by readers; columns are the reader's own copy. */
  readonly value: T;
  /** When its load ended. */
  readonly fetchedAt: Instant;
  /** Time from the start of its load to the reader's now (`asOf`, else the clock's); 0 when loaded later than that. */
  readonly ageMs: number;
  /** Older than its TTL: the source failed, or the reader is offline. */
  readonly stale: boolean;
  /** Why it is stale although there is a source. */
  readonly staleReason?: string;
  readonly from: 'memory' | 'disk' | 'source';
}

/** Counters since the cache was opened, names as in the project's metrics, and sizes now. */
export interface CacheMetrics {
  readonly data_cache_hits_total: Readonly<Record<'memory' | 'disk', number>>;
  readonly data_cache_misses_total: number;
  readonly data_cache_stale_total: number;
  readonly data_cache_evictions_total: Readonly<Record<'memory' | 'disk', number>>;
  readonly data_cache_size_bytes: Readonly<Record<'memory' | 'disk', number>>;
}

export interface Cache {
  /**
   * The answer to `key`: from memory, from disk, or from `load`, which runs once however many ask (other processes on the same
   * folder included). A null or undefined answer is an answer. Errors of `load` are thrown unless a stale answer may stand in.
   */
  get<T>(key: CacheKey, load: (signal: AbortSignal) => Promise<T>, options?: CacheReadOptions): Promise<Cached<T>>;
  /** Forgets the answer to one question. */
  forget(key: CacheKey): void;
  metrics(): CacheMetrics;
  close(): void;
}
