/** Errors of the stats room. */
import { HindcastError, InputError } from '../core/index.js';

/** A series or a parameter that no figure can be made of. */
export class StatsError extends InputError {}

/** The trial ledger could not be written, or its returns are no longer those that were recorded. */
export class LedgerError extends HindcastError {}
