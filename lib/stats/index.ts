/** stats: what an equity curve amounts to, how much of it is luck or search, and the ledger of everything that was tried. */
export { annualise, type BenchmarkFigures, type NamedSeries } from './benchmark.js';
export { optimalBlockLength } from './block-length.js';
export type { MonthRow, YearRow } from './calendar-tables.js';
export { type Drawdown, maxDrawdown } from './drawdown.js';
export { type EquitySeries, simpleReturns } from './equity-curve.js';
export { LedgerError, StatsError } from './errors.js';
export { familySignificance, type Significance } from './family-significance.js';
export { type MeanInterval, meanInterval } from './mean-interval.js';
export { deviation, isFlat, mean, quantile } from './moments.js';
export { type Overfitting, probabilityOfOverfitting } from './overfitting.js';
export { type Performance, type PerformanceInput, performance } from './performance.js';
export { type PositionAdjustment, type RoundTrip, roundTripsOf, type Trade, tradesOf } from './round-trips.js';
export { type BootstrapOptions, type SharpeInterval, sharpeInterval } from './sharpe-interval.js';
export {
  deflatedSharpe,
  effectiveTrials,
  expectedMaximumSharpe,
  minimumTrackRecord,
  probabilisticSharpe,
  type SharpeSample,
} from './significance.js';
export { type Fold, foldsOf, SPLIT_DEFAULTS, type Span, type SplitsInput } from './splits.js';
export { differenceInterval, type TInterval, tInterval } from './t-interval.js';
export { type TrialFamily, type TrialRow, trialJsonSchema, trialSchema, universeOf } from './trial-row.js';
export {
  type DamagedLine,
  familyTrials,
  type NewTrial,
  openTrials,
  type RecordedTrial,
  type Replicates,
  recordTrial,
  recordTrials,
  type TrialLedger,
  trialCount,
  trialReturns,
} from './trials.js';
