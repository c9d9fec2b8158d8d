/** The float64 kernel of the two float benchmarks against the loop that defines them, and its two forms against each other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FloatRule, floatBacktest, floatSweep } from '../../lib/sweep/index.js';
import { lcgBars } from '../bench/lcg-bars.js';

/** The definition, bar by bar: what the numba peer in test/bench/peers/backtest.py runs. */
function loop(open: Float64Array, close: Float64Array, { fast, slow, cash: start, feeRate }: FloatRule) {
  let [cash, units, fills, peak, maxDrawdown, want] = [start, 0, 0, start, 0, false];
  const equity = new Float64Array(close.length);
  const sum = (t: number, count: number) => close.subarray(t + 1 - count, t + 1).reduce((a, b) => a + b, 0);
  for (let t = 0; t < close.length; t++) {
    if (want && units === 0) {
      const bought = Math.floor(cash / (open[t]! * (1 + feeRate)));
      if (bought > 0) {
        units = bought;
        cash -= bought * open[t]! * (1 + feeRate);
        fills++;
      }
    } else if (!want && units > 0) {
      cash += units * open[t]! * (1 - feeRate);
      units = 0;
      fills++;
    }
    want = t >= slow - 1 && sum(t, fast) * slow > sum(t, slow) * fast;
    const e = cash + units * close[t]!;
    equity[t] = e;
    peak = Math.max(peak, e);
    maxDrawdown = Math.max(maxDrawdown, 1 - e / peak);
  }
  return { finalEquity: equity[close.length - 1]!, fills, maxDrawdown, equity };
}

function sharpeOf(equity: Float64Array): number {
  const returns = [...equity].slice(1).map((e, i) => e / equity[i]! - 1);
  const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((a, r) => a + (r - mean) ** 2, 0) / (returns.length - 1));
  return deviation > 0 ? (mean / deviation) * Math.sqrt(252) : 0;
}

const quarters = (ticks: Iterable<number>) => Float64Array.from(ticks, (tick) => tick / 4);
const benchmark = { fast: 20, slow: 50, cash: 1e8, feeRate: 0.0003 };

/** Prices in quarters, so that every sum is exact; cash from too little for one unit to plenty; windows up to all bars. */
const cases = fc
  .record({
    bars: fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 })), { minLength: 3, maxLength: 400 }),
    fast: fc.integer({ min: 1, max: 12 }),
    wider: fc.integer({ min: 1, max: 30 }),
    cash: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(1e6)),
    feeRate: fc.constantFrom(0, 0.0003, 0.05),
  })
  .map(({ bars, fast, wider, cash, feeRate }) => {
    const slow = Math.min(fast + wider, bars.length);
    return {
      open: quarters(bars.map(([o]) => o)),
      close: quarters(bars.map(([, c]) => c)),
      rule: { fast: Math.min(fast, slow - 1), slow, cash, feeRate },
    };
  });

describe.each(['simd', 'js'] as const)('%s', (kernel) => {
  test('B1: the equity, fills and drawdown that every peer gives', () => {
    const { open, close } = lcgBars(1_000_000);
    const result = floatBacktest(quarters(open), quarters(close), benchmark, { kernel });
    // numba 0.68.1, test/bench/peers/backtest.py, task b1
    expect([result.finalEquity, result.fills, result.maxDrawdown]).toEqual([258534585.6081985, 21875, 0.5365717189311694]);
  });

  test('B2: the returns and Sharpe ratios of 1,000 pairs', () => {
    const { open, close } = lcgBars(10_000);
    const pairs = Array.from({ length: 1000 }, (_, i) => [5 + Math.floor(i / 25), 50 + 5 * (i % 25)] as const);
    const { totalReturns, sharpes } = floatSweep(quarters(open), quarters(close), pairs, benchmark, { kernel });
    const best = totalReturns.indexOf(Math.max(...totalReturns));
    expect(pairs[best]).toEqual([25, 50]);
    // numba 0.68.1, test/bench/peers/backtest.py, task b2
    expect(totalReturns[best]).toBe(-0.04718959647049492);
    expect(sharpes[best]).toBeCloseTo(-0.03719816746436, 12);
    expect(totalReturns.reduce((a, b) => a + b, 0)).toBeCloseTo(-168.09844072909476, 10);
  });

  test('a backtest is the loop, bit for bit, at any length, window and cash', () => {
    fc.assert(
      fc.property(cases, ({ open, close, rule }) => {
        expect(floatBacktest(open, close, rule, { kernel })).toEqual(loop(open, close, rule));
      }),
    );
  });

  test('a sweep is the backtests of its pairs', () => {
    fc.assert(
      fc.property(cases, ({ open, close, rule }) => {
        const pairs = [[rule.fast, rule.slow] as const, [1, 2] as const, [rule.fast, rule.slow] as const];
        const { totalReturns, sharpes } = floatSweep(open, close, pairs, rule, { kernel });
        pairs.forEach(([fast, slow], i) => {
          const { equity, finalEquity } = loop(open, close, { ...rule, fast, slow });
          expect(totalReturns[i]).toBe(finalEquity / rule.cash - 1);
          expect(sharpes[i]).toBeCloseTo(sharpeOf(equity), 9);
        });
      }),
    );
  });
});

test('blocks join: a series of several blocks, windows across them', () => {
  const ticks = lcgBars(70_001);
  const [open, close] = [quarters(ticks.open), quarters(ticks.close)];
  for (const [fast, slow] of [
    [2, 3],
    [63, 64],
    [20, 40_000],
  ] as const) {
    const rule = { ...benchmark, fast, slow };
    const plain = floatBacktest(open, close, rule, { kernel: 'js' });
    expect(floatBacktest(open, close, rule)).toEqual(plain);
    // A sweep goes over all bars in one block.
    expect(floatSweep(open, close, [[fast, slow]], rule).totalReturns[0]).toBe(plain.finalEquity / rule.cash - 1);
  }
});

test('both forms give the same bits for prices whose sums round', () => {
  const ticks = lcgBars(40_000);
  const [open, close] = [ticks.open, ticks.close].map((column) => column.map((tick) => Math.exp(tick / 7000))) as [
    Float64Array,
    Float64Array,
  ];
  expect(floatBacktest(open, close, benchmark, { kernel: 'simd' })).toEqual(floatBacktest(open, close, benchmark, { kernel: 'js' }));
  const pairs = [3, 8, 21].map((fast) => [fast, 34] as const);
  expect(floatSweep(open, close, pairs, benchmark, { kernel: 'simd' })).toEqual(
    floatSweep(open, close, pairs, benchmark, { kernel: 'js' }),
  );
});

test('a curve goes where it is asked to', () => {
  const { open, close } = lcgBars(200);
  const equity = new Float64Array(200);
  expect(floatBacktest(open, close, benchmark, { equity }).equity).toBe(equity);
  expect(equity).toEqual(floatBacktest(open, close, benchmark).equity);
});

test('bad input is refused in one line', () => {
  const prices = new Float64Array(10).fill(1);
  const holed = prices.map((price, i) => (i === 4 ? Number.NaN : price));
  const rule = { ...benchmark, fast: 2, slow: 10 };
  expect(() => floatBacktest(prices, prices.subarray(1), rule)).toThrow(/as many opens as closes, got 10 and 9/);
  expect(() => floatBacktest(prices, holed, rule)).toThrow(/expected prices above 0/);
  expect(() => floatSweep(prices, holed, [[2, 10]], rule)).toThrow(/expected prices above 0/);
  expect(() => floatBacktest(prices, prices, { ...rule, slow: 11 })).toThrow(/1 <= fast < slow <= 10/);
  expect(() => floatBacktest(prices, prices, { ...rule, cash: 0 })).toThrow(/cash above 0/);
  expect(() => floatBacktest(prices, prices, rule, { equity: new Float64Array(9) })).toThrow(/equity column of 10 bars, got 9/);
  expect(() => floatSweep(prices, prices, [[3, 3]], rule)).toThrow(/got 3 and 3/);
});
