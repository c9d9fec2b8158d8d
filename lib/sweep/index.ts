/** sweep: thousands of rule configurations over arrays, with the same fills as the loop, and how much of the best one is luck. */

export { bestOf } from './best.js';
export { isExact } from './best-honest.js';
export { specOf } from './configuration-spec.js';
export type {
  Accounts,
  Configuration,
  EvaluateOptions,
  Evaluation,
  Evaluator,
  SweepEffects,
  SweepFill,
  SweepGround,
  SweepKernel,
} from './contract.js';
export { SweepError, SweepInputError } from './errors.js';
export { createEvaluator } from './evaluator.js';
export {
  type FloatBacktest,
  type FloatCosts,
  type FloatOptions,
  type FloatRule,
  type FloatSweep,
  floatBacktest,
  floatSweep,
} from './float.js';
export type { FloatKernelName } from './float-kernel.js';
export { type GridView, gridView, variedAxes } from './report-grid.js';
export { FIGURES, type FigureName, type Figures } from './results-columns.js';
export { openSweep, type SweepFolder } from './results-folder.js';
export { SweepRows } from './results-rows.js';
export {
  type Honest,
  type Stability,
  type SweepFile,
  type SweepSignificance,
  sweepFileSchema,
  sweepJsonSchema,
  type WalkForward,
} from './results-schema.js';
export { runSearch, type SearchEffects, type SearchResult } from './search.js';
export type { SearchInput, SearchPlan } from './search-plan.js';
export type { SignalSet } from './signal-strategy.js';
export { sweepStrategies } from './signals.js';
export { type Axis, openSpace, type Space, type SpaceInput, type StrategySpace, type StrategySpaceInput } from './space.js';
export type { AxisInput } from './space-values.js';
export { nothingToChoose, OBJECTIVES, type Objective } from './walk-score.js';
