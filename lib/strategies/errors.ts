/** Errors of the strategies room. */
import { HindcastError, InputError } from '../core/index.js';

/** A strategy was asked for by an unknown name, or given parameters that it can't use. */
export class StrategyError extends InputError {}

/** The manager or an ensemble was used against its contract, or its books no longer add up to the account. */
export class ManagerError extends HindcastError {}
