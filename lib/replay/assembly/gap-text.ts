/**
 * Text with gaps, filled with numbers. A number gets the bytes that ECMAScript's Number::toString gives it (the shortest digits that
 * read back as the same double, of those the closest), NaN and infinities get `null`. Digits by R. Giulietti, "The Schubfach way to
 * render doubles" (2021), in the arrangement of A. Neri's and A. Bolz's implementations.
 */

/** Powers of ten, written by the caller: 10^-292 to 10^324, each as 128 bits (high, low) with the highest set, rounded up. */
const SMALLEST_POWER: i32 = -292;
const SIGNIFICAND_BITS: i32 = 52;
const HIDDEN: u64 = 1 << 52;
const EXPONENT_BIAS: i32 = 1075;

const ZERO: u8 = 0x30;
const POINT: u8 = 0x2e;
const MINUS: u8 = 0x2d;
const PLUS: u8 = 0x2b;
const E: u8 = 0x65;
/** `null`, little-endian. */
const NULL: u32 = 0x6c6c756e;

/**
 * Writes text 0, number 0, text 1, ... text `gaps` to `out`; returns the end. `texts`: pairs of u32 (address, bytes). Reads and writes up
 * to seven bytes beyond the end of a text.
 */
export function fill(texts: usize, gaps: i32, numbers: usize, out: usize): usize {
  for (let i = 0; i < gaps; i++) {
    out = copy(load<u32>(texts), load<u32>(texts, 4), out);
    out = writeNumber(load<f64>(numbers), out);
    texts += 8;
    numbers += 8;
  }
  return copy(load<u32>(texts), load<u32>(texts, 4), out);
}

// @ts-ignore: decorator
@inline
function copy(from: usize, length: usize, out: usize): usize {
  for (let i: usize = 0; i < length; i += 8) store<u64>(out + i, load<u64>(from + i));
  return out + length;
}

function writeNumber(value: f64, out: usize): usize {
  const bits = reinterpret<u64>(value);
  const exponent = <i32>((bits >> SIGNIFICAND_BITS) & 0x7ff);
  const significand = bits & (HIDDEN - 1);
  if (exponent == 0x7ff) {
    store<u32>(out, NULL);
    return out + 4;
  }
  if (bits << 1 == 0) {
    store<u8>(out, ZERO);
    return out + 1;
  }
  if (bits >> 63 != 0) store<u8>(out++, MINUS);
  if (exponent == 0) return writeShortest(significand, 1 - EXPONENT_BIAS, false, out);
  const c = significand | HIDDEN;
  const q = exponent - EXPONENT_BIAS;
  if (q <= 0 && q > -53 && ctz(c) >= <u64>-q) {
    const whole = c >> -q;
    const digits = digitsOf(whole);
    writeDigits(whole, digits, out);
    return out + digits;
  }
  return writeShortest(c, q, significand == 0 && exponent > 1, out);
}

/** The shortest decimal within the interval that rounds to c x 2^q; `closer`: the number below is half as far as the one above. */
function writeShortest(c: u64, q: i32, closer: bool, out: usize): usize {
  const odd = <u64>(c & 1);
  // floor(log10(2^q)), or of 3/4 2^q.
  const k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
  // floor(log2(10^-k))
  const h = q + ((-k * 1741647) >> 19) + 1;
  const power: usize = (-k - SMALLEST_POWER) << 4;
  const high = load<u64>(power);
  const low = load<u64>(power, 8);
  const lower = roundToOdd(high, low, (4 * c - 2 + <u64>closer) << h) + odd;
  const middle = roundToOdd(high, low, (4 * c) << h);
  const upper = roundToOdd(high, low, (4 * c + 2) << h) - odd;

  const s = middle >> 2;
  if (s >= 10) {
    const tenth = s / 10;
    const below = lower <= 40 * tenth;
    const above = 40 * tenth + 40 <= upper;
    if (below != above) return writeDecimal(tenth + <u64>above, k + 1, out);
  }
  const below = lower <= 4 * s;
  const above = 4 * s + 4 <= upper;
  if (below != above) return writeDecimal(s + <u64>above, k, out);
  const half = 4 * s + 2;
  return writeDecimal(s + <u64>(middle > half || (middle == half && (s & 1) != 0)), k, out);
}

/** The upper 64 bits of (high, low) x c, the lowest of them set where bits beyond are lost. */
// @ts-ignore: decorator
@inline
function roundToOdd(high: u64, low: u64, c: u64): u64 {
  const carried = upperProduct(low, c);
  const lower = high * c;
  const sum = lower + carried;
  return (upperProduct(high, c) + <u64>(sum < lower)) | <u64>(sum > 1);
}

/** Upper 64 bits of a 128-bit product. */
// @ts-ignore: decorator
@inline
function upperProduct(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const t = a1 * b0 + ((a0 * b0) >> 32);
  const u = a0 * b1 + (t & 0xffffffff);
  return a1 * b1 + (t >> 32) + (u >> 32);
}

/** digits x 10^exponent, as Number::toString arranges it. */
function writeDecimal(digits: u64, exponent: i32, out: usize): usize {
  if (digits % 100000000 == 0) {
    digits /= 100000000;
    exponent += 8;
  }
  while (digits % 10 == 0) {
    digits /= 10;
    exponent++;
  }
  const count = digitsOf(digits);
  /** Where the point stands, counted from the first digit. */
  const point = count + exponent;
  if (exponent >= 0 && point <= 21) {
    writeDigits(digits, count, out);
    for (let i = count; i < point; i++) store<u8>(out + i, ZERO);
    return out + point;
  }
  if (point > 0 && point <= 21) {
    writeDigits(digits, count, out + 1);
    for (let i = 0; i < point; i++) store<u8>(out + i, load<u8>(out + i, 1));
    store<u8>(out + point, POINT);
    return out + count + 1;
  }
  if (point > -6 && point <= 0) {
    store<u8>(out, ZERO);
    store<u8>(out, POINT, 1);
    out += 2;
    for (let i = point; i < 0; i++) store<u8>(out++, ZERO);
    writeDigits(digits, count, out);
    return out + count;
  }
  writeDigits(digits, count, out + 1);
  store<u8>(out, load<u8>(out, 1));
  if (count > 1) {
    store<u8>(out, POINT, 1);
    out += count + 1;
  } else out++;
  store<u8>(out, E);
  store<u8>(out, point > 0 ? PLUS : MINUS, 1);
  const power = <u64>(point > 0 ? point - 1 : 1 - point);
  const places = digitsOf(power);
  writeDigits(power, places, out + 2);
  return out + 2 + places;
}

/** Decimal digits of a number below 10^18, at least one. */
function digitsOf(value: u64): i32 {
  if (value >= 10000000000000000) return value >= 100000000000000000 ? 18 : 17;
  if (value >= 1000000000000000) return 16;
  let digits = 1;
  for (let bound: u64 = 10; value >= bound; bound *= 10) digits++;
  return digits;
}

/** Exactly `count` digits. */
function writeDigits(value: u64, count: i32, out: usize): void {
  let at = out + count;
  while (value >= 100000000) {
    const upper = value / 100000000;
    let eight = <u32>(value - upper * 100000000);
    value = upper;
    for (let i = 0; i < 8; i++) {
      const rest = eight / 10;
      store<u8>(--at, ZERO + <u8>(eight - rest * 10));
      eight = rest;
    }
  }
  let left = <u32>value;
  while (at > out) {
    const rest = left / 10;
    store<u8>(--at, ZERO + <u8>(left - rest * 10));
    left = rest;
  }
}
