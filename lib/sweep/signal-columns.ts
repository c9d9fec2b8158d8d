/** Columns that rules are made of, over all bars of a symbol: sums, channels, past returns; none reads past its bar. */

/** sums[i] = sum of the first i prices into `out` (one longer than the prices); empty where doubles can't hold them exactly. */
export function prefixSums(price: Float64Array, out: Float64Array): Float64Array {
  let sum = 0;
  out[0] = 0;
  for (let i = 0; i < price.length; i++) {
    const x = price[i]!;
    sum += x;
    if (!Number.isInteger(x) || sum > Number.MAX_SAFE_INTEGER) return out.subarray(0, 0);
    out[i + 1] = sum;
  }
  return out;
}

/**
 * The arithmetic of `smaCross` in lib/strategies step by step, from the bars that it reads at its first decision: for prices that are no
 * integers, where the order of additions shows.
 */
export function runningSmaCross(price: Float64Array, want: Uint8Array, from: number, to: number, fast: number, slow: number): void {
  const start = Math.max(0, from - slow + 1);
  let [sumFast, sumSlow, turn] = [0, 0, 0];
  for (let i = start; i < to; i++) {
    const count = i - start;
    sumFast += price[i]!;
    sumSlow += price[i]!;
    if (count >= fast) sumFast -= price[i - fast]!;
    if (count >= slow) sumSlow -= price[i - slow]!;
    if (++turn === slow) {
      turn = 0;
      if (!Number.isInteger(sumSlow)) {
        sumFast = 0;
        sumSlow = 0;
        for (let j = i - slow + 1; j <= i; j++) {
          sumSlow += price[j]!;
          if (j > i - fast) sumFast += price[j]!;
        }
      }
    }
    want[i] = count + 1 >= slow && sumFast * slow > sumSlow * fast ? 1 : 0;
  }
}

/** Highest of the `span` values before each bar; Infinity where there are fewer. */
export const channelHigh = (high: Float64Array, span: number): Float64Array => extreme(high, span, 1);

/** Lowest of the `span` values before each bar; -Infinity where there are fewer. */
export const channelLow = (low: Float64Array, span: number): Float64Array => extreme(low, span, -1);

/** By a queue of candidates, each better than those behind it. */
function extreme(x: Float64Array, span: number, sign: 1 | -1): Float64Array {
  const out = new Float64Array(x.length);
  const queue = new Int32Array(x.length);
  let [head, tail] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    if (head < tail && queue[head]! < i - span) head++;
    out[i] = i < span ? sign * Number.POSITIVE_INFINITY : x[queue[head]!]!;
    const value = x[i]! * sign;
    while (tail > head && x[queue[tail - 1]!]! * sign <= value) tail--;
    queue[tail++] = i;
  }
  return out;
}

/** Return over the last `lookback` bars; NaN where there are fewer. */
export function pastReturn(price: Float64Array, lookback: number): Float64Array {
  const out = new Float64Array(price.length);
  out.fill(Number.NaN, 0, Math.min(lookback, price.length));
  for (let i = lookback; i < price.length; i++) out[i] = price[i]! / price[i - lookback]! - 1;
  return out;
}

/** want[i] for a rule that remembers what it wanted, from the first bar on. */
export function latch(want: Uint8Array, bars: number, wants: (long: boolean, i: number) => boolean): void {
  let long = false;
  for (let i = 0; i < bars; i++) {
    long = wants(long, i);
    want[i] = long ? 1 : 0;
  }
}

/** want[i] = a[i] > b[i] for i in [from, to); NaN is above nothing. */
export function above(a: Float64Array, b: Float64Array, want: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) want[i] = a[i]! > b[i]! ? 1 : 0;
}
