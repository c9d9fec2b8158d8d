/** The figures of an equity curve against empyrical-reloaded 0.7.1 and arch 8.0.0 (golden/make.py), their laws, and their refusals. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf } from '../../lib/core/index.js';
import { maxDrawdown, optimalBlockLength, type Performance, performance, StatsError, sharpeInterval } from '../../lib/stats/index.js';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`./golden/${name}`, import.meta.url), 'utf8'));
interface Figures {
  days: number[];
  ibm: number[];
  aapl: number[];
  expected: Record<string, number>;
  drawdown: Record<string, unknown> & { depth: number };
  benchmark: Record<string, number>;
  years: Record<string, number>;
  months: Record<string, number>;
  interval: { meanBlockSessions: number; low: number; high: number };
}
const golden = read('figures.json') as Figures;
const ibm = { days: golden.days, values: golden.ibm };
const near = (ours: number | null | undefined, theirs: number, what: string): void => {
  expect(ours, what).toBeTypeOf('number');
  expect(Math.abs(ours! - theirs), `${what}: ${ours}, reference ${theirs}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(theirs)));
};

test('return, volatility, Sharpe, Sortino, Calmar, shape, drawdown and both tables are empyrical’s', () => {
  const result = performance({ equity: ibm, sessionsPerYear: 252 });
  for (const [key, value] of Object.entries(golden.expected)) near(result[key as keyof Performance] as number, value, key);
  const { depth, ...dates } = golden.drawdown;
  near(result.maxDrawdown?.depth, depth, 'depth');
  expect(result.maxDrawdown).toMatchObject(dates);
  expect(result.maxDrawdown?.lengthSessions).toBe(
    golden.days.indexOf(dayOf(dates['recoveryDate'] as string)) - golden.days.indexOf(dayOf(dates['peakDate'] as string)),
  );
  expect(result.years.map((row) => String(row.year))).toEqual(Object.keys(golden.years));
  for (const row of result.years) near(row.totalReturn, golden.years[row.year]!, `year ${row.year}`);
  expect(result.months.length).toBe(Object.keys(golden.months).length);
  for (const row of result.months) {
    const key = `${row.year}-${String(row.month).padStart(2, '0')}`;
    near(row.totalReturn, golden.months[key]!, key);
  }
});

test('excess, tracking error, beta and information ratio over a benchmark are empyrical’s', () => {
  const { benchmarks } = performance({
    equity: ibm,
    sessionsPerYear: 252,
    benchmarks: [{ name: 'AAPL', days: golden.days, values: golden.aapl }],
  });
  for (const [key, value] of Object.entries(golden.benchmark)) near(benchmarks[0]![key as 'beta'], value, key);
});

test('a benchmark is aligned by day: only the sessions that both have count', () => {
  const days = [10, 11, 12, 13, 14];
  const [result] = performance({
    equity: { days, values: [100, 110, 99, 120, 130] },
    sessionsPerYear: 252,
    benchmarks: [{ name: 'index', days: [9, 11, 13, 14, 15], values: [5, 10, 11, 12, 20] }],
  }).benchmarks;
  expect(result).toMatchObject({ sessions: 2, firstDate: '1970-01-12', lastDate: '1970-01-15' });
  near(result!.totalReturn, 12 / 10 - 1, 'benchmark');
  near(result!.excessTotalReturn, 130 / 110 - 12 / 10, 'excess');
  const apart = performance({
    equity: { days, values: [1, 1, 2, 3, 4] },
    sessionsPerYear: 252,
    benchmarks: [{ name: 'late', days: [20, 21], values: [1, 2] }],
  }).benchmarks[0]!;
  expect(apart.excessTotalReturn).toBeNull();
  expect(apart.reasons['excessTotalReturn']).toBe('fewer than two common sessions');
});

test('block lengths are arch’s', () => {
  for (const { phi, x, stationary } of read('blocks.json') as { phi: number; x: number[]; stationary: number }[]) {
    near(optimalBlockLength(x), stationary, `phi ${phi}, n ${x.length}`);
  }
});

test('the Sharpe interval is arch’s stationary bootstrap up to its own noise, and the same for the same seed', () => {
  const returns = golden.ibm.slice(1).map((value, i) => value / golden.ibm[i]! - 1);
  const ours = sharpeInterval(returns, { resamples: 20_000, seed: 1 })!;
  near(ours.meanBlockSessions, golden.interval.meanBlockSessions, 'block');
  // 20,000 resamples on both sides: the noise of an end is about 0.01 (0.57 / root of 20,000 x the density at the quantile).
  expect(ours.lowPerSession * Math.sqrt(252)).toBeCloseTo(golden.interval.low, 1);
  expect(ours.highPerSession * Math.sqrt(252)).toBeCloseTo(golden.interval.high, 1);
  expect(sharpeInterval(returns, { resamples: 500, seed: 5 })).toEqual(sharpeInterval(returns, { resamples: 500, seed: 5 }));
  expect(sharpeInterval(returns, { resamples: 500, seed: 5 })).not.toEqual(sharpeInterval(returns, { resamples: 500, seed: 6 }));
});

test('turnover, costs, hit rates and exposure', () => {
  const result = performance({
    equity: { days: [0, 1, 2, 3, 4], values: [100, 110, 110, 99, 101] },
    sessionsPerYear: 4,
    trades: [
      { day: 1, notional: 60, costs: 1 },
      { day: 3, notional: 44, costs: 0.3 },
    ],
    roundTrips: [{ pnlMinor: 5 }, { pnlMinor: 0 }, { pnlMinor: -1 }],
    invested: [0, 55, 55, 0, 0],
  });
  near(result.turnoverAnnual, 104 / 2 / 104, 'turnover'); // average equity 104, one year
  near(result.costDragAnnual, 1.3 / 104, 'drag');
  near(result.hitRateSessions, 2 / 3, 'sessions'); // up, still, down, up
  near(result.hitRateRoundTrips, 1 / 3, 'trips');
  near(result.exposureMean, 0.2, 'exposure');
  near(result.timeInMarket, 0.4, 'time');
});

const reasonsHold = (result: Performance): void => {
  const text = JSON.stringify(result, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? 'NOT FINITE' : value));
  expect(text).not.toContain('NOT FINITE');
  for (const [key, value] of Object.entries(result)) expect(value === null, key).toBe(key in result.reasons);
};

test('what is undefined is null with its reason, never 0 or NaN', () => {
  const of = (values: number[]): Performance => performance({ equity: { days: values.map((_, i) => i), values }, sessionsPerYear: 243 });
  const one = of([100]);
  const flat = of([100, 100, 100]);
  const rising = of([100, 101, 103]);
  const steady = of(Array.from({ length: 60 }, (_, i) => 100 * 1.01 ** i));
  const ruined = of([100, 50, 0, 10]);
  for (const result of [one, flat, rising, steady, ruined]) reasonsHold(result);
  expect(one.reasons['totalReturn']).toBe('one point only, no return');
  expect([flat.totalReturn, flat.volatilityAnnual, flat.sharpeAnnual, flat.reasons['sharpeAnnual']]).toEqual([
    0,
    0,
    null,
    'returns do not vary',
  ]);
  expect([rising.sortinoAnnual, rising.reasons['sortinoAnnual'], rising.calmar, rising.reasons['calmar']]).toEqual([
    null,
    'no session lost',
    null,
    'equity never fell',
  ]);
  expect(steady.sharpeAnnual).toBeNull();
  expect(ruined.reasons['sharpeAnnual']).toBe('equity was zero or less on 1970-01-03');
  expect(ruined.totalReturn).toBe(-0.9);
  expect(rising.reasons['turnoverAnnual']).toBe('no trades were given');
});

test('series that are none are refused', () => {
  const of = (days: number[], values: number[]) => () => performance({ equity: { days, values }, sessionsPerYear: 243 });
  expect(of([], [])).toThrow(StatsError);
  expect(of([1, 1], [1, 2])).toThrow(/expected ascending epoch days, got 1 after 1/);
  expect(of([1, 2], [1, Number.NaN])).toThrow(/expected finite values, got NaN at point 1/);
  expect(of([1, 2], [0, 2])).toThrow(/expected a positive start/);
  expect(of([1, 2], [1])).toThrow(/as many days as values/);
});

const curves = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 2, maxLength: 120 }).map((steps) => {
  let value = 1000;
  return steps.map((step) => (value *= step ** 0.1));
});

test('laws: drawdown within [0, 1) and no deeper than the worst pair; ratios do not depend on the unit of money', () => {
  fc.assert(
    fc.property(curves, fc.constantFrom(2 ** -7, 2 ** 10), (values, scale) => {
      const days = values.map((_, i) => i);
      const result = performance({ equity: { days, values }, sessionsPerYear: 243, bootstrap: { resamples: 50 } });
      reasonsHold(result);
      let worst = 0;
      for (let i = 0; i < values.length; i++) for (let j = i; j < values.length; j++) worst = Math.max(worst, 1 - values[j]! / values[i]!);
      expect(result.maxDrawdown?.depth ?? 0).toBe(worst);
      expect(worst).toBeLessThan(1);
      expect(maxDrawdown({ days, values })).toEqual(result.maxDrawdown);
      const scaled = performance({
        equity: { days, values: values.map((v) => v * scale) },
        sessionsPerYear: 243,
        bootstrap: { resamples: 50 },
      });
      expect({ ...scaled, startEquity: 0, endEquity: 0 }).toEqual({ ...result, startEquity: 0, endEquity: 0 });
      let product = 1;
      for (const row of result.months) product *= 1 + row.totalReturn;
      expect(product).toBeCloseTo(values[values.length - 1]! / values[0]!, 9);
      if (result.sharpeAnnualLow95 !== null) expect(result.sharpeAnnualLow95).toBeLessThanOrEqual(result.sharpeAnnualHigh95!);
    }),
  );
});
