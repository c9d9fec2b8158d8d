/** Moments and quantiles of plain samples. */

export type Sample = ArrayLike<number>;

/** Arithmetic mean; NaN of an empty sample. */
export function mean(x: Sample): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum / x.length;
}

/** Sample standard deviation (ddof 1), by two passes; NaN below two values. */
export function deviation(x: Sample): number {
  if (x.length < 2) return Number.NaN;
  const centre = mean(x);
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += (x[i]! - centre) ** 2;
  return Math.sqrt(squares / (x.length - 1));
}

/** Population skewness g1 = m3 / m2^1.5 and kurtosis m4 / m2^2 (3 for a normal), as Bailey and Lopez de Prado use them. */
export function shape(x: Sample): { skew: number; kurtosis: number } {
  const centre = mean(x);
  let [m2, m3, m4] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const d = x[i]! - centre;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  const n = x.length;
  return { skew: m3 / n / (m2 / n) ** 1.5, kurtosis: m4 / n / (m2 / n) ** 2 };
}

/** Quantile of an ascending sample, linear between neighbours (numpy's default, type 7). */
export function quantile(sorted: Sample, q: number): number {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/** True when a sample has no variation beyond rounding: its ratios would be noise divided by noise. */
export const isFlat = (centre: number, spread: number): boolean => !(spread > 1e-10 * Math.abs(centre));
