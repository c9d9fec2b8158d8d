/** Parts of a training: nothing taught reaches into what judges, whatever the shares. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf, InputError } from '../../lib/core/index.js';
import type { EnvMarket } from '../../lib/rl/env-market.js';
import { cutMarket, trainingFolds } from '../../lib/rl/train-folds.js';
import { StatsError } from '../../lib/stats/index.js';

const days = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => 18_000 + i);
const plain = { test: 0.25, validation: 0.15, purge: 1, embargo: 0 };

test('a plain split: train, gap, validation, gap, test', () => {
  expect(trainingFolds(days(100), { split: plain, folds: { count: 1, mode: 'anchored' } })).toEqual([
    { train: [[0, 58]], validation: [59, 74], test: [75, 100] },
  ]);
  const dated = { ...plain, test: '2019-06-01', validation: '2019-05-01' };
  const sessions = Int32Array.from({ length: 200 }, (_, i) => dayOf('2019-01-01') + i);
  expect(trainingFolds(sessions, { split: dated, folds: { count: 1, mode: 'anchored' } })).toEqual([
    { train: [[0, 119]], validation: [120, 150], test: [151, 200] },
  ]);
});

test('what is taught ends before what stops it, and that before what judges, with the purge between', () => {
  fc.assert(
    fc.property(
      fc.record({
        count: fc.integer({ min: 60, max: 600 }),
        test: fc.double({ min: 0.05, max: 0.8, noNaN: true }),
        validation: fc.double({ min: 0, max: 0.4, noNaN: true }),
        purge: fc.integer({ min: 0, max: 10 }),
        embargo: fc.integer({ min: 0, max: 20 }),
        folds: fc.integer({ min: 1, max: 6 }),
        mode: fc.constantFrom('anchored' as const, 'rolling' as const),
      }),
      ({ count, test: testShare, validation, purge, embargo, folds, mode }) => {
        const split = { test: testShare, validation, purge, embargo };
        let parts: ReturnType<typeof trainingFolds>;
        try {
          parts = trainingFolds(days(count), { split, folds: { count: folds, mode } });
        } catch (error) {
          expect(error instanceof StatsError || error instanceof InputError).toBe(true);
          return;
        }
        expect(parts).toHaveLength(folds);
        parts.forEach(({ train, validation: looked, test: judged }, k) => {
          const limit = looked === null ? judged[0] : looked[0];
          for (const [from, to] of train) {
            expect(from).toBeGreaterThanOrEqual(0);
            expect(to).toBeLessThanOrEqual(limit - purge);
            for (const { test: before } of parts.slice(0, k)) expect(from >= before[1] + embargo || to <= before[1]).toBe(true);
          }
          if (looked !== null) expect(looked[1]).toBeLessThanOrEqual(judged[0] - purge);
          if (k > 0) expect(judged[0]).toBe(parts[k - 1]!.test[1]);
        });
        expect(parts[folds - 1]!.test[1]).toBe(count);
      },
    ),
  );
});

test('a cut market plays the bars of its sessions only', () => {
  const sessions = days(50);
  const market = {
    day: sessions,
    instruments: [
      { first: 0, last: 49 },
      { first: 30, last: 49 },
    ],
  } as unknown as EnvMarket;
  expect(
    cutMarket(market, sessions, [
      [0, 10],
      [20, 40],
    ]).instruments,
  ).toEqual([
    { first: 0, last: 9 },
    { first: 20, last: 39 },
    { first: 30, last: 39 },
  ]);
  expect(() => cutMarket(market, sessions, [[4, 5]])).toThrow(/two bars or more/);
});

test('a validation that would begin in the test is refused, not left out', () => {
  const sessions = Int32Array.from({ length: 200 }, (_, i) => dayOf('2019-01-01') + i);
  const folds = { count: 1, mode: 'anchored' } as const;
  for (const validation of ['2019-06-01', '2019-06-20', '2019-05-31']) {
    expect(() => trainingFolds(sessions, { split: { ...plain, test: '2019-06-01', validation }, folds })).toThrow(
      /validation to begin before the test/,
    );
  }
});
