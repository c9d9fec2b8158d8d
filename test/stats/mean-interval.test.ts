import { expect, test } from 'vitest';
import { randomInit, randomNormal } from '../../lib/core/index.js';
import { meanInterval } from '../../lib/stats/index.js';

/** AR(1) with mean `m`: the long-run deviation of its mean is 1 / (1 - phi) / sqrt(n). */
function series(seed: number, n: number, m: number, phi: number): number[] {
  const random = randomInit(seed, 'ar');
  let x = 0;
  return Array.from({ length: n }, () => {
    x = phi * x + randomNormal(random);
    return m + x;
  });
}

test.each([0, 0.4])('covers the true mean about 95 times in 100, also where values hang together (phi %s)', (phi) => {
  let covered = 0;
  for (let seed = 0; seed < 200; seed++) {
    const { low, high, mean } = meanInterval(series(seed, 400, 1, phi), { resamples: 400, seed });
    expect(mean).toBeGreaterThanOrEqual(low);
    expect(mean).toBeLessThanOrEqual(high);
    if (low <= 1 && 1 <= high) covered++;
  }
  // 190 expected of independent values, binomial deviation 3; block bootstraps fall a little short under dependence.
  expect(covered).toBeGreaterThanOrEqual(phi === 0 ? 180 : 172);
  expect(covered).toBeLessThan(200);
});

test('same seed, same interval; flat values have a point; too few are refused', () => {
  const values = series(1, 50, 0, 0.2);
  expect(meanInterval(values, { resamples: 100, seed: 3 })).toEqual(meanInterval(values, { resamples: 100, seed: 3 }));
  expect(meanInterval(Array(20).fill(2), { resamples: 10, seed: 1 })).toEqual({ mean: 2, low: 2, high: 2, meanBlock: 1 });
  expect(() => meanInterval([1, 2], { resamples: 10, seed: 1 })).toThrow('at least 10');
});
