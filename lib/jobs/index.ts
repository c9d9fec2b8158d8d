/** jobs: long tasks; who works at what, how far it is, what it has put out, and how to go on after a kill. */
export { type CheckpointPage, checkpointPageJsonSchema, readCheckpointPage } from './checkpoint-page.js';
export { JobError, LeaseLostError, LedgerLockedError, TaskHeldError, TaskInputError } from './errors.js';
export { type Ledger, type LedgerOptions, openLedger, type TaskFilter, type TaskSpec } from './ledger.js';
export { runTask, type TaskWork } from './run-task.js';
export { inTransaction, openSqlite, preparedStatements, type SqliteFile, sqliteCode } from './sqlite.js';
export type { CommitInput, StoppedState, StoredOutput, TaskCheckpoint, TaskHandle } from './task-handle.js';
export { type Output, type ResumeCommand, type TaskRecord, type TaskState, taskStates } from './task-record.js';
