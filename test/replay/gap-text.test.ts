import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gapText } from '../../lib/replay/gap-text.js';

const written = (text: ReturnType<typeof gapText>): string => Buffer.from(text.fill()).toString('utf8');

test('numbers have the text that JavaScript gives them; what JSON can not hold is null', () => {
  const text = gapText(['[', ',', ',', ']']);
  const bits = fc.bigInt(0n, 0xffff_ffff_ffff_ffffn).map((pattern) => new Float64Array(BigUint64Array.of(pattern).buffer)[0]!);
  const decimal = fc.tuple(fc.integer(), fc.integer({ min: -330, max: 300 })).map(([digits, power]) => Number(`${digits}e${power}`));
  const number = fc.oneof(
    bits,
    fc.double(),
    fc.double({ min: -1, max: 1 }),
    decimal,
    fc.maxSafeInteger(),
    fc.integer({ min: -1080, max: 1023 }).map((power) => 2 ** power),
  );
  fc.assert(
    fc.property(fc.tuple(number, number, number), (values) => {
      text.numbers.set(values);
      expect(written(text)).toBe(`[${values.map((value) => (Number.isFinite(value) ? String(value) : 'null')).join(',')}]`);
    }),
    { numRuns: 20_000 },
  );
});

test('the edges of the form: where digits end, where the exponent begins, the smallest and the largest', () => {
  const text = gapText(['', '']);
  // ECMA-262, Number::toString; 5e-324 and 1.7976931348623157e+308 bound the doubles, 2^53 the integers without gaps.
  for (const value of [
    ...[0, -0, 1, -1, 100, 0.5, 123456789012345680000, 1e20, 1e21, 1e-6, 1e-7, 1.5e-7, 5e-324, 2.2250738585072014e-308],
    ...[Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 4.35, 0.1 + 0.2, 1e23],
  ]) {
    text.numbers[0] = value;
    expect(written(text)).toBe(String(value));
  }
});

test('texts of any length and script stand between the numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 8 }), (texts) => {
      const text = gapText(texts);
      text.numbers.forEach((_, i) => {
        text.numbers[i] = i / 8;
      });
      const expected = texts.map((part, i) => part + (i < texts.length - 1 ? String(i / 8) : '')).join('');
      expect(Buffer.from(text.fill())).toEqual(Buffer.from(expected));
    }),
    { numRuns: 25 },
  );
});

test('there is room for the longest numbers in every gap', () => {
  const text = gapText(Array.from({ length: 41 }, () => ','));
  const longest = -0.0000012345678901234567;
  text.numbers.fill(longest);
  expect(String(longest)).toHaveLength(25);
  expect(written(text)).toBe(`${`,${longest}`.repeat(40)},`);
});
