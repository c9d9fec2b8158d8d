/** What a replay gives back, and what it may use of the outside. */
import type { Clock, Instant, Recall, RecallQuery, Strategy } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import type { Ledger, ResumeCommand } from '../jobs/index.js';
import type { Calendar } from '../market/index.js';
import type { Embedder } from '../memory/index.js';
import type { LlmEffects } from '../strategies/index.js';
import type { RunRow } from './rows.js';

/** How far a long task is; `done` of `total` steps. */
export interface ReplayProgress {
  readonly task: string;
  readonly done: number;
  readonly total: number;
  /** The session being replayed, `YYYY-MM-DD`. */
  readonly at: string;
}

export interface ReplayEffects {
  readonly clock: Clock;
  /** `results/` of the project, or another folder. */
  readonly resultsDir: string;
  readonly progress?: (progress: ReplayProgress) => void;
  /** Already loaded data; otherwise loaded from `spec.data`. */
  readonly data?: MarketData;
  /** A strategy that no registry knows; it must carry its own parameters in its id. */
  readonly strategy?: Strategy;
  /** The calendar of data that no exchange made: for benchmarks. */
  readonly calendar?: Calendar;
  /** false leaves out the leak audit (its own re-runs do). */
  readonly audit?: boolean;
  /** false keeps the run out of the trial ledger: tests, verify, bench, baselines and re-runs search for nothing. */
  readonly trial?: boolean;
  /** Recall of another kind than the run's own memory: for tests and experiments. */
  readonly recall?: (query: RecallQuery, asOf: Instant) => Promise<Recall>;
  /** What strategies that ask language models need; without it rules stand in for every role. */
  readonly llm?: LlmEffects;
  /** The embedder of the run's memory; the local one by default. */
  readonly embedder?: Embedder;
  /** Ends the run at the next barrier, committed and resumable. */
  readonly signal?: AbortSignal;
  /**
   * Opens the ledger of long tasks once the spec is known to be sound: with it one process at a time runs the run, and its progress
   * shows in `results/checkpoint.json`.
   */
  readonly tasks?: () => Ledger;
  /** The command that goes on with the run, for that ledger. */
  readonly resume?: ResumeCommand;
}

/** The equity series of a run, one point per session. */
export interface EquitySeries {
  readonly day: Int32Array;
  readonly equityMinor: Float64Array;
  readonly equityAtOpenMinor: Float64Array;
  readonly cashMinor: Float64Array;
  /** Market value over equity. */
  readonly exposure: Float64Array;
  /** Fees and taxes of the session. */
  readonly feesMinor: Float64Array;
  /** Notional traded in the session. */
  readonly turnoverMinor: Float64Array;
  /** Close of the index in ticks, NaN where unknown; empty when there is no index. */
  readonly indexClose: Float64Array;
}

export interface ReplayResult {
  readonly folder: string;
  readonly row: RunRow;
  readonly equity: EquitySeries;
  /** True when the run was ended by its signal: resume by running the same spec again. */
  readonly interrupted: boolean;
}
