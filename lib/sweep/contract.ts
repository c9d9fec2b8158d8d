/** What every evaluator of rule configurations over arrays takes and gives: the WASM kernel, its plain-JS fallback and the loop itself. */
import type { ReplaySpec } from '../replay/index.js';

/**
 * A rule strategy by registry id with its parameters: `sma-cross`, `ema-cross`, `breakout`, `momentum-sign`, `rsi-bands`, or
 * `signal` (a precomputed 0/1 array per symbol, given beside).
 */
export interface Configuration {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * How the universe is accounted. `shared`: one account, each symbol an equal part (`parts` = number of symbols), as a loop run over all
 * symbols. `each`: one account a symbol, all cash in or out; totals are those of the accounts added up, session by session.
 */
export type Accounts = 'shared' | 'each';

/** Everything but the configuration: a replay spec whose `strategies` are replaced by each configuration in turn. */
export interface SweepGround {
  readonly spec: ReplaySpec;
  readonly accounts: Accounts;
}

/** What one configuration came to over the span. Money in minor units of the account. */
export interface Evaluation {
  readonly configuration: Configuration;
  /** Total equity at the last close. */
  readonly equityMinor: number;
  readonly totalReturn: number;
  readonly annualisedReturn: number;
  /** Per session, ddof 1; and by sessions a year. null when the returns don't vary. */
  readonly sharpe: number | null;
  readonly annualisedSharpe: number | null;
  /** 0..1. */
  readonly maxDrawdown: number;
  /** Traded notional over mean equity, per year. */
  readonly turnover: number;
  readonly fills: number;
  readonly rejections: number;
  readonly feesMinor: number;
  /** Sum of fees and taxes. */
  readonly costsMinor: number;
  /** Equity at each close, minor units: on request only (memory must not grow with the number of configurations). */
  readonly equity?: Float64Array;
}

/** Evaluates configurations one after another over one ground; holds its arrays, so that a thousand cost no more memory than one. */
export interface Evaluator {
  /** `simd`, `js`, `loop`: shown and stamped. */
  readonly kernel: string;
  /** Session days of the span. */
  readonly sessions: Int32Array;
  /** `returns`: filled with the per-session returns of this configuration when given (length sessions.length - 1 or sessions.length: see implementation of performance in lib/stats). */
  evaluate(configuration: Configuration, options?: { readonly equity?: boolean }): Evaluation;
}
