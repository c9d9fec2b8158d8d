/** Errors of the memory room. */
import { HindcastError } from '../core/index.js';

export class MemoryError extends HindcastError {}
