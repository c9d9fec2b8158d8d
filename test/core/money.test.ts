import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mulDiv, mulDivFloor, OverflowError } from '../../lib/core/index.js';

/** Half up in exact integers: floor((2ab + d) / 2d). */
const halfUp = (a: bigint, b: bigint, d: bigint): bigint => {
  const twice = 2n * a * b + d;
  const floor = twice / (2n * d);
  return twice % (2n * d) < 0n ? floor - 1n : floor;
};

const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 });
const divisor = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 2 ** 40, max: 2 ** 52 }));

test('mulDiv rounds half up like exact integers do, at every size', () => {
  fc.assert(
    fc.property(integer, integer, divisor, (a, b, d) => {
      const expected = halfUp(BigInt(a), BigInt(b), BigInt(d));
      if (expected > BigInt(Number.MAX_SAFE_INTEGER) || expected < -BigInt(Number.MAX_SAFE_INTEGER))
        expect(() => mulDiv(a, b, d)).toThrow(OverflowError);
      else expect(BigInt(mulDiv(a, b, d))).toBe(expected);
    }),
    { numRuns: 5000 },
  );
});

test('mulDivFloor is the floor', () => {
  fc.assert(
    fc.property(integer, integer, fc.integer({ min: 1, max: 2 ** 31 }), (a, b, d) => {
      const [product, by] = [BigInt(a) * BigInt(b), BigInt(d)];
      const floor = product / by - (product % by < 0n ? 1n : 0n);
      if (floor > BigInt(Number.MAX_SAFE_INTEGER) || floor < -BigInt(Number.MAX_SAFE_INTEGER))
        expect(() => mulDivFloor(a, b, d)).toThrow(OverflowError);
      else expect(BigInt(mulDivFloor(a, b, d))).toBe(floor);
    }),
    { numRuns: 5000 },
  );
});

test('half a fen rounds up', () => {
  expect(mulDiv(1, 1, 2)).toBe(1);
  expect(mulDiv(-1, 1, 2)).toBe(0);
  expect(mulDiv(3, 5, 10)).toBe(2);
});

test('a product just under 2^52 with a large divisor stays exact', () => {
  const [a, b, d] = [2 ** 26 - 1, 2 ** 26 - 1, 2 ** 51 - 1];
  expect(BigInt(mulDiv(a, b, d))).toBe(halfUp(BigInt(a), BigInt(b), BigInt(d)));
});
