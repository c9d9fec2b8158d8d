/** What the loop is given, what it tells, and what it continues from. */
import type {
  BarSeries,
  CorporateAction,
  EpochDay,
  Fill,
  Instant,
  Instrument,
  Intent,
  NewsItem,
  PortfolioState,
  Recall,
  RecallQuery,
  Rejection,
  Strategy,
  Symbol,
} from '../core/index.js';
import type { Broker, BrokerBar, Calendar, Rulebook } from '../market/index.js';
import type { Manager } from '../strategies/index.js';
import type { GrowingBars } from './growing-bars.js';
import type { Reads } from './view.js';

/** When strategies decide. All but `close` and `preopen` need bars shorter than a session. */
export type DecisionPoint = 'close' | 'preopen' | 'open' | 'midday' | 'every';

/** Takes down what happens. Every method is optional work: with no recorder the loop only trades. */
export interface Recorder {
  /** A bar became known. Called for every symbol that traded, warm-up included. */
  bar(symbol: number, bar: BrokerBar, factor: number): void;
  /** Decisions of a session begin; `window` names the decision point, with the exchange's time for `every`: `every@10:05`. */
  session(index: number, day: EpochDay, decidedAt: Instant, window: string): void;
  decision(
    symbol: number,
    strategy: number,
    intent: Intent | null,
    state: 'decided' | 'no-intent' | 'suspended' | 'abstained',
    reads: Reads | null,
    portfolio: PortfolioState,
  ): void;
  /** What was done and not done, in the order of time. `at`: the instant of the open or of the refusal; null for daily bars. */
  traded(fills: readonly Fill[], rejections: readonly Rejection[], at: Instant | null): void;
}

export interface LoopInput {
  readonly calendar: Calendar;
  /** Sessions in which decisions are taken. */
  readonly sessions: Int32Array;
  readonly symbols: readonly Symbol[];
  /** Same order as `symbols`; an index is one more series that is watched but not traded. */
  readonly series: readonly BarSeries[];
  readonly bars: readonly GrowingBars[];
  readonly index: { readonly series: BarSeries; readonly bars: GrowingBars } | null;
  readonly news: readonly NewsItem[];
  readonly recall: (query: RecallQuery, asOf: Instant) => Promise<Recall>;
  readonly decisionPoint: DecisionPoint;
  /** Length of a bar where it is shorter than a session; null for daily bars. */
  readonly intervalMs: number | null;
  readonly strategies: readonly Strategy[];
  readonly broker: Broker;
  readonly manager: Manager;
  readonly rulebook: Rulebook;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly actions: ReadonlyMap<Symbol, readonly CorporateAction[]>;
  readonly sizing: 'at-decision' | 'at-fill';
  readonly recorder: Recorder | null;
  /** Called at the end of each session, in order, with what was done since the one before; true ends the loop. */
  readonly barrier: (index: number, day: EpochDay, fills: readonly Fill[], rejections: readonly Rejection[]) => boolean | Promise<boolean>;
}

/** What a resumed loop starts from. */
export interface LoopState {
  /** Per strategy: one state (universe scope) or one per symbol. */
  readonly strategies: unknown[][];
}

export interface Loop {
  readonly state: LoopState;
  /** Decisions so far: each strategy's for each symbol that is listed, suspended sessions too. */
  decisions(): number;
  /** Replays bars up to and including a day without decisions: warm-up, or what an earlier process had done. */
  warmUp(throughDay: EpochDay): void;
  /**
   * Runs sessions [from, sessions.length). Resolves to the number of sessions done. With `preopen` the decision of the last session
   * follows its barrier; a run that was ended there goes on with `from` = sessions.length.
   */
  run(from: number): Promise<number>;
}
