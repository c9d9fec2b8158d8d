// Dot products of one int16 query with int8 rows, four rows at a time so that a query load serves four.
// dim: a multiple of 8; every product sum must fit int32 (the caller scales the query so that it does).

// @ts-ignore: decorator
@inline
function sum(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

export function scan(query: usize, rows: usize, count: i32, dim: i32, out: usize): void {
  const d = <usize>dim;
  const queryEnd = query + (d << 1);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    let p0 = rows + <usize>i * d;
    let p1 = p0 + d;
    let p2 = p1 + d;
    let p3 = p2 + d;
    let s0 = v128.splat<i32>(0), s1 = s0, s2 = s0, s3 = s0;
    for (let q = query; q < queryEnd; q += 16) {
      const w = v128.load(q);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load_ext<i8>(p0), w));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load_ext<i8>(p1), w));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load_ext<i8>(p2), w));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load_ext<i8>(p3), w));
      p0 += 8;
      p1 += 8;
      p2 += 8;
      p3 += 8;
    }
    const at = out + (<usize>i << 2);
    store<i32>(at, sum(s0));
    store<i32>(at, sum(s1), 4);
    store<i32>(at, sum(s2), 8);
    store<i32>(at, sum(s3), 12);
  }
  for (; i < count; i++) {
    let p = rows + <usize>i * d;
    let s = v128.splat<i32>(0);
    for (let q = query; q < queryEnd; q += 16) {
      s = i32x4.add(s, i32x4.dot_i16x8_s(v128.load_ext<i8>(p), v128.load(q)));
      p += 8;
    }
    store<i32>(out + (<usize>i << 2), sum(s));
  }
}

// @ts-ignore: decorator
@inline
function squares(v: v128, codes: v128, scale: v128): v128 {
  const gap = f64x2.sub(f64x2.promote_low_f32x4(v), f64x2.mul(f64x2.promote_low_f32x4(codes), scale));
  return f64x2.mul(gap, gap);
}

// Float rows to int8 with a scale each; errors[i] = length of what rounding took away, lengths[i] = square of the row's length.
// dim: a multiple of 8.
export function quantise(source: usize, count: i32, dim: i32, codes: usize, scales: usize, errors: usize, lengths: usize): void {
  const bytes = <usize>dim << 2;
  for (let i = 0; i < count; i++) {
    const row = source + <usize>i * bytes;
    const end = row + bytes;
    let widest = v128.splat<f32>(0), square = widest;
    for (let at = row; at < end; at += 16) {
      const v = v128.load(at);
      widest = f32x4.max(widest, f32x4.abs(v));
      square = f32x4.add(square, f32x4.mul(v, v));
    }
    const most = max<f32>(
      max<f32>(f32x4.extract_lane(widest, 0), f32x4.extract_lane(widest, 1)),
      max<f32>(f32x4.extract_lane(widest, 2), f32x4.extract_lane(widest, 3)),
    );
    const scale = most / 127;
    const inverse = v128.splat<f32>(most > 0 ? 127 / most : 0);
    const wide = v128.splat<f64>(<f64>scale);
    let to = codes + <usize>i * <usize>dim;
    let lost0 = v128.splat<f64>(0), lost1 = lost0;
    for (let at = row; at < end; at += 32, to += 8) {
      const a = v128.load(at), b = v128.load(at, 16);
      const x = f32x4.nearest(f32x4.mul(a, inverse)), y = f32x4.nearest(f32x4.mul(b, inverse));
      const words = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(x), i32x4.trunc_sat_f32x4_s(y));
      v128.store64_lane(to, i8x16.narrow_i16x8_s(words, words), 0);
      lost0 = f64x2.add(lost0, squares(a, x, wide));
      lost1 = f64x2.add(lost1, squares(v128.shuffle<f32>(a, a, 2, 3, 2, 3), v128.shuffle<f32>(x, x, 2, 3, 2, 3), wide));
      lost0 = f64x2.add(lost0, squares(b, y, wide));
      lost1 = f64x2.add(lost1, squares(v128.shuffle<f32>(b, b, 2, 3, 2, 3), v128.shuffle<f32>(y, y, 2, 3, 2, 3), wide));
    }
    const lost = f64x2.add(lost0, lost1);
    store<f32>(
      lengths + (<usize>i << 2),
      f32x4.extract_lane(square, 0) + f32x4.extract_lane(square, 1) + f32x4.extract_lane(square, 2) + f32x4.extract_lane(square, 3),
    );
    store<f32>(scales + (<usize>i << 2), scale);
    store<f32>(errors + (<usize>i << 2), <f32>Math.sqrt(f64x2.extract_lane(lost, 0) + f64x2.extract_lane(lost, 1)));
  }
}
