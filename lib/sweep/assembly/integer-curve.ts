// What an equity curve is made of; lib/sweep/curve.ts has the same sums in plain JavaScript.

/** Returns of one block, small enough to stay in the nearest cache between its two sums. */
const BLOCK: i32 = 1024;

// The fall since the last peak, settled when a new one comes: one division for each. The last peak is the highest of all.
let peak: f64 = 0;
let low: f64 = 0;
let depth: f64 = 0;
let least: f64 = 0;
let sumOfEquity: f64 = 0;
let start: f64 = 0;
let last: f64 = 0;
let mean: f64 = 0;
let spread: f64 = 0;

function settle(): void {
  const fall = 1 - low / peak;
  if (fall > depth) depth = fall;
}

function climb(value: f64): void {
  if (value < least) least = value;
  if (value >= peak) {
    settle();
    peak = value;
    low = value;
  } else if (value < low) low = value;
}

// @ts-ignore: decorator
@inline
function added(a: v128, b: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1) + (f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1));
}

// @ts-ignore: decorator
@inline
function lesser(a: v128): f64 {
  const one = f64x2.extract_lane(a, 0), other = f64x2.extract_lane(a, 1);
  return one < other ? one : other;
}

/** Peaks, bounds and the sum of a block of equity. */
function heights(equity: usize, count: i32): void {
  let a = f64x2.splat(0), b = a, peaks = f64x2.splat(peak), lows = f64x2.splat(low), i = 0;
  for (; i + 4 <= count; i += 4) {
    const p = equity + (<usize>i << 3);
    const x = v128.load(p), y = v128.load(p, 16);
    a = f64x2.add(a, x);
    b = f64x2.add(b, y);
    if (v128.any_true(f64x2.ge(f64x2.pmax(x, y), peaks))) {
      low = lesser(lows);
      if (low < least) least = low;
      for (let q = p; q < p + 32; q += 8) climb(load<f64>(q));
      peaks = f64x2.splat(peak);
      lows = f64x2.splat(low);
    } else lows = f64x2.pmin(lows, f64x2.pmin(x, y));
  }
  low = lesser(lows);
  if (low < least) least = low;
  let sum = added(a, b);
  for (; i < count; i++) {
    const value = load<f64>(equity + (<usize>i << 3));
    sum += value;
    climb(value);
  }
  sumOfEquity += sum;
}

/** returns[i] = values[i] / values[i - 1] - 1; gives their sum. */
function changes(values: usize, returns: usize, count: i32): f64 {
  const one = f64x2.splat(1);
  let a = f64x2.splat(0), b = a, i = 0;
  for (; i + 4 <= count; i += 4) {
    const p = values + (<usize>i << 3), q = returns + (<usize>i << 3);
    const x = f64x2.sub(f64x2.div(v128.load(p), v128.load(p - 8)), one), y = f64x2.sub(f64x2.div(v128.load(p, 16), v128.load(p, 8)), one);
    v128.store(q, x);
    v128.store(q, y, 16);
    a = f64x2.add(a, x);
    b = f64x2.add(b, y);
  }
  let sum = added(a, b);
  for (; i < count; i++) {
    const p = values + (<usize>i << 3);
    const change = load<f64>(p) / load<f64>(p - 8) - 1;
    store<f64>(returns + (<usize>i << 3), change);
    sum += change;
  }
  return sum;
}

function squares(returns: usize, count: i32, centre: f64): f64 {
  const c = f64x2.splat(centre);
  let a = f64x2.splat(0), b = a, i = 0;
  for (; i + 4 <= count; i += 4) {
    const p = returns + (<usize>i << 3);
    const x = f64x2.sub(v128.load(p), c), y = f64x2.sub(v128.load(p, 16), c);
    a = f64x2.add(a, f64x2.mul(x, x));
    b = f64x2.add(b, f64x2.mul(y, y));
  }
  let sum = added(a, b);
  for (; i < count; i++) {
    const x = load<f64>(returns + (<usize>i << 3)) - centre;
    sum += x * x;
  }
  return sum;
}

/** Goes on with `count` closes of the sessions from `first` on, a multiple of BLOCK; the eight bytes before them are written. */
export function curveAdd(values: usize, first: i32, count: i32, returns: usize): void {
  if (first == 0) {
    start = peak = low = least = load<f64>(values);
    depth = sumOfEquity = mean = spread = 0;
  }
  store<f64>(values - 8, last);
  last = load<f64>(values + (<usize>(count - 1) << 3));
  for (let from = 0; from < count; from += BLOCK) {
    const at = values + (<usize>from << 3), into = returns + (<usize>from << 3), length = min(BLOCK, count - from);
    heights(at, length);
    const session = first + from;
    // Nothing is known before the first close.
    const skipped: usize = session == 0 ? 1 : 0;
    const own = length - <i32>skipped, known = max(0, session - 1);
    if (own == 0) continue;
    const ownMean = changes(at + (skipped << 3), into + (skipped << 3), own) / <f64>own;
    const ownSpread = squares(into + (skipped << 3), own, ownMean);
    const apart = ownMean - mean, all = <f64>(known + own);
    mean += (apart * <f64>own) / all;
    spread += ownSpread + (apart * apart * <f64>known * <f64>own) / all;
  }
}

/** out: first and last equity, mean of the returns, sum of their squared deviations from it, sum of the equity, deepest fall, least, most. */
export function curveEnd(out: usize): void {
  settle();
  store<f64>(out, start);
  store<f64>(out, last, 8);
  store<f64>(out, mean, 16);
  store<f64>(out, spread, 24);
  store<f64>(out, sumOfEquity, 32);
  store<f64>(out, depth, 40);
  store<f64>(out, least, 48);
  store<f64>(out, peak, 56);
}
