/** What an equity curve is made of, in one pass: its returns, their mean and spread, its deepest fall and its bounds. */

/** Figures of a curve, in the order in which the kernels write them. */
export const CURVE = { first: 0, last: 1, meanOfReturns: 2, sumOfSquares: 3, sumOfEquity: 4, drawdown: 5, least: 6, most: 7 } as const;
export const CURVE_WIDTH = 8;
/** Sessions of a block: its returns are still in the nearest cache when their squares are summed. */
export const CURVE_BLOCK = 1024;

export interface Curve {
  /**
   * Goes on with `count` closes of the sessions from `first` on, a multiple of CURVE_BLOCK; 0 begins a curve. returns[i] = the simple
   * return from the close before values[i] to it, from the second session on.
   */
  add(values: Float64Array, first: number, count: number, returns: Float64Array): void;
  /** Figures of all that was added since 0, in the order of CURVE. Squares are those of deviations from the mean. */
  end(out: Float64Array): void;
}

/**
 * Sums are those of blocks, of four lanes each, as the SIMD kernel adds, so that both kernels give the same bits; lib/stats adds in one
 * lane and differs in the last ones. Squares of deviations from a block's own mean are joined with those of the blocks before it (Chan,
 * Golub and LeVeque 1983, Algorithms for computing the sample variance, formula 2.1).
 */
export function plainCurve(): Curve {
  let [start, before, peak, depth, least, sumOfEquity, mean, spread] = [0, 0, 0, 0, 0, 0, 0, 0];

  function heights(block: Float64Array): void {
    for (const value of block) {
      if (value >= peak) peak = value;
      if (value < least) least = value;
      const fall = 1 - value / peak;
      if (fall > depth) depth = fall;
    }
    sumOfEquity += fourLanes(block, 0, false);
  }

  function changes(block: Float64Array, session: number, returns: Float64Array): void {
    for (let i = 0; i < block.length; i++) {
      returns[i] = block[i]! / before - 1;
      before = block[i]!;
    }
    const own = session === 0 ? returns.subarray(1) : returns;
    if (own.length === 0) return;
    const known = Math.max(0, session - 1);
    const ownMean = fourLanes(own, 0, false) / own.length;
    const apart = ownMean - mean;
    const all = known + own.length;
    mean += (apart * own.length) / all;
    spread += fourLanes(own, ownMean, true) + (apart * apart * known * own.length) / all;
  }

  return {
    add(values, first, count, returns) {
      if (first === 0) {
        start = before = peak = least = values[0]!;
        depth = sumOfEquity = mean = spread = 0;
      }
      for (let from = 0; from < count; from += CURVE_BLOCK) {
        const to = Math.min(count, from + CURVE_BLOCK);
        heights(values.subarray(from, to));
        changes(values.subarray(from, to), first + from, returns.subarray(from, to));
      }
    },
    end(out) {
      out.set([start, before, mean, spread, sumOfEquity, depth, least, peak]);
    },
  };
}

/** Sum of x - centre, squared on request. */
function fourLanes(x: Float64Array, centre: number, squared: boolean): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const term = (i: number): number => {
    const apart = x[i]! - centre;
    return squared ? apart * apart : apart;
  };
  const whole = x.length - (x.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += term(i);
    b += term(i + 1);
    c += term(i + 2);
    d += term(i + 3);
  }
  let sum = a + b + (c + d);
  for (let i = whole; i < x.length; i++) sum += term(i);
  return sum;
}
