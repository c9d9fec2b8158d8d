// The float64 arithmetic of the two float benchmarks (one SMA-cross backtest; a sweep of SMA pairs): nothing else uses it, money elsewhere is integer.
// All pointers are byte addresses of float64 columns of one block of bars; the decisions are bits, one a bar, 64 a word.

/** sums[0] = 0, sums[i + 1] = sums[i] + close[i]; four a step, so that only one addition in four waits for the one before. */
export function sums(close: usize, count: i32, sums: usize): void {
  let sum: f64 = 0;
  store<f64>(sums, 0);
  for (let i = 0; i < count; i += 4) {
    const p = close + (<usize>i << 3), q = sums + (<usize>i << 3);
    const first = load<f64>(p), third = load<f64>(p, 16);
    const two = first + load<f64>(p, 8), four = two + (third + load<f64>(p, 24));
    store<f64>(q, sum + first, 8);
    store<f64>(q, sum + two, 16);
    store<f64>(q, sum + (two + third), 24);
    sum += four;
    store<f64>(q, sum, 32);
  }
}

/** Two decisions: is the sum of the last `fast` closes x slow above that of the last `slow` x fast? */
// @ts-ignore: decorator
@inline
function cross(p: usize, fastBytes: usize, slowBytes: usize, fast: v128, slow: v128): i32 {
  const now = v128.load(p);
  const ofFast = f64x2.sub(now, v128.load(p - fastBytes)), ofSlow = f64x2.sub(now, v128.load(p - slowBytes));
  return i64x2.bitmask(f64x2.gt(f64x2.mul(ofFast, slow), f64x2.mul(ofSlow, fast)));
}

/** bits: want long after the close of each bar. `sums` points at the sum up to bar 0; `slow` sums lie before it. Bars before `from` want nothing. */
export function decide(sums: usize, count: i32, fast: i32, slow: i32, from: i32, bits: usize): void {
  const f = f64x2.splat(<f64>fast), s = f64x2.splat(<f64>slow), fb = <usize>fast << 3, sb = <usize>slow << 3;
  for (let i = 0; i < count; i += 8) {
    const p = sums + (<usize>i << 3);
    store<u8>(bits + (<usize>i >> 3), <u8>(cross(p, fb, sb, f, s) | (cross(p + 16, fb, sb, f, s) << 2) | (cross(p + 32, fb, sb, f, s) << 4) | (cross(p + 48, fb, sb, f, s) << 6)));
  }
  for (let i = 0; i < from; i++) {
    const p = bits + (<usize>i >> 3);
    store<u8>(p, load<u8>(p) & ~(<u8>1 << <u8>(i & 7)));
  }
}

// The account, from block to block.
let cash: f64 = 0;
let units: f64 = 0;
let fills: i32 = 0;
let want: bool = false;
let peak: f64 = 0;
let low: f64 = 0;
let drawdown: f64 = 0;

export function begin(startCash: f64): void {
  cash = startCash; units = 0; fills = 0; want = false;
  peak = startCash; low = startCash; drawdown = 0;
}

/**
 * Cuts a block where the wish changes: starts[j] = first bar of stretch j (int32), opens[j] = its open; stretch 0 starts at bar 0 with the
 * wish of the block before, the wish flips from stretch to stretch. Returns their number. Apart from the trading, so that the loads of
 * opens, each of its own cache line, wait together and not one by one.
 */
export function cut(open: usize, bits: usize, count: i32, starts: usize, opens: usize): i32 {
  store<i32>(starts, 0);
  store<f64>(opens, load<f64>(open));
  let stretches = 1, carry: u64 = want ? 1 : 0;
  for (let i = 0; i < count; i += 64) {
    const word = load<u64>(bits + (<usize>i >> 3));
    for (let turns = word ^ ((word << 1) | carry); turns != 0; turns &= turns - 1) {
      const start = i + <i32>ctz(turns) + 1;
      if (start > count) break;
      store<i32>(starts + (<usize>stretches << 2), start);
      store<f64>(opens + (<usize>stretches << 3), load<f64>(open + (<usize>start << 3)));
      stretches++;
    }
    carry = word >> 63;
  }
  store<i32>(starts + (<usize>stretches << 2), count);
  return stretches;
}

/** At an open: buys what the cash affords when long is wanted, sells all when it is not. */
function fill(open: f64, feeRate: f64): void {
  if (want == units > 0) return;
  if (want) {
    const bought = Math.floor(cash / (open * (1 + feeRate)));
    if (!(bought > 0)) return;
    units = bought; cash -= bought * open * (1 + feeRate);
  } else {
    cash += units * open * (1 - feeRate); units = 0;
  }
  fills++;
}

/** Fills at the open of a stretch; with too little cash for one unit, at the first open in it that is low enough. Returns the first bar that holds units. */
function enter(open: usize, start: i32, end: i32, price: f64, feeRate: f64): i32 {
  fill(price, feeRate);
  if (!want) return end;
  while (units == 0 && ++start < end) fill(load<f64>(open + (<usize>start << 3)), feeRate);
  return start;
}

function settle(): void {
  const fall = 1 - low / peak;
  if (fall > drawdown) drawdown = fall;
}

/** Equity of bars start..end in which a new peak comes: bar by bar. */
function climb(equity: usize, start: i32, end: i32): void {
  for (let i = start; i < end; i++) {
    const e = load<f64>(equity + (<usize>i << 3));
    if (e > peak) { settle(); peak = e; low = e; } else if (e < low) low = e;
  }
}

/** Flat: equity is cash. */
function rest(equity: usize, start: i32, end: i32, c: f64): void {
  const cc = f64x2.splat(c);
  let i = start;
  for (; i + 2 <= end; i += 2) v128.store(equity + (<usize>i << 3), cc);
  if (i < end) store<f64>(equity + (<usize>i << 3), c);
  if (c > peak) { settle(); peak = c; low = c; } else if (c < low) low = c;
}

/** Long: equity = cash + units x close. A new peak is rare, so a stretch is searched for one as a whole. */
function hold(close: usize, equity: usize, start: i32, end: i32): void {
  const c = cash, u = units, cc = f64x2.splat(c), uu = f64x2.splat(u);
  let highs = f64x2.splat(peak), lows = f64x2.splat(low), i = start;
  for (; i + 4 <= end; i += 4) {
    const p = close + (<usize>i << 3), q = equity + (<usize>i << 3);
    const a = f64x2.add(cc, f64x2.mul(uu, v128.load(p))), b = f64x2.add(cc, f64x2.mul(uu, v128.load(p, 16)));
    v128.store(q, a); v128.store(q, b, 16);
    highs = f64x2.pmax(highs, f64x2.pmax(a, b)); lows = f64x2.pmin(lows, f64x2.pmin(a, b));
  }
  for (; i < end; i++) {
    const e = f64x2.splat(c + u * load<f64>(close + (<usize>i << 3)));
    store<f64>(equity + (<usize>i << 3), f64x2.extract_lane(e, 0));
    highs = f64x2.pmax(highs, e); lows = f64x2.pmin(lows, e);
  }
  if (v128.any_true(f64x2.gt(highs, f64x2.splat(peak)))) climb(equity, start, end);
  else { const a = f64x2.extract_lane(lows, 0), b = f64x2.extract_lane(lows, 1); low = a < b ? a : b; }
}

/** One block of one backtest: fills at opens, equity at closes, deepest fall from the peak. */
export function trade(open: usize, close: usize, starts: usize, opens: usize, stretches: i32, feeRate: f64, equity: usize): void {
  for (let j = 0; j < stretches; j++) {
    const start = load<i32>(starts + (<usize>j << 2)), end = load<i32>(starts + (<usize>j << 2), 4);
    if (j > 0) want = !want;
    if (start == end) continue;
    const idle = cash, held = enter(open, start, end, load<f64>(opens + (<usize>j << 3)), feeRate);
    if (held > start) rest(equity, start, held, want ? idle : cash);
    if (held < end) hold(close, equity, held, end);
  }
}

/** out: fills, drawdown. */
export function report(out: usize): void {
  settle();
  store<f64>(out, <f64>fills); store<f64>(out, drawdown, 8);
}

/** One backtest without its curve. out: last equity, sum of the per-bar returns, sum of their squares. A flat bar returns nothing and costs nothing. */
export function score(open: usize, close: usize, starts: usize, opens: usize, stretches: i32, feeRate: f64, out: usize): void {
  const one = f64x2.splat(1);
  let sum = f64x2.splat(0), squares = sum, edges: f64 = 0, edgeSquares: f64 = 0, before = cash;
  for (let j = 0; j < stretches; j++) {
    const start = load<i32>(starts + (<usize>j << 2)), end = load<i32>(starts + (<usize>j << 2), 4);
    if (j > 0) want = !want;
    if (start == end) continue;
    const idle = cash, held = enter(open, start, end, load<f64>(opens + (<usize>j << 3)), feeRate);
    if (held > start) {
      const flat = want ? idle : cash, r = flat / before - 1;
      edges += r; edgeSquares += r * r; before = flat;
    }
    if (held == end) continue;
    const c = cash, u = units, cc = f64x2.splat(c), uu = f64x2.splat(u), last = close + (<usize>(end - 1) << 3);
    const entry = (c + u * load<f64>(close + (<usize>held << 3))) / before - 1;
    edges += entry; edgeSquares += entry * entry;
    let p = close + (<usize>(held + 1) << 3);
    for (; p < last; p += 16) {
      const r = f64x2.sub(f64x2.div(f64x2.add(cc, f64x2.mul(uu, v128.load(p))), f64x2.add(cc, f64x2.mul(uu, v128.load(p - 8)))), one);
      sum = f64x2.add(sum, r); squares = f64x2.add(squares, f64x2.mul(r, r));
    }
    before = c + u * load<f64>(last);
    if (p == last) {
      const r = before / (c + u * load<f64>(p - 8)) - 1;
      edges += r; edgeSquares += r * r;
    }
  }
  store<f64>(out, before);
  store<f64>(out, edges + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)), 8);
  store<f64>(out, edgeSquares + (f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1)), 16);
}
