/** Errors of the store. */
import { FeedError } from '../errors.js';

/** A store's folder, or a file in it, can't be used. */
export class StoreError extends FeedError {}
