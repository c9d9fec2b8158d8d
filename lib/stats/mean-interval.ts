/** Interval of a mean by the stationary bootstrap (Politis and Romano 1994): blocks keep what hangs together in time. */
import { randomInit, randomUint32 } from '../core/index.js';
import { optimalBlockLength } from './block-length.js';
import { StatsError } from './errors.js';
import { deviation, isFlat, mean, quantile } from './moments.js';
import type { BootstrapOptions } from './sharpe-interval.js';

export interface MeanInterval {
  readonly mean: number;
  /** 95 % interval; both the mean itself where nothing varies. */
  readonly low: number;
  readonly high: number;
  readonly meanBlock: number;
}

/** `values` in the order of time, at least 10. Same seed, same interval. Throws StatsError on fewer. */
export function meanInterval(values: ArrayLike<number>, { resamples, seed }: BootstrapOptions): MeanInterval {
  const n = values.length;
  if (n < 10) throw new StatsError(`meanInterval: expected at least 10 values, got ${n}. Take a longer span.`);
  const centre = mean(values);
  if (isFlat(centre, deviation(values))) return { mean: centre, low: centre, high: centre, meanBlock: 1 };
  const meanBlock = Math.max(1, optimalBlockLength(values));
  const logContinue = Math.log(1 - 1 / meanBlock);
  const sums = new Float64Array(2 * n + 1);
  for (let i = 0; i < 2 * n; i++) sums[i + 1] = sums[i]! + values[i % n]! - centre;
  const random = randomInit(seed, 'mean-interval');
  const found = new Float64Array(resamples);
  for (let k = 0; k < resamples; k++) {
    let left = n;
    let sum = 0;
    while (left > 0) {
      const start = Math.floor((randomUint32(random) / 2 ** 32) * n);
      const length = Math.min(left, 1 + Math.floor(Math.log((randomUint32(random) + 1) / 2 ** 32) / logContinue));
      sum += sums[start + length]! - sums[start]!;
      left -= length;
    }
    found[k] = centre + sum / n;
  }
  found.sort();
  return { mean: centre, low: quantile(found, 0.025), high: quantile(found, 0.975), meanBlock };
}
