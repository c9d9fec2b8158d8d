/** What every evaluator of rule configurations over arrays takes and gives: the WASM kernel, its plain-JS fallback and the loop itself. */
import type { EpochDay, Side, Symbol } from '../core/index.js';
import type { ReplayEffects, ReplaySpec, ReplaySpecInput } from '../replay/index.js';
import type { SignalSet } from './signal-strategy.js';

/**
 * A rule strategy by registry id with its parameters: `sma-cross`, `ema-cross`, `breakout`, `momentum-sign`, `rsi-bands`, or
 * `signal` (`{ index }`: which of the precomputed arrays that are given beside).
 */
export interface Configuration {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * How the universe is accounted. `shared`: one account, each symbol an equal part (`parts` = number of symbols), as a loop run over all
 * symbols. `each`: one account a symbol, each with the spec's cash, all in or out; totals are those of the accounts added up, session by
 * session.
 */
export type Accounts = 'shared' | 'each';

/** Everything but the configuration: a replay spec whose `strategies` are replaced by each configuration in turn. */
export interface SweepGround {
  readonly spec: ReplaySpec | ReplaySpecInput;
  readonly accounts: Accounts;
}

/** What an evaluator may use of the outside. */
export interface SweepEffects extends Pick<ReplayEffects, 'data' | 'calendar'> {
  /** What configurations of `signal` name by index. */
  readonly signals?: readonly SignalSet[];
}

/**
 * What one configuration came to over the span. Money in minor units of the account; figures by the definitions of
 * `performance` in lib/stats (sums are added in another order: within 1e-10 of it).
 */
export interface Evaluation {
  readonly configuration: Configuration;
  /** Total equity at the last close. */
  readonly equityMinor: number;
  /** From the first close to the last; null with one session only. */
  readonly totalReturn: number | null;
  readonly annualisedReturn: number | null;
  /** Per session, ddof 1; and by sessions a year. null when the returns don't vary. */
  readonly sharpe: number | null;
  readonly annualisedSharpe: number | null;
  /** 0..1. */
  readonly maxDrawdown: number;
  /** Half of what was bought and sold, a year, over mean equity. */
  readonly turnover: number | null;
  readonly fills: number;
  readonly rejections: number;
  readonly feesMinor: number;
  /** Sum of fees and dividend taxes. */
  readonly costsMinor: number;
  /** Equity at each close, minor units: on request only (memory must not grow with the number of configurations). */
  readonly equity?: Float64Array;
}

/** One fill, for comparing evaluators. */
export interface SweepFill {
  readonly symbol: Symbol;
  readonly side: Side;
  readonly day: EpochDay;
  readonly quantity: number;
  readonly priceTicks: number;
  readonly totalFeesMinor: number;
  readonly cashDeltaMinor: number;
}

export interface EvaluateOptions {
  /** Return the equity at each close, in memory of its own or in that which is given (as long as `sessions`). */
  readonly equity?: boolean | Float64Array;
  /** Filled with the simple returns from close to close: `sessions.length - 1` of them, what the trial ledger takes. */
  readonly returns?: Float64Array;
  /** Every fill is pushed here, account by account, in the order of the account. */
  readonly fills?: SweepFill[];
}

/** `simd`: WASM; `js`: the same in plain JS; `loop`: the honest loop itself. Shown and stamped. */
export type SweepKernel = 'simd' | 'js' | 'loop';

/** Evaluates configurations one after another over one ground; holds its arrays, so that a thousand cost no more memory than one. */
export interface Evaluator {
  readonly kernel: SweepKernel;
  /** Why the loop stands in for a kernel; null otherwise. */
  readonly reason: string | null;
  /** Session days of the span. */
  readonly sessions: Int32Array;
  readonly sessionsPerYear: number;
  /** Rejects with InputError on a strategy or parameters that don't exist. One at a time. */
  evaluate(configuration: Configuration, options?: EvaluateOptions): Promise<Evaluation>;
}
