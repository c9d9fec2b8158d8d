/**
 * Interval of a Sharpe ratio by the stationary bootstrap: Politis and Romano, "The Stationary Bootstrap", JASA 89 (1994). Blocks of
 * geometric length keep the serial dependence of returns and of their size; the interval is the percentile one.
 */
import { randomInit, randomUint32 } from '../core/index.js';
import { optimalBlockLength } from './block-length.js';
import { mean, quantile } from './moments.js';

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
}

export interface SharpeInterval {
  /** 95 % interval of the Sharpe ratio per session, not annualised. */
  readonly lowPerSession: number;
  readonly highPerSession: number;
  readonly resamples: number;
  readonly meanBlockSessions: number;
  readonly seed: number;
}

/** Blocks drawn for one interval: about half a second. */
const BLOCKS_DRAWN_MAXIMUM = 1e7;

/** Mean block length for a Sharpe ratio: the longer of what the returns and their squares ask for (it rests on both moments). */
function sharpeBlockLength(returns: ArrayLike<number>): number {
  const centre = mean(returns);
  const squares = Float64Array.from(returns, (r) => (r - centre) ** 2);
  return Math.max(optimalBlockLength(returns), optimalBlockLength(squares));
}

/**
 * `returns`: at least 30, not all equal (the caller sees to both). Same seed, same interval. Prefix sums over the circle of returns make a
 * block cost O(1), so that a resample costs n / block length. Null when more than half of the resamples show no variation.
 */
export function sharpeInterval(returns: ArrayLike<number>, { resamples, seed }: BootstrapOptions): SharpeInterval | null {
  const n = returns.length;
  const centre = mean(returns);
  const sums = new Float64Array(2 * n + 1);
  const squares = new Float64Array(2 * n + 1);
  for (let i = 0; i < 2 * n; i++) {
    const r = returns[i % n]! - centre; // centred, so that the prefix sums cancel no digits
    sums[i + 1] = sums[i]! + r;
    squares[i + 1] = squares[i]! + r * r;
  }
  // Very long series get longer blocks than they ask for: with 5,000 blocks a resample (at 2,000 resamples) nothing is lost but time.
  const meanBlockSessions = Math.max(sharpeBlockLength(returns), (n * resamples) / BLOCKS_DRAWN_MAXIMUM);
  const logContinue = Math.log(1 - 1 / meanBlockSessions); // -Infinity for blocks of one
  const random = randomInit(seed, 'sharpe-interval');
  const found = new Float64Array(resamples);
  let count = 0;
  for (let k = 0; k < resamples; k++) {
    let [left, sum, square] = [n, 0, 0];
    while (left > 0) {
      const start = Math.floor((randomUint32(random) / 2 ** 32) * n);
      // Inverse of the geometric law; (u + 1) / 2^32 lies in (0, 1], so that the logarithm is finite.
      const length = Math.min(left, 1 + Math.floor(Math.log((randomUint32(random) + 1) / 2 ** 32) / logContinue));
      sum += sums[start + length]! - sums[start]!;
      square += squares[start + length]! - squares[start]!;
      left -= length;
    }
    const variance = (square - (sum * sum) / n) / (n - 1);
    if (variance > 1e-12 * (squares[n]! / n)) found[count++] = (centre + sum / n) / Math.sqrt(variance);
  }
  if (count * 2 < resamples) return null;
  const sorted = found.subarray(0, count).sort();
  return { lowPerSession: quantile(sorted, 0.025), highPerSession: quantile(sorted, 0.975), resamples: count, meanBlockSessions, seed };
}
