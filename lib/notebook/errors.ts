/** The notebook room's errors. */
import { HindcastError } from '../core/index.js';

/** A notebook could not be run, a cell of it failed, or the kernel is missing. */
export class NotebookError extends HindcastError {}

/** A notebook can't be promoted, or notebook, pipeline and receipt have parted. */
export class PromotionError extends HindcastError {}
