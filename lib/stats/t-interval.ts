/** Intervals of a mean over a few independent repetitions (seeds), and of the difference of two such means, by Student's t. */
import { StatsError } from './errors.js';
import { mean } from './moments.js';

export interface TInterval {
  readonly mean: number;
  /** 95 %; null with a single value. */
  readonly low95: number | null;
  readonly high95: number | null;
  readonly count: number;
}

/** 97.5 % points of t for 1 .. 30 degrees of freedom: NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2. */
const T975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Between whole degrees of freedom the lower one holds (wider); above 30 the Cornish-Fisher expansion, right to three places. */
function t975(degrees: number): number {
  const known = T975[Math.floor(degrees) - 1];
  if (known !== undefined) return known;
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

const squaredError = (values: readonly number[], centre: number): number =>
  values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1) / values.length;

/** Throws StatsError on no value. */
export function tInterval(values: readonly number[]): TInterval {
  const count = values.length;
  if (count === 0) throw new StatsError('tInterval: expected values, got none. Give one at least.');
  const centre = mean(values);
  if (count === 1) return { mean: centre, low95: null, high95: null, count };
  const half = t975(count - 1) * Math.sqrt(squaredError(values, centre));
  return { mean: centre, low95: centre - half, high95: centre + half, count };
}

/** Mean of `values` less mean of `others` (Welch 1947); a single value of `others` counts as known exactly. */
export function differenceInterval(values: readonly number[], others: readonly number[]): TInterval {
  const { mean: other } = tInterval(others);
  if (others.length === 1 || values.length === 1) return tInterval(values.map((x) => x - other));
  const { mean: centre, count } = tInterval(values);
  const [a, b] = [squaredError(values, centre), squaredError(others, other)];
  const difference = centre - other;
  if (a + b === 0) return { mean: difference, low95: difference, high95: difference, count };
  const degrees = (a + b) ** 2 / (a ** 2 / (values.length - 1) + b ** 2 / (others.length - 1));
  const half = t975(degrees) * Math.sqrt(a + b);
  return { mean: difference, low95: difference - half, high95: difference + half, count };
}
