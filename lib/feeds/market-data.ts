/** What a feed hands to a replay: everything about a universe over its whole history. Only the loop reads it, and cuts it by instant. */
import type { BarSeries, CorporateAction, EpochDay, Instrument, NewsItem, Symbol } from '../core/index.js';

export interface MarketData {
  /** `embedded:cn`, `embedded:us`, a path, or a synthetic label such as `bench:lcg`. */
  readonly source: string;
  /** True for generated data: shown wherever a number of it is. */
  readonly synthetic: boolean;
  /** `cn-a`, `us`, `crypto`, or the id of a calendar made for a benchmark. */
  readonly calendar: string;
  /**
   * Length of a bar where it is shorter than a session; absent for daily bars. Bars of one session then share its `day`, each is known
   * at its end (`knownAt`), and the last one of a span of trading may be shorter.
   */
  readonly intervalMs?: number;
  readonly instruments: readonly Instrument[];
  readonly series: ReadonlyMap<Symbol, BarSeries>;
  readonly actions: ReadonlyMap<Symbol, readonly CorporateAction[]>;
  /** Days (both included) for which `actions` of a symbol is complete, where that is not its whole series. */
  readonly actionsKnown?: Readonly<Record<Symbol, { readonly from: EpochDay; readonly to: EpochDay }>>;
  readonly news: readonly NewsItem[];
  /** Index for excess returns, when there is one; its series is in `series`, its instrument in `instruments` (kind index). */
  readonly index?: Symbol;
  /** sha256 by symbol over the columns, actions and units, and by `news`: what the stamp records. */
  readonly digests: Readonly<Record<string, string>>;
  /** Sentences a reader must know: price index, survivorship not controlled, ... */
  readonly notes: readonly string[];
  /** Rows skipped on request, by reason. Empty when nothing was skipped. */
  readonly skipped: Readonly<Record<string, number>>;
}
