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

// Float rows to int8 with a scale each; errors[i] = length of what rounding took away. dim: a multiple of 8.
export function quantise(source: usize, count: i32, dim: i32, codes: usize, scales: usize, errors: usize): void {
  for (let i = 0; i < count; i++) {
    const row = source + <usize>i * <usize>dim * 4;
    let most: f32 = 0;
    for (let k = 0; k < dim; k++) most = max<f32>(most, abs<f32>(load<f32>(row + (<usize>k << 2))));
    const scale = most / 127;
    const inverse: f32 = most > 0 ? 127 / most : 0;
    const to = codes + <usize>i * <usize>dim;
    let lost: f64 = 0;
    for (let k = 0; k < dim; k++) {
      const value = load<f32>(row + (<usize>k << 2));
      const code = nearest<f32>(value * inverse);
      store<i8>(to + <usize>k, <i8>code);
      const gap = <f64>value - <f64>code * <f64>scale;
      lost += gap * gap;
    }
    store<f32>(scales + (<usize>i << 2), scale);
    store<f32>(errors + (<usize>i << 2), <f32>Math.sqrt(lost));
  }
}
