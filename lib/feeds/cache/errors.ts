/** Errors of the cache. */
import { HindcastError } from '../../core/index.js';

/** Offline, and the cache has no answer. The text names the question. */
export class NotCachedError extends HindcastError {}

/** The answer is only known since a later instant than the reader's. */
export class NotKnownThenError extends HindcastError {}
