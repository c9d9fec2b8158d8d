import { expect, test } from 'vitest';
import { differenceInterval, tInterval } from '../../lib/stats/index.js';

// scipy 1.17.1: from scipy import stats; stats.t.interval(0.95, 4, loc=3, scale=stats.sem([1,2,3,4,5]))
test('the interval of a mean is that of scipy', () => {
  const { mean, low95, high95, count } = tInterval([1, 2, 3, 4, 5]);
  expect([mean, count]).toEqual([3, 5]);
  expect(low95).toBeCloseTo(1.0367568, 3);
  expect(high95).toBeCloseTo(4.9632432, 3);
  // stats.t.interval(0.95, 39, loc=19.5, scale=stats.sem(range(40)))
  const many = tInterval(Array.from({ length: 40 }, (_, i) => i));
  expect(many.low95).toBeCloseTo(15.7612365, 3);
});

// stats.ttest_ind([1,2,3,4,5], [2,2.5,3,9], equal_var=False).confidence_interval(): -6.0235820 to 3.7735820
test('the interval of a difference is that of Welch, a little wider between whole degrees of freedom', () => {
  const { mean, low95, high95 } = differenceInterval([1, 2, 3, 4, 5], [2, 2.5, 3, 9]);
  expect(mean).toBeCloseTo(-1.125, 12);
  expect(low95).toBeLessThan(-6.02358);
  expect(low95).toBeGreaterThan(-6.7);
  expect(low95! + high95!).toBeCloseTo(-2.25, 12);
});

test('a single value has no interval, and as the other side counts as known', () => {
  expect(tInterval([2])).toEqual({ mean: 2, low95: null, high95: null, count: 1 });
  expect(differenceInterval([1, 2, 3], [2])).toEqual(tInterval([-1, 0, 1]));
  expect(() => tInterval([])).toThrow(/expected values/);
});
