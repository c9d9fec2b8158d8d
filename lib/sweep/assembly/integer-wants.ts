// What a rule wants bar by bar, a byte each, sixteen at a time.

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

/** Lists each i in [from, to) with want[i] != want[i - 1]; from is 1 or more. Gives their number. */
export function turnsOf(want: usize, from: i32, to: i32, turns: usize): i32 {
  let out = turns, i = from;
  for (; i + 16 <= to; i += 16) {
    const p = want + <usize>i;
    let other = i8x16.bitmask(i8x16.ne(v128.load(p), v128.load(p - 1)));
    // Mostly none or one: told without a branch, which could not be foreseen.
    store<i32>(out, i + ctz<i32>(other));
    out += <usize>(other != 0) << 2;
    for (other &= other - 1; other != 0; other &= other - 1) {
      store<i32>(out, i + ctz<i32>(other));
      out += 4;
    }
  }
  for (; i < to; i++) {
    if (load<u8>(want + <usize>i) == load<u8>(want + <usize>i - 1)) continue;
    store<i32>(out, i);
    out += 4;
  }
  return <i32>(out - turns) >> 2;
}
