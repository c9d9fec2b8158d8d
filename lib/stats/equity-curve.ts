/** An equity series as the statistics take it: one value a session, and what is refused. */
import { dateOf, type EpochDay } from '../core/index.js';
import { StatsError } from './errors.js';

/** Equity (or an index) at the end of each session, oldest first. The first point is the start: no return belongs to it. */
export interface EquitySeries {
  readonly days: ArrayLike<EpochDay>;
  /** Minor units or floats; finite. */
  readonly values: ArrayLike<number>;
}

/** Throws StatsError unless days ascend strictly, values are finite, there is at least one point and the first is positive. */
export function checkSeries(name: string, { days, values }: EquitySeries): void {
  if (days.length !== values.length || days.length === 0) {
    throw new StatsError(
      `${name}: expected as many days as values and at least one, got ${days.length} and ${values.length}. Pass both columns.`,
    );
  }
  for (let i = 0; i < days.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new StatsError(`${name}: expected finite values, got ${values[i]} at point ${i}. Leave out sessions without a value.`);
    }
    if (!Number.isInteger(days[i]) || (i > 0 && days[i]! <= days[i - 1]!)) {
      throw new StatsError(
        `${name}: expected ascending epoch days, got ${days[i]} after ${days[i - 1]} at point ${i}. Sort by day, one value each.`,
      );
    }
  }
  if (!(values[0]! > 0)) throw new StatsError(`${name}: expected a positive start, got ${values[0]}. Begin at the first funded session.`);
}

/** Simple returns, one fewer than values. Only for values that are all positive: see {@link ruin}. */
export function simpleReturns(values: ArrayLike<number>): Float64Array {
  const out = new Float64Array(Math.max(0, values.length - 1));
  for (let i = 0; i < out.length; i++) out[i] = values[i + 1]! / values[i]! - 1;
  return out;
}

/** The first date on which there was nothing left, after which returns mean nothing; null when there always was. */
export function ruin({ days, values }: EquitySeries): string | null {
  for (let i = 0; i < values.length; i++) if (!(values[i]! > 0)) return dateOf(days[i]!);
  return null;
}
