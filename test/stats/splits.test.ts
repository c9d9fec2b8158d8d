/** Folds: what chooses never overlaps what judges, whatever the purge and embargo. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldsOf, SPLIT_DEFAULTS, StatsError } from '../../lib/stats/index.js';
import { joinedReturns, objectiveOf, scoreOf } from '../../lib/sweep/walk-score.js';

test('anchored: tests share the rest, training begins at the first session', () => {
  expect(foldsOf(100, { ...SPLIT_DEFAULTS, folds: 2, purge: 5 })).toEqual([
    { train: [[0, 45]], test: [50, 75] },
    { train: [[0, 70]], test: [75, 100] },
  ]);
});

test('rolling: training keeps its length', () => {
  expect(foldsOf(100, { ...SPLIT_DEFAULTS, folds: 2, mode: 'rolling' })).toEqual([
    { train: [[0, 50]], test: [50, 75] },
    { train: [[25, 75]], test: [75, 100] },
  ]);
});

test('an embargo cuts what follows a test out of later trainings', () => {
  expect(foldsOf(100, { ...SPLIT_DEFAULTS, folds: 4, trainShare: 0.2, purge: 2, embargo: 3 })).toEqual([
    { train: [[0, 18]], test: [20, 40] },
    { train: [[0, 38]], test: [40, 60] },
    {
      train: [
        [0, 40],
        [43, 58],
      ],
      test: [60, 80],
    },
    {
      train: [
        [0, 40],
        [43, 60],
        [63, 78],
      ],
      test: [80, 100],
    },
  ]);
});

test('one split', () => {
  expect(foldsOf(1000, { ...SPLIT_DEFAULTS, folds: 1, trainShare: 0.7 })).toEqual([{ train: [[0, 700]], test: [700, 1000] }]);
});

test('tests follow each other to the last session; no training reaches into its test, its purge, or an embargo', () => {
  const input = fc.record({
    sessions: fc.integer({ min: 60, max: 3000 }),
    folds: fc.integer({ min: 1, max: 10 }),
    mode: fc.constantFrom('anchored' as const, 'rolling' as const),
    trainShare: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
    purge: fc.integer({ min: 0, max: 30 }),
    embargo: fc.integer({ min: 0, max: 30 }),
  });
  fc.assert(
    fc.property(input, ({ sessions, ...splits }) => {
      let folds: ReturnType<typeof foldsOf>;
      try {
        folds = foldsOf(sessions, splits);
      } catch (error) {
        expect(error).toBeInstanceOf(StatsError);
        return;
      }
      expect(folds).toHaveLength(splits.folds);
      expect(folds[0]!.test[0]).toBe(Math.round(sessions * splits.trainShare));
      expect(folds.at(-1)!.test[1]).toBe(sessions);
      folds.forEach(({ train, test: [from, to] }, k) => {
        if (k > 0) expect(from).toBe(folds[k - 1]!.test[1]);
        expect(to).toBeGreaterThan(from);
        for (const [a, b] of train) {
          expect(a).toBeLessThan(b);
          expect(b).toBeLessThanOrEqual(from - splits.purge);
          for (const earlier of folds.slice(0, k)) {
            const [cutFrom, cutTo] = [earlier.test[1], earlier.test[1] + splits.embargo];
            expect(b <= cutFrom || a >= cutTo).toBe(true);
          }
        }
      });
    }),
  );
});

test.each([
  [{ folds: 0 }, /folds as a whole number from 1 on, got 0/],
  [{ folds: 1.5 }, /folds as a whole number/],
  [{ purge: -1 }, /purge as a whole number from 0 on/],
  [{ trainShare: 1 }, /train share between 0 and 1, got 1/],
  [{ purge: 50 }, /3 sessions or more in each part, got 0 to train/],
  [{ folds: 30 }, /got 50 to train and 2 to test in fold 1 of 30 over 100/],
])('%j is refused', (wrong, says) => {
  expect(() => foldsOf(100, { ...SPLIT_DEFAULTS, ...wrong })).toThrow(says);
});

test('scores of a cut are those of its returns', () => {
  const returns = Float64Array.from([0.1, -0.5, 0.2, 0.25, 0.1]);
  // Session s has return s - 1; the first session has none.
  expect([...joinedReturns(returns, [[0, 2]])]).toEqual([0.1]);
  expect([...joinedReturns(returns, [[2, 4]])]).toEqual([-0.5, 0.2]);
  expect([
    ...joinedReturns(returns, [
      [0, 3],
      [4, 6],
    ]),
  ]).toEqual([0.1, -0.5, 0.25, 0.1]);
  // python -c "import statistics as s; r=[-.5,.2,.25]; print(s.mean(r)/s.stdev(r)*243**.5, .5*1.2*1.25)"
  const score = scoreOf(joinedReturns(returns, [[2, 5]]), 243);
  expect(score.sharpe).toBeCloseTo(-0.61958555, 7);
  expect(score.totalReturn).toBeCloseTo(-0.25, 12);
  expect(score.maxDrawdown).toBeCloseTo(0.5, 12);
  expect(scoreOf(new Float64Array(10), 243)).toMatchObject({ totalReturn: 0, sharpe: null, maxDrawdown: 0 });
  expect(objectiveOf('sharpe', scoreOf(new Float64Array(10), 243))).toBe(Number.NEGATIVE_INFINITY);
  expect(objectiveOf('calmar', score)).toBeCloseTo(score.annualisedReturn / 0.5, 12);
});
