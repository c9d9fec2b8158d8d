/** Errors of the market room. */
import { HindcastError, InputError } from '../core/index.js';

/** A rulebook does not cover what was asked: a date before its first, a board that it doesn't know. */
export class RuleError extends InputError {}

/** A day that is no session, or lies off the calendar's end. */
export class CalendarError extends InputError {}

/** The broker was used against its contract, or a conservation law broke. */
export class BrokerError extends HindcastError {}
