/** Errors of sources beyond those of any outside call. */
import { FeedError } from '../errors.js';
import { BadAnswer } from '../outside/errors.js';

/** The source doesn't know the symbol (or no longer lists it). */
export class UnknownSymbol extends BadAnswer {}

/** A source was asked for what it doesn't have, or has in another form. */
export class UnsupportedQuery extends FeedError {}
