/** The sum of numbers in the order in which numpy adds a contiguous array, so that the bits agree. */
import type { Floats } from './kernel.js';

const BLOCK = 128;

/**
 * Sum of `count` numbers from `start`: up to 128 by eight running sums, more by halves (numpy, loops_utils.h.src, pairwise sum).
 * `round` is the identity for float64 and Math.fround for float32.
 */
export function pairwiseSum(values: Floats, start: number, count: number, round: (x: number) => number): number {
  if (count < 8) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum = round(sum + values[start + i]!);
    return sum;
  }
  if (count > BLOCK) {
    const half = (count >> 1) - ((count >> 1) % 8);
    return round(pairwiseSum(values, start, half, round) + pairwiseSum(values, start + half, count - half, round));
  }
  let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0] as [number, number, number, number, number, number, number, number];
  const inEights = count - (count % 8);
  for (let i = start; i < start + inEights; i += 8) {
    a = round(a + values[i]!);
    b = round(b + values[i + 1]!);
    c = round(c + values[i + 2]!);
    d = round(d + values[i + 3]!);
    e = round(e + values[i + 4]!);
    f = round(f + values[i + 5]!);
    g = round(g + values[i + 6]!);
    h = round(h + values[i + 7]!);
  }
  let sum = round(round(round(a + b) + round(c + d)) + round(round(e + f) + round(g + h)));
  for (let i = inEights; i < count; i++) sum = round(sum + values[start + i]!);
  return sum;
}
