/** replay: the one loop that turns time into decisions, its barrier, its store, and the settling of outcomes afterwards. */
export type { EquitySeries, ReplayEffects, ReplayProgress, ReplayResult } from './result.js';
export {
  type DecisionRow,
  decisionRowSchema,
  EQUITY_COLUMNS,
  type FillRow,
  fillLineSchema,
  type OutcomeRow,
  outcomeRowSchema,
  type RejectionRow,
  type RunRow,
  runFileSchemas,
  runRowSchema,
} from './rows.js';
export { openRun, type RunFolder, readEquity } from './run-folder.js';
export { parseSpec, type ReplaySpec, type ReplaySpecInput, replaySpecSchema } from './spec.js';
