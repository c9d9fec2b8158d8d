import { expect, test } from 'vitest';
import { randomBelow, randomFloat, randomInit, randomNormal, randomUint32 } from '../../lib/core/index.js';

test('a state continues after JSON as if nothing had been', () => {
  const state = randomInit(42, 'stream');
  for (let i = 0; i < 100; i++) randomUint32(state);
  const copy = JSON.parse(JSON.stringify(state));
  for (let i = 0; i < 100; i++) expect(randomUint32(copy)).toBe(randomUint32(state));
});

test('seeds and streams differ', () => {
  const first = (seed: number, stream?: string) => randomUint32(randomInit(seed, stream));
  expect(new Set([first(1), first(2), first(1, 'a'), first(1, 'b')]).size).toBe(4);
});

test('floats, bounded integers and normals have the moments they should', () => {
  const state = randomInit(7);
  const n = 200_000;
  const counts = new Array<number>(10).fill(0);
  let [sum, normal, square] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const x = randomFloat(state);
    expect(x >= 0 && x < 1).toBe(true);
    sum += x;
    counts[randomBelow(state, 10)]!++;
    const z = randomNormal(state);
    normal += z;
    square += z * z;
  }
  // Five standard errors each.
  expect(Math.abs(sum / n - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
  for (const count of counts) expect(Math.abs(count / n - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / n));
  expect(Math.abs(normal / n)).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(square / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
});
