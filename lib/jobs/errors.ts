/** Errors of the jobs room. */
import { HindcastError, InputError } from '../core/index.js';

/** The ledger or a task can't do what was asked. */
export class JobError extends HindcastError {}

/** Another live process, or another handle of this one, works at the task. */
export class TaskHeldError extends JobError {}

/** The lease went to another owner (or the task was cancelled meanwhile): nothing of this write was kept. */
export class LeaseLostError extends JobError {}

/** Another process held the ledger's file for longer than the wait allows. */
export class LedgerLockedError extends JobError {}

/** A task or a parameter that can't be used. */
export class TaskInputError extends InputError {}
