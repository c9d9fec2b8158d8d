/** Incremental and whole-series versions have the same bits, also across a JSON round trip of the state anywhere in the middle. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atr, bollinger, ema, macd, realisedVolatility, returns, rsi, sma, volumeZScore } from '../../lib/features/index.js';

const price = fc.double({ min: 0.01, max: 1e7, noNaN: true, noDefaultInfinity: true });
const prices = fc.array(fc.oneof(price, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 160 }).map((x) => Float64Array.from(x));
const period = fc.integer({ min: 2, max: 30 });

/** Feeds the columns one by one, passing the state through JSON after bar `cut`. */
function step<S>(init: S, length: number, cut: number, update: (state: S, i: number) => number): Float64Array {
  let state = init;
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    out[i] = update(state, i);
    if (i === cut) {
      const text = JSON.stringify(state);
      expect(text).not.toContain('null'); // NaN and Infinity would have become null
      state = JSON.parse(text) as S;
    }
  }
  return out;
}
const bits = (x: Float64Array): BigUint64Array => new BigUint64Array(x.buffer);
const same = (a: Float64Array, b: Float64Array): void => expect(bits(a)).toEqual(bits(b));

test('one input column: sma, ema, rsi, volatility, returns, z-score', () => {
  fc.assert(
    fc.property(prices, period, fc.nat(160), (x, n, cut) => {
      for (const one of [sma, ema, rsi, realisedVolatility, returns, volumeZScore]) {
        const indicator = one as {
          init(n: number): unknown;
          update(s: unknown, x: number): number;
          series(x: Float64Array, n: number): Float64Array;
        };
        same(
          step(indicator.init(n), x.length, cut, (state, i) => indicator.update(state, x[i]!)),
          indicator.series(x, n),
        );
      }
      same(
        step(returns.init(n, 'log'), x.length, cut, (state, i) => returns.update(state, x[i]!)),
        returns.series(x, n, 'log'),
      );
    }),
  );
});

test('several columns: macd, bollinger, atr', () => {
  fc.assert(
    fc.property(prices, period, fc.nat(160), (x, n, cut) => {
      const whole = macd.series(x, n, n + 5, 4);
      same(
        step(macd.init(n, n + 5, 4), x.length, cut, (s, i) => macd.update(s, x[i]!)),
        whole.histogram,
      );
      same(
        step(macd.init(n, n + 5, 4), x.length, cut, (s, i) => (Number.isNaN(macd.update(s, x[i]!)) ? Number.NaN : s.line)),
        whole.line,
      );
      const bands = bollinger.series(x, n, 2);
      same(
        step(bollinger.init(n, 2), x.length, cut, (s, i) => (Number.isNaN(bollinger.update(s, x[i]!)) ? Number.NaN : s.upper)),
        bands.upper,
      );
      const [high, low] = [x.map((p) => p * 1.01), x.map((p) => p * 0.98)];
      same(
        step(atr.init(n), x.length, cut, (s, i) => atr.update(s, high[i]!, low[i]!, x[i]!)),
        atr.series(high, low, x, n),
      );
    }),
  );
});

test('rolling figures are those of the window summed afresh, however long the run', () => {
  const x = new Float64Array(50_000);
  for (let i = 0, p = 1000; i < x.length; i++) x[i] = p *= 1 + 0.03 * Math.sin(i * i);
  const mean = sma.series(x, 20);
  const bands = bollinger.series(x, 20, 1);
  for (let i = 49_000; i < x.length; i += 7) {
    const window = Array.from(x.subarray(i - 19, i + 1));
    const exact = window.reduce((a, b) => a + b) / 20;
    const deviation = Math.sqrt(window.reduce((a, b) => a + (b - exact) ** 2, 0) / 20);
    expect(mean[i]! / exact - 1).toBeCloseTo(0, 12);
    expect((bands.upper[i]! - exact) / deviation - 1).toBeCloseTo(0, 9);
  }
});
