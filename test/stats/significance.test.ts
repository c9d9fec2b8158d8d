/** Deflated and probabilistic Sharpe against the published case, effective trials, minimum track record, PBO against a numpy CSCV. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { randomInit, randomNormal } from '../../lib/core/index.js';
import {
  deflatedSharpe,
  effectiveTrials,
  expectedMaximumSharpe,
  minimumTrackRecord,
  probabilisticSharpe,
  probabilityOfOverfitting,
} from '../../lib/stats/index.js';

// Bailey and Lopez de Prado 2014, "A numerical example": annual 2.5 over 1250 days, 250 a year, trials' variance 1/2 a year.
const best = { sharpePerPeriod: 2.5 / Math.sqrt(250), periods: 1250, skew: -3, kurtosis: 10 };

test('the published case: N = 100 gives 0.9004, N = 46 gives 0.9505; expected maximum 0.1132 a day', () => {
  expect(deflatedSharpe(best, 100, 0.5 / 250)).toBeCloseTo(0.9004, 4);
  expect(deflatedSharpe(best, 46, 0.5 / 250)).toBeCloseTo(0.9505, 4);
  expect(expectedMaximumSharpe(100, 0.5 / 250)).toBeCloseTo(0.1132, 4);
  expect(deflatedSharpe(best, 1, 0.5 / 250)).toBe(probabilisticSharpe(best));
  expect(deflatedSharpe(best, 1000, 0.5 / 250)).toBeLessThan(deflatedSharpe(best, 100, 0.5 / 250));
});

test('minimum track record: the probabilistic Sharpe reaches the confidence there', () => {
  const periods = minimumTrackRecord(best, 0.05, 0.95);
  expect(probabilisticSharpe({ ...best, periods }, 0.05)).toBeCloseTo(0.95, 10);
  expect(minimumTrackRecord(best, 0.2)).toBe(Infinity);
  expect(probabilisticSharpe({ ...best, periods: 1 })).toBeNaN();
});

function normals(seed: number, rows: number, columns: number): Float64Array[] {
  const random = randomInit(seed, 'significance-test');
  return Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => randomNormal(random)));
}

test('effective trials: equal ones are one, independent ones are as many as they are, half correlated ones lie on the line', () => {
  const [one] = normals(1, 500, 1);
  expect(effectiveTrials([one!, one!.map((x) => 2 * x + 1), one!])).toBeCloseTo(1, 9);
  expect(effectiveTrials(normals(2, 20_000, 12))).toBeGreaterThan(11.8);
  const common = normals(3, 20_000, 13);
  const shared = common.slice(1).map((column) => column.map((x, i) => x + common[0]![i]!));
  expect(effectiveTrials(shared)).toBeCloseTo(0.5 + 0.5 * 12, 0); // correlation 1/2
  expect(effectiveTrials([one!, new Float64Array(500)])).toBe(2);
  expect(effectiveTrials([])).toBe(0);
});

test('PBO is that of a plain numpy CSCV with 12,870 halves', () => {
  const cases = JSON.parse(readFileSync(new URL('./golden/pbo.json', import.meta.url), 'utf8')) as { columns: number[][]; pbo: number }[];
  for (const { columns, pbo } of cases) {
    expect(probabilityOfOverfitting(columns)).toEqual({
      pbo,
      reason: null,
      configurations: columns.length,
      slices: 16,
      combinations: 12_870,
    });
  }
});

test('PBO is 0 where one configuration is truly better, and n/a with a reason where it can’t be told', () => {
  const columns = normals(4, 320, 20);
  columns[7] = columns[7]!.map((x) => x + 2);
  expect(probabilityOfOverfitting(columns).pbo).toBe(0);
  expect(probabilityOfOverfitting(columns.slice(0, 9))).toMatchObject({
    pbo: null,
    reason: 'n/a: 9 aligned configurations, at least 10 are needed',
  });
  expect(probabilityOfOverfitting(normals(5, 31, 10)).reason).toBe('n/a: 31 returns, at least 32 are needed');
  expect(probabilityOfOverfitting([...columns, new Float64Array(3)]).reason).toBe('n/a: configurations have returns of different lengths');
});
