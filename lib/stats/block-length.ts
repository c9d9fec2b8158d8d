/**
 * Automatic block length of the stationary bootstrap: Politis and White, "Automatic Block-Length Selection for the Dependent Bootstrap",
 * Econometric Reviews 23 (2004), with the correction of Patton, Politis and White, Econometric Reviews 28 (2009). The choice of the
 * last significant lag follows the Python package `arch` (optimal_block_length), so that both give the same number.
 */
import { mean } from './moments.js';

/** Mean block length in sessions for one series: at least 1, at most ceil(min(3 sqrt n, n / 3)). Needs 9 values that vary; 1 otherwise. */
export function optimalBlockLength(x: ArrayLike<number>): number {
  const n = x.length;
  if (n < 9) return 1;
  const centre = mean(x);
  const eps = Float64Array.from(x, (value) => value - centre);
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  // Lags in a row that must be insignificant before the memory counts as over.
  const run = Math.max(5, Math.trunc(Math.log10(n)));
  const maxLag = Math.min(Math.ceil(Math.sqrt(n)) + run, n - 2);
  const critical = 2 * Math.sqrt(Math.log10(n) / n);
  const covariance = new Float64Array(maxLag + 1); // filled as far as the bandwidth
  let total = 0;
  for (let i = 0; i < n; i++) total += eps[i]! * eps[i]!;
  if (!(total > 0)) return 1;

  let bandwidth = maxLag;
  let found = false;
  let insignificant = 0;
  let [head, tail] = [total, total];
  for (let lag = 0; lag <= bandwidth || (lag <= maxLag && !found); lag++) {
    if (!found && insignificant >= run) {
      found = true;
      bandwidth = Math.min(2 * Math.max(lag - run, 1), maxLag);
    }
    // Squares without the first lag + 1 and without the last lag + 1 values, as arch scales its correlations.
    head -= eps[lag]! * eps[lag]!;
    tail -= eps[n - 1 - lag]! * eps[n - 1 - lag]!;
    let cross = 0;
    for (let i = lag; i < n; i++) cross += eps[i]! * eps[i - lag]!;
    covariance[lag] = cross / n;
    insignificant = Math.abs(cross) / Math.sqrt(head * tail) < critical ? insignificant + 1 : 0;
  }
  let slope = 0;
  let longRun = covariance[0]!;
  for (let k = 1; k <= bandwidth; k++) {
    const taper = k / bandwidth <= 0.5 ? 1 : 2 * (1 - k / bandwidth); // flat-top lag window
    slope += 2 * taper * k * covariance[k]!;
    longRun += 2 * taper * covariance[k]!;
  }
  const length = Math.cbrt((2 * slope * slope) / (2 * longRun * longRun)) * Math.cbrt(n);
  return Math.max(1, Math.min(Number.isFinite(length) ? length : longest, longest));
}
