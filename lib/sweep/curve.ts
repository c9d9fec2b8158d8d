/** What an equity curve is made of, in two passes: its returns, their sums, its deepest fall and its bounds. */

/** Figures of a curve, in the order in which the kernels write them. */
export const CURVE = { sumOfReturns: 0, sumOfSquares: 1, sumOfEquity: 2, drawdown: 3, least: 4, most: 5 } as const;
export const CURVE_WIDTH = 6;

/**
 * Fills `returns` (one fewer than the equity) and `out`. Sums go over two lanes, even and odd places, as the SIMD kernel adds, so that
 * both kernels give the same bits; lib/stats adds in one lane and differs in the last one. Squares are those of deviations from the mean.
 */
export function curveOf(equity: Float64Array, returns: Float64Array, out: Float64Array): void {
  const count = equity.length;
  let [peak, depth, least, most] = [equity[0]!, 0, equity[0]!, equity[0]!];
  for (let i = 0; i < count; i++) {
    const value = equity[i]!;
    if (i + 1 < count) returns[i] = equity[i + 1]! / value - 1;
    if (value >= peak) peak = value;
    const fall = 1 - value / peak;
    if (fall > depth) depth = fall;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  out[CURVE.sumOfReturns] = twoLanes(returns, 0, false);
  out[CURVE.sumOfSquares] = twoLanes(returns, out[CURVE.sumOfReturns]! / returns.length, true);
  out[CURVE.sumOfEquity] = twoLanes(equity, 0, false);
  out[CURVE.drawdown] = depth;
  out[CURVE.least] = least;
  out[CURVE.most] = most;
}

/** Sum of x - centre, squared on request. */
function twoLanes(x: Float64Array, centre: number, squared: boolean): number {
  let [even, odd] = [0, 0];
  const pairs = x.length - (x.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    const [a, b] = [x[i]! - centre, x[i + 1]! - centre];
    even += squared ? a * a : a;
    odd += squared ? b * b : b;
  }
  let sum = even + odd;
  if (pairs < x.length) {
    const a = x[pairs]! - centre;
    sum += squared ? a * a : a;
  }
  return sum;
}
