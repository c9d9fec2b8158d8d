/**
 * How much of a Sharpe ratio is left after luck and search: probabilistic Sharpe, deflated Sharpe and minimum track record, all on
 * Sharpe ratios per period (NOT annualised). Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier", J. of Risk 15 (2012), and
 * "The Deflated Sharpe Ratio", J. of Portfolio Management 40 (2014).
 */
import { lazyPackage } from '../core/index.js';
import { deviation, isFlat, mean } from './moments.js';

export interface SharpeSample {
  readonly sharpePerPeriod: number;
  /** Returns behind it. */
  readonly periods: number;
  readonly skew: number;
  /** 3 for a normal. */
  readonly kurtosis: number;
}

// A hundred small modules together.
const normalCdf = lazyPackage<typeof import('@stdlib/stats-base-dists-normal-cdf')>('@stdlib/stats-base-dists-normal-cdf');
const normalQuantile = lazyPackage<typeof import('@stdlib/stats-base-dists-normal-quantile')>('@stdlib/stats-base-dists-normal-quantile');
const EULER_MASCHERONI = 0.5772156649015329;

/** Variance of the estimate times T - 1 (Mertens 2002). Not above 0 where the moments can't belong to one sample. */
const spreadOf = ({ sharpePerPeriod: sharpe, skew, kurtosis }: SharpeSample): number =>
  1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;

/** Probability that the true Sharpe per period is above `benchmarkPerPeriod`; NaN below two periods or for impossible moments. */
export function probabilisticSharpe(sample: SharpeSample, benchmarkPerPeriod = 0): number {
  const spread = spreadOf(sample);
  if (!(sample.periods > 1) || !(spread > 0)) return Number.NaN;
  return normalCdf()(((sample.sharpePerPeriod - benchmarkPerPeriod) * Math.sqrt(sample.periods - 1)) / Math.sqrt(spread), 0, 1);
}

/** Sharpe per period that the best of `trials` worthless ones is expected to show, their Sharpes per period having `variance`. 0 for one trial. */
export function expectedMaximumSharpe(trials: number, variance: number): number {
  if (!(trials > 1)) return 0;
  const best =
    (1 - EULER_MASCHERONI) * normalQuantile()(1 - 1 / trials, 0, 1) + EULER_MASCHERONI * normalQuantile()(1 - 1 / (trials * Math.E), 0, 1);
  return Math.sqrt(variance) * Math.max(0, best);
}

/** Probability that the true Sharpe is above what the best of `trials` worthless ones would show. `variance` per period. */
export const deflatedSharpe = (sample: SharpeSample, trials: number, variance: number): number =>
  probabilisticSharpe(sample, expectedMaximumSharpe(trials, variance));

/** Periods needed before the Sharpe is above the benchmark with `confidence`; Infinity when it is not above it at all. */
export function minimumTrackRecord(sample: SharpeSample, benchmarkPerPeriod = 0, confidence = 0.95): number {
  const edge = sample.sharpePerPeriod - benchmarkPerPeriod;
  if (!(edge > 0)) return Number.POSITIVE_INFINITY;
  return 1 + spreadOf(sample) * (normalQuantile()(confidence, 0, 1) / edge) ** 2;
}

/**
 * Effective number of independent trials from the returns of `columns` (equal lengths, aligned): N = r + (1 - r) M with r the mean
 * correlation of the M trials, not below 0: "The Deflated Sharpe Ratio", appendix A.3. Columns without variation correlate with none.
 */
export function effectiveTrials(columns: Iterable<ArrayLike<number>>): number {
  const tally = effectiveTally();
  for (const column of columns) tally.add(column);
  return tally.value();
}

/** {@link effectiveTrials} with one column at a time, so that a large family needs no memory of its own. */
export function effectiveTally(): { add(column: ArrayLike<number>): void; value(): number } {
  // Sum over all pairs of the correlations = |sum of the unit vectors|^2, less the diagonal: O(M T) instead of O(M^2 T).
  let total = new Float64Array(0);
  let [m, varying] = [0, 0];
  return {
    add(column) {
      if (m++ === 0) total = new Float64Array(column.length);
      const centre = mean(column);
      const spread = deviation(column);
      if (isFlat(centre, spread)) return;
      varying++;
      const scale = 1 / (spread * Math.sqrt(column.length - 1));
      for (let i = 0; i < total.length; i++) total[i]! += (column[i]! - centre) * scale;
    },
    value() {
      if (m < 2) return m;
      let square = 0;
      for (const x of total) square += x * x;
      const correlation = Math.min(1, Math.max(0, (square - varying) / (m * (m - 1))));
      return correlation + (1 - correlation) * m;
    },
  };
}
