// Inner loops of the integer sweep over whole columns, two doubles or sixteen bytes at a time. All addresses are in bytes; nothing is
// read or written outside [from, to). lib/sweep/primitives.ts has the same loops in plain JavaScript.

/** equity[i] += value. */
export function addConstant(equity: usize, count: i32, value: f64): void {
  const v = f64x2.splat(value);
  const end = equity + (<usize>count << 3);
  let p = equity;
  for (; p + 32 <= end; p += 32) {
    v128.store(p, f64x2.add(v128.load(p), v));
    v128.store(p, f64x2.add(v128.load(p, 16), v), 16);
  }
  for (; p < end; p += 8) store<f64>(p, load<f64>(p) + value);
}

/** equity[i] += ticks[i] * scale. */
export function addMarks(equity: usize, ticks: usize, count: i32, scale: f64): void {
  const s = f64x2.splat(scale);
  const end = equity + (<usize>count << 3);
  let p = equity, q = ticks;
  for (; p + 32 <= end; p += 32, q += 32) {
    v128.store(p, f64x2.add(v128.load(p), f64x2.mul(v128.load(q), s)));
    v128.store(p, f64x2.add(v128.load(p, 16), f64x2.mul(v128.load(q, 16), s)), 16);
  }
  for (; p < end; p += 8, q += 8) store<f64>(p, load<f64>(p) + load<f64>(q) * scale);
}

/** equity[i] = value. */
export function putConstant(equity: usize, count: i32, value: f64): void {
  const v = f64x2.splat(value);
  const end = equity + (<usize>count << 3);
  let p = equity;
  for (; p + 32 <= end; p += 32) {
    v128.store(p, v);
    v128.store(p, v, 16);
  }
  for (; p < end; p += 8) store<f64>(p, value);
}

/** equity[i] = value + ticks[i] * scale. */
export function putMarks(equity: usize, ticks: usize, count: i32, value: f64, scale: f64): void {
  const v = f64x2.splat(value), s = f64x2.splat(scale);
  const end = equity + (<usize>count << 3);
  let p = equity, q = ticks;
  for (; p + 32 <= end; p += 32, q += 32) {
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q), s)));
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q, 16), s)), 16);
  }
  for (; p < end; p += 8, q += 8) store<f64>(p, value + load<f64>(q) * scale);
}

/** Sum of floor((row[k] * twice[k] + denominators[k]) / spans[k]). */
export function worthOfRow(row: usize, twice: usize, denominators: usize, spans: usize, count: i32): f64 {
  let total = f64x2.splat(0);
  const end = <usize>count << 3;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) {
    const dividend = f64x2.add(f64x2.mul(v128.load(row + i), v128.load(twice + i)), v128.load(denominators + i));
    total = f64x2.add(total, f64x2.floor(f64x2.div(dividend, v128.load(spans + i))));
  }
  let sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  for (; i < end; i += 8) {
    sum += Math.floor((load<f64>(row + i) * load<f64>(twice + i) + load<f64>(denominators + i)) / load<f64>(spans + i));
  }
  return sum;
}

/** equity[i] += floor((ticks[i] * twice + half) / span). */
export function addRoundedMarks(equity: usize, ticks: usize, count: i32, twice: f64, half: f64, span: f64): void {
  const t = f64x2.splat(twice), h = f64x2.splat(half), s = f64x2.splat(span);
  const end = equity + (<usize>count << 3);
  let p = equity, q = ticks;
  for (; p + 16 <= end; p += 16, q += 16) {
    const worth = f64x2.floor(f64x2.div(f64x2.add(f64x2.mul(v128.load(q), t), h), s));
    v128.store(p, f64x2.add(v128.load(p), worth));
  }
  for (; p < end; p += 8, q += 8) store<f64>(p, load<f64>(p) + Math.floor((load<f64>(q) * twice + half) / span));
}

/** The first i in [from, to) with want[i] != standing; to when there is none. */
export function nextOther(want: usize, from: i32, to: i32, standing: i32): i32 {
  const s = i8x16.splat(<i8>standing);
  let i = from;
  for (; i + 16 <= to; i += 16) {
    const other = i8x16.bitmask(i8x16.ne(v128.load(want + <usize>i), s));
    if (other != 0) return i + ctz<i32>(other);
  }
  for (; i < to; i++) if (load<u8>(want + <usize>i) != <u8>standing) return i;
  return to;
}

// @ts-ignore: decorator
@inline
function crossed(p: usize, fastBytes: usize, slowBytes: usize, f: v128, s: v128): v128 {
  const now = v128.load(p);
  return f64x2.gt(f64x2.mul(f64x2.sub(now, v128.load(p - fastBytes)), s), f64x2.mul(f64x2.sub(now, v128.load(p - slowBytes)), f));
}

// @ts-ignore: decorator
@inline
function four(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

/** want[i] = (sum of the last fast) * slow > (sum of the last slow) * fast, by sums[i + 1] of all prices up to bar i; 0 before bar slow - 1. */
export function crossOfSums(sums: usize, want: usize, from: i32, to: i32, fast: i32, slow: i32): void {
  let i = from;
  for (; i < to && i < slow - 1; i++) store<u8>(want + <usize>i, 0);
  const f = f64x2.splat(<f64>fast), s = f64x2.splat(<f64>slow), one = i8x16.splat(1);
  const fb = <usize>fast << 3, sb = <usize>slow << 3;
  for (; i + 16 <= to; i += 16) {
    const p = sums + (<usize>(i + 1) << 3);
    const a = i16x8.narrow_i32x4_s(
      four(crossed(p, fb, sb, f, s), crossed(p + 16, fb, sb, f, s)),
      four(crossed(p + 32, fb, sb, f, s), crossed(p + 48, fb, sb, f, s)),
    );
    const b = i16x8.narrow_i32x4_s(
      four(crossed(p + 64, fb, sb, f, s), crossed(p + 80, fb, sb, f, s)),
      four(crossed(p + 96, fb, sb, f, s), crossed(p + 112, fb, sb, f, s)),
    );
    v128.store(want + <usize>i, v128.and(i8x16.narrow_i16x8_s(a, b), one));
  }
  for (; i < to; i++) {
    const p = sums + (<usize>(i + 1) << 3);
    const now = load<f64>(p);
    store<u8>(want + <usize>i, (now - load<f64>(p - fb)) * <f64>slow > (now - load<f64>(p - sb)) * <f64>fast ? 1 : 0);
  }
}
