/** Errors of the sweep room. */
import { HindcastError, InputError } from '../core/index.js';

/** A search that can't be made of what was asked. */
export class SweepInputError extends InputError {}

/** A search that could not go on, or whose best result is not what the loop gives. */
export class SweepError extends HindcastError {}
