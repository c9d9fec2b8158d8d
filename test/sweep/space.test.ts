/** What is searched: values in words, grids, seeded draws, combinations that a strategy refuses. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSpace, SweepInputError } from '../../lib/sweep/index.js';
import { axisValues } from '../../lib/sweep/space-values.js';

test('values: a number, lists, ranges with steps, log ranges', () => {
  expect(axisValues('p', 20)).toEqual([20]);
  expect(axisValues('p', [70, 50, 60, 50])).toEqual([50, 60, 70]);
  expect(axisValues('p', '50,60,70')).toEqual([50, 60, 70]);
  expect(axisValues('p', '5:45:10')).toEqual([5, 15, 25, 35, 45]);
  expect(axisValues('p', '5:44:10')).toEqual([5, 15, 25, 35]);
  expect(axisValues('p', '3:6')).toEqual([3, 4, 5, 6]);
  expect(axisValues('p', '0.1:0.5:0.1')).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(axisValues('p', 'log:5:320:7')).toEqual([5, 10, 20, 40, 80, 160, 320]);
  // Whole bounds: what falls together counts once.
  expect(axisValues('p', 'log:1:4:9')).toEqual([1, 2, 3, 4]);
  expect(axisValues('p', 'log:0.1:10.0:3')).toEqual([0.1, 1, 10]);
});

test.each(['', 'five', '1,,2', '5:', '5:1', '1:5:0', '1:5:-1', '1:2:3:4', '0.1:0.5', 'log:0:5:3', 'log:5:9', 'log:5:9:1', '0:1e9:1e-3'])(
  'values: %j is refused in one line',
  (text) => {
    expect(() => axisValues('sma-cross.fast', text)).toThrow(SweepInputError);
    expect(() => axisValues('sma-cross.fast', text)).toThrow(/^axisValues: expected values of sma-cross\.fast .*\. Write one of these\.$/);
  },
);

test('a range with a step holds what counting by the step gives', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 1, max: 40 }),
      (from, length, step) => {
        const wanted: number[] = [];
        for (let value = from; value <= from + length; value += step) wanted.push(value);
        expect(axisValues('p', `${from}:${from + length}:${step}`)).toEqual(wanted);
      },
    ),
  );
});

describe('a grid', () => {
  const space = openSpace({ strategies: [{ strategy: 'sma-cross', parameters: { fast: '10:40:10', slow: [20, 30] } }] });

  test('holds what the strategy accepts, counts what it refuses', () => {
    expect(Array.from({ length: space.size }, (_, i) => space.at(i).parameters)).toEqual([
      { fast: 10, slow: 20 },
      { fast: 10, slow: 30 },
      { fast: 20, slow: 30 },
    ]);
    expect(space.dropped).toEqual({ 'sma-cross: fast must be below slow': 5 });
    expect(space.coordinates(2)).toMatchObject({ at: [1, 1], space: { strategy: 'sma-cross', from: 0, size: 3 } });
    expect(() => space.at(3)).toThrow(SweepInputError);
    expect(() => space.at(-1)).toThrow(SweepInputError);
  });

  test('several strategies lie one after another', () => {
    const both = openSpace({
      strategies: [
        { strategy: 'sma-cross', parameters: { fast: [5, 10], slow: 20 } },
        { strategy: 'breakout', parameters: { entry: [20, 40], exit: 10 } },
      ],
    });
    expect(Array.from({ length: both.size }, (_, i) => both.at(i))).toEqual([
      { strategy: 'sma-cross', parameters: { fast: 5, slow: 20 } },
      { strategy: 'sma-cross', parameters: { fast: 10, slow: 20 } },
      { strategy: 'breakout', parameters: { entry: 20, exit: 10 } },
      { strategy: 'breakout', parameters: { entry: 40, exit: 10 } },
    ]);
  });
});

test('a draw is seeded, without repeats, and of sound combinations only', () => {
  const draw = (seed: number) => {
    const space = openSpace({ strategies: [{ strategy: 'sma-cross', parameters: { fast: '2:60', slow: '20:200' } }], random: 200, seed });
    return Array.from({ length: space.size }, (_, i) => space.at(i).parameters as { fast: number; slow: number });
  };
  const first = draw(1);
  expect(first).toEqual(draw(1));
  expect(first).not.toEqual(draw(2));
  expect(first).toHaveLength(200);
  expect(new Set(first.map(({ fast, slow }) => `${fast}/${slow}`)).size).toBe(200);
  expect(first.every(({ fast, slow }) => fast < slow)).toBe(true);
  // Each combination is as likely as any other: all halves of a range are met.
  expect(first.filter(({ slow }) => slow > 110).length).toBeGreaterThan(70);
  expect(first.filter(({ slow }) => slow <= 110).length).toBeGreaterThan(50);
});

test('a draw of more than there is gives all that is sound', () => {
  const parameters = { fast: [5, 10, 30], slow: [20, 40] };
  const all = openSpace({ strategies: [{ strategy: 'sma-cross', parameters }] });
  const drawn = openSpace({ strategies: [{ strategy: 'sma-cross', parameters }], random: 100 });
  expect(Array.from({ length: drawn.size }, (_, i) => drawn.at(i))).toEqual(Array.from({ length: all.size }, (_, i) => all.at(i)));
  expect([drawn.size, drawn.asked, all.asked]).toEqual([5, 100, null]);
  expect(openSpace({ strategies: [{ strategy: 'sma-cross', parameters }], random: 5 }).asked).toBeNull();
});

test.each([
  [{ strategies: [] }, /got none/],
  [{ strategies: [{ strategy: 'sma-cros', parameters: { fast: 5 } }] }, /Did you mean sma-cross/],
  [{ strategies: [{ strategy: 'sma-cross', parameters: { fst: 5 } }] }, /a parameter of sma-cross \(fast, slow, parts\), got fst/],
  [{ strategies: [{ strategy: 'sma-cross', parameters: { fast: '0:10:5' } }] }, /values that sma-cross takes, got .*"fast":0/],
  [{ strategies: [{ strategy: 'sma-cross', parameters: { fast: '0.5:2.5:1' } }] }, /values that sma-cross takes/],
  [
    { strategies: [{ strategy: 'sma-cross', parameters: { fast: [60, 70], slow: 50 } }] },
    /none of 2 \(sma-cross: fast must be below slow\)/,
  ],
  [{ strategies: [{ strategy: 'sma-cross', parameters: { fast: '1:2000', slow: '1:2000' } }] }, /up to 1000000 combinations, got 4000000/],
  [{ strategies: [{ strategy: 'sma-cross', parameters: { fast: [1, 2] } }], random: 0 }, /1 to 1000000 random combinations, got 0/],
  [
    {
      strategies: [
        { strategy: 'sma-cross', parameters: {} },
        { strategy: 'sma-cross', parameters: {} },
      ],
    },
    /got sma-cross twice/,
  ],
])('%j is refused', (input, says) => {
  expect(() => openSpace(input)).toThrow(says);
});
