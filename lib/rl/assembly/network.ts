/**
 * Arithmetic of small dense networks on 128-bit vectors. All places and widths are in floats; every width is a multiple of 8, padded with
 * zeros that stay zeros. Built twice: with relaxed fused multiply-add (one rounding, may differ between CPUs), and without (reproducible).
 */

// @ts-ignore: decorator
@inline
function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
function bytes(floats: i32): usize {
  return <usize>floats << 2;
}

/** Four rows by eight columns of C = start + A B, kept in eight registers. Strides in bytes; A by row and by step along the sum. */
function tileOf4(c: usize, cRow: usize, start: usize, startRow: usize, a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize, depth: i32): void {
  let l0 = v128.load(start), r0 = v128.load(start, 16);
  start += startRow;
  let l1 = v128.load(start), r1 = v128.load(start, 16);
  start += startRow;
  let l2 = v128.load(start), r2 = v128.load(start, 16);
  start += startRow;
  let l3 = v128.load(start), r3 = v128.load(start, 16);
  let a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
  for (let k = 0; k < depth; k++) {
    const left = v128.load(b), right = v128.load(b, 16);
    let x = v128.load32_splat(a);
    l0 = multiplyAdd(x, left, l0);
    r0 = multiplyAdd(x, right, r0);
    x = v128.load32_splat(a1);
    l1 = multiplyAdd(x, left, l1);
    r1 = multiplyAdd(x, right, r1);
    x = v128.load32_splat(a2);
    l2 = multiplyAdd(x, left, l2);
    r2 = multiplyAdd(x, right, r2);
    x = v128.load32_splat(a3);
    l3 = multiplyAdd(x, left, l3);
    r3 = multiplyAdd(x, right, r3);
    a += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bRow;
  }
  v128.store(c, l0);
  v128.store(c, r0, 16);
  c += cRow;
  v128.store(c, l1);
  v128.store(c, r1, 16);
  c += cRow;
  v128.store(c, l2);
  v128.store(c, r2, 16);
  c += cRow;
  v128.store(c, l3);
  v128.store(c, r3, 16);
}

/** One row by 32 columns: as many sums in flight as in the tile of four rows, and each sum in the same order. */
function rowOf32(c: usize, start: usize, a: usize, aStep: usize, b: usize, bRow: usize, depth: i32): void {
  let s0 = v128.load(start), s1 = v128.load(start, 16), s2 = v128.load(start, 32), s3 = v128.load(start, 48);
  let s4 = v128.load(start, 64), s5 = v128.load(start, 80), s6 = v128.load(start, 96), s7 = v128.load(start, 112);
  for (let k = 0; k < depth; k++) {
    const x = v128.load32_splat(a);
    s0 = multiplyAdd(x, v128.load(b), s0);
    s1 = multiplyAdd(x, v128.load(b, 16), s1);
    s2 = multiplyAdd(x, v128.load(b, 32), s2);
    s3 = multiplyAdd(x, v128.load(b, 48), s3);
    s4 = multiplyAdd(x, v128.load(b, 64), s4);
    s5 = multiplyAdd(x, v128.load(b, 80), s5);
    s6 = multiplyAdd(x, v128.load(b, 96), s6);
    s7 = multiplyAdd(x, v128.load(b, 112), s7);
    a += aStep;
    b += bRow;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
  v128.store(c, s4, 64);
  v128.store(c, s5, 80);
  v128.store(c, s6, 96);
  v128.store(c, s7, 112);
}

function rowOf8(c: usize, start: usize, a: usize, aStep: usize, b: usize, bRow: usize, depth: i32): void {
  let left = v128.load(start), right = v128.load(start, 16);
  for (let k = 0; k < depth; k++) {
    const x = v128.load32_splat(a);
    left = multiplyAdd(x, v128.load(b), left);
    right = multiplyAdd(x, v128.load(b, 16), right);
    a += aStep;
    b += bRow;
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}

/** Eight columns of B, one row behind the other: in a wide matrix they would fall on few sets of the cache. Pays from some rows on. */
const PACKED_DEPTH = 512;
const PACKED_ROWS = 32;
/** The second half of the first page, which the heap leaves to the kernel; data would swell the bytes with zeros. */
const PANEL: usize = 32768;

/**
 * C = start + A B, of rows x columns, sums of `depth` products. `start` is C itself (adds to it), one row for all (startRow 0: a bias), or
 * one block for all columns too (startColumn 0: zeros). A row's result doesn't depend on how many rows there are: every sum runs over the
 * depth in order.
 */
function multiply(
  c: usize, cRow: usize, start: usize, startRow: usize, startColumn: usize, a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize,
  rows: i32, columns: i32, depth: i32,
): void {
  const inFours = rows & ~3;
  const pack = rows >= PACKED_ROWS && depth <= PACKED_DEPTH;
  for (let column = 0; column < columns; column += 8) {
    const at = bytes(column);
    let panel = b + at, panelRow = bRow;
    if (pack) {
      let to = PANEL;
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(panel));
        v128.store(to, v128.load(panel, 16), 16);
        to += 32;
        panel += bRow;
      }
      panel = PANEL;
      panelRow = 32;
    }
    let cAt = c + at, startAt = start + at * startColumn, aAt = a;
    for (let row = 0; row < inFours; row += 4) {
      tileOf4(cAt, cRow, startAt, startRow, aAt, aRow, aStep, panel, panelRow, depth);
      cAt += 4 * cRow;
      startAt += 4 * startRow;
      aAt += 4 * aRow;
    }
  }
  for (let row = inFours; row < rows; row++) {
    const cAt = c + <usize>row * cRow, startAt = start + <usize>row * startRow, aAt = a + <usize>row * aRow;
    let column = 0;
    for (; column + 32 <= columns; column += 32) {
      const at = bytes(column);
      rowOf32(cAt + at, startAt + at * startColumn, aAt, aStep, b + at, bRow, depth);
    }
    for (; column < columns; column += 8) {
      const at = bytes(column);
      rowOf8(cAt + at, startAt + at * startColumn, aAt, aStep, b + at, bRow, depth);
    }
  }
}

/** y = x W + bias. x: rows x inputs, W: inputs x outputs, y: rows x outputs. */
export function layerForward(y: i32, x: i32, weight: i32, bias: i32, rows: i32, inputs: i32, outputs: i32): void {
  const wide = bytes(outputs);
  multiply(bytes(y), wide, bytes(bias), 0, 1, bytes(x), bytes(inputs), 4, bytes(weight), wide, rows, outputs, inputs);
}

/** dW += xT dy and dbias += column sums of dy. */
export function layerGradient(dWeight: i32, dBias: i32, x: i32, dy: i32, rows: i32, inputs: i32, outputs: i32): void {
  const wide = bytes(outputs);
  multiply(bytes(dWeight), wide, bytes(dWeight), wide, 1, bytes(x), 4, bytes(inputs), bytes(dy), wide, inputs, outputs, rows);
  for (let column = 0; column < outputs; column += 8) {
    let left = v128.load(bytes(dBias + column)), right = v128.load(bytes(dBias + column), 16);
    let at = bytes(dy + column);
    for (let row = 0; row < rows; row++) {
      left = f32x4.add(left, v128.load(at));
      right = f32x4.add(right, v128.load(at, 16));
      at += wide;
    }
    v128.store(bytes(dBias + column), left);
    v128.store(bytes(dBias + column), right, 16);
  }
}

/** 32 zeros. */
const ZEROS = memory.data(128, 16);

/** dx = dy WT, with W turned already (outputs x inputs). */
export function inputGradient(dx: i32, dy: i32, turned: i32, rows: i32, inputs: i32, outputs: i32): void {
  const wide = bytes(inputs);
  multiply(bytes(dx), wide, ZEROS, 0, 0, bytes(dy), bytes(outputs), 4, bytes(turned), wide, rows, inputs, outputs);
}

/** to (columns x rows) = from (rows x columns), turned, in blocks of 4 x 4. */
export function turn(to: i32, from: i32, rows: i32, columns: i32): void {
  const down = bytes(columns), across = bytes(rows);
  for (let row = 0; row < rows; row += 4) {
    let source = bytes(from) + <usize>row * down, target = bytes(to + row);
    for (let column = 0; column < columns; column += 4) {
      const a = v128.load(source), b = v128.load(source + down), c = v128.load(source + 2 * down), d = v128.load(source + 3 * down);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(target + across, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      v128.store(target + 2 * across, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5));
      v128.store(target + 3 * across, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7));
      source += 16;
      target += 4 * across;
    }
  }
}

/** A number of the table at `constants`, in all four lanes: a load is cheaper than a constant, which the engine would make anew each time. */
// @ts-ignore: decorator
@inline
function constant(constants: usize, index: usize): v128 {
  return v128.load32_splat(constants + (index << 2));
}

/** In place, by a rational function whose coefficients lie at `coefficients` (see tanh.ts, which states the error). */
export function tanhForward(at: i32, count: i32, coefficients: i32): void {
  const table = bytes(coefficients), end = bytes(at + count);
  for (let p = bytes(at); p < end; p += 16) {
    const x = f32x4.pmin(constant(table, 0), f32x4.pmax(constant(table, 1), v128.load(p)));
    const s = f32x4.mul(x, x);
    let above = multiplyAdd(s, constant(table, 2), constant(table, 3));
    above = multiplyAdd(s, above, constant(table, 4));
    above = multiplyAdd(s, above, constant(table, 5));
    above = multiplyAdd(s, above, constant(table, 6));
    above = multiplyAdd(s, above, constant(table, 7));
    above = multiplyAdd(s, above, constant(table, 8));
    let below = multiplyAdd(s, constant(table, 9), constant(table, 10));
    below = multiplyAdd(s, below, constant(table, 11));
    below = multiplyAdd(s, below, constant(table, 12));
    v128.store(p, f32x4.div(f32x4.mul(x, above), below));
  }
}

/** d *= 1 - y^2, where y is the output of the activation. */
export function tanhBackward(d: i32, y: i32, count: i32, ones: i32): void {
  const one = bytes(ones), end = bytes(d + count), apart = bytes(y - d);
  for (let p = bytes(d); p < end; p += 16) {
    const out = v128.load(p + apart);
    v128.store(p, f32x4.mul(v128.load(p), f32x4.sub(v128.load32_splat(one), f32x4.mul(out, out))));
  }
}

export function reluForward(at: i32, count: i32): void {
  const zero = f32x4.splat(0), end = bytes(at + count);
  for (let p = bytes(at); p < end; p += 16) v128.store(p, f32x4.pmax(zero, v128.load(p)));
}

/** d = 0 where the output of the activation is 0. */
export function reluBackward(d: i32, y: i32, count: i32): void {
  const zero = f32x4.splat(0), end = bytes(d + count), apart = bytes(y - d);
  for (let p = bytes(d); p < end; p += 16) v128.store(p, v128.and(v128.load(p), f32x4.gt(v128.load(p + apart), zero)));
}

export function clear(at: i32, count: i32): void {
  memory.fill(bytes(at), 0, bytes(count));
}

/** Copies rows of `width` floats: to row i from row `samples[i]`. The samples are floats, exact below 2^24. */
export function gatherRows(to: i32, from: i32, samples: i32, rows: i32, width: i32): void {
  const long = bytes(width);
  let target = bytes(to);
  for (let row = 0; row < rows; row++) {
    let source = bytes(from) + <usize>load<f32>(bytes(samples + row)) * long;
    const end = source + long;
    for (; source < end; source += 32) {
      v128.store(target, v128.load(source));
      v128.store(target, v128.load(source, 16), 16);
      target += 32;
    }
  }
}

export function sumOfSquares(at: i32, count: i32): f64 {
  const end = bytes(at + count);
  let left = f32x4.splat(0), right = left;
  for (let p = bytes(at); p < end; p += 32) {
    const a = v128.load(p), b = v128.load(p, 16);
    left = multiplyAdd(a, a, left);
    right = multiplyAdd(b, b, right);
  }
  left = f32x4.add(left, right);
  return <f64>f32x4.extract_lane(left, 0) + <f64>f32x4.extract_lane(left, 1) + <f64>f32x4.extract_lane(left, 2) + <f64>f32x4.extract_lane(left, 3);
}

/**
 * One step of Adam: g = scale * gradient; m and v move; weight -= rate * m / (sqrt(v) + epsilon). `numbers` holds beta1, 1 - beta1,
 * beta2, 1 - beta2, scale, rate, epsilon, the last two with the bias corrections already in them.
 */
export function adam(weight: i32, gradient: i32, m: i32, v: i32, count: i32, numbers: i32): void {
  const table = bytes(numbers), end = bytes(weight + count);
  const toGradient = bytes(gradient - weight), toM = bytes(m - weight), toV = bytes(v - weight);
  for (let p = bytes(weight); p < end; p += 16) {
    const g = f32x4.mul(v128.load(p + toGradient), constant(table, 4));
    const mean = multiplyAdd(constant(table, 0), v128.load(p + toM), f32x4.mul(constant(table, 1), g));
    const square = multiplyAdd(constant(table, 2), v128.load(p + toV), f32x4.mul(constant(table, 3), f32x4.mul(g, g)));
    v128.store(p + toM, mean);
    v128.store(p + toV, square);
    const move = f32x4.div(f32x4.mul(constant(table, 5), mean), f32x4.add(f32x4.sqrt(square), constant(table, 6)));
    v128.store(p, f32x4.sub(v128.load(p), move));
  }
}
