// Cash and marks written into a column of equity, or added to it, two doubles at a time.

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

/**
 * equity[i] = value. Up to `spare` bytes behind the end may be written too: whoever goes on from there writes them again. Columns begin at
 * whole vectors, so after a first double by itself no store lies across two lines of the cache.
 */
export function putConstant(equity: usize, count: i32, value: f64, spare: usize): void {
  const v = f64x2.splat(value);
  const end = equity + (<usize>count << 3), last = end + spare;
  store<f64>(equity, value);
  let p = (equity + 8) & ~15;
  for (; p < end && p + 64 <= last; p += 64) {
    v128.store(p, v);
    v128.store(p, v, 16);
    v128.store(p, v, 32);
    v128.store(p, v, 48);
  }
  for (; p < end; p += 8) store<f64>(p, value);
}

/** equity[i] = value + ticks[i] * scale; `spare` as above. */
export function putMarks(equity: usize, ticks: usize, count: i32, value: f64, scale: f64, spare: usize): void {
  const v = f64x2.splat(value), s = f64x2.splat(scale);
  const end = equity + (<usize>count << 3), last = end + spare;
  store<f64>(equity, value + load<f64>(ticks) * scale);
  let p = (equity + 8) & ~15, q = ticks + (p - equity);
  for (; p < end && p + 64 <= last; p += 64, q += 64) {
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q), s)));
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q, 16), s)), 16);
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q, 32), s)), 32);
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q, 48), s)), 48);
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
