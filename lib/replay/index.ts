/** replay: the one loop that turns time into decisions, its barrier, its store, and the settling of outcomes afterwards. */
export type { Audit, AuditCut } from './audit.js';
export { dataFor } from './data-for.js';
export type { Recorder } from './loop-contract.js';
export { memoryUplift, type UpliftRow } from './memory-uplift.js';
export { type AccountsPlayed, playAccounts } from './play-accounts.js';
export { asksModels, configHashOf, type PreparedReplay, parametersHash, prepareReplay, rulebookOf } from './prepare-replay.js';
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
export { openRun, type RunFolder, readEquity, runStatus } from './run-folder.js';
export { startingDigest, startingMemory } from './run-memory.js';
export { runReplay } from './run-replay.js';
export { type HorizonSummary, type SettleOptions, type SettleResult, settleRun } from './settle-run.js';
export { parseSpec, type ReplaySpec, type ReplaySpecInput, replaySpecSchema } from './spec.js';
export { codeStamp, treeHash } from './stamp.js';
export { StoreError } from './store.js';
export { modelDigests } from './strategies-for.js';
export { noMemory, openWorld, replayLoopOnly } from './world.js';
