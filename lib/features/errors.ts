/** Errors of the features room. */
import { InputError } from '../core/index.js';

/** A period, a column length or a schema name that can't be used. */
export class FeatureError extends InputError {}

/** Refuses a period that is no integer of at least `minimum`. */
export function checkPeriod(name: string, period: number, minimum = 1): void {
  if (!Number.isInteger(period) || period < minimum) {
    throw new FeatureError(`${name}: expected a whole period of at least ${minimum}, got ${period}. Give a number of bars.`);
  }
}
