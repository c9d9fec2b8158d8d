/** The report room's error. */
import { HindcastError } from '../core/index.js';

/** A report could not be made: no page template, or a page above its size limit. */
export class ReportError extends HindcastError {}
