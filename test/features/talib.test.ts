/** Indicators against TA-Lib: golden/talib.json, made by golden/make.py (TA-Lib 0.8.2, C library 0.8.1). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atr, bollinger, ema, macd, realisedVolatility, returns, rsi, sma, volumeZScore } from '../../lib/features/index.js';

type Columns = Record<string, (number | null)[]>;
const golden = JSON.parse(readFileSync(new URL('./golden/talib.json', import.meta.url), 'utf8')) as Record<
  'walk' | 'aapl',
  { bars: Columns; expected: Columns }
>;

test.each(['walk', 'aapl'] as const)('every indicator is TA-Lib’s within 1e-9, with the same warm-up: %s', (name) => {
  const { bars, expected } = golden[name];
  const column = (key: string): Float64Array => Float64Array.from(bars[key] as number[]);
  const [high, low, close, volume] = [column('high'), column('low'), column('close'), column('volume')];
  const bands = bollinger.series(close, 20, 2);
  const convergence = macd.series(close);
  const ours: Record<string, [Float64Array, number]> = {
    sma20: [sma.series(close, 20), sma.warmUp(20)],
    ema20: [ema.series(close, 20), ema.warmUp(20)],
    rsi14: [rsi.series(close, 14), rsi.warmUp(14)],
    macdLine: [convergence.line, macd.warmUp()],
    macdSignal: [convergence.signal, macd.warmUp()],
    macdHistogram: [convergence.histogram, macd.warmUp()],
    atr14: [atr.series(high, low, close, 14), atr.warmUp(14)],
    bollingerMiddle: [bands.middle, bollinger.warmUp(20)],
    bollingerUpper: [bands.upper, bollinger.warmUp(20)],
    bollingerLower: [bands.lower, bollinger.warmUp(20)],
    volatility20: [realisedVolatility.series(close, 20), realisedVolatility.warmUp(20)],
    return1: [returns.series(close, 1), returns.warmUp(1)],
    return20: [returns.series(close, 20), returns.warmUp(20)],
    volumeZ20: [volumeZScore.series(volume, 20), volumeZScore.warmUp(20)],
  };
  expect(Object.keys(ours).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, [values, warmUp]] of Object.entries(ours)) {
    // Differences of prices cancel: their error is measured on the scale of the prices, at 1e-12 of it.
    const scale = key.startsWith('macd') ? 1000 : Math.max(...(expected[key] as number[]).map((x) => Math.abs(x ?? 0))) * 1e-3;
    for (let i = 0; i < values.length; i++) {
      const reference = expected[key]![i] as number | null;
      expect(Number.isNaN(values[i]), `${key}[${i}]`).toBe(i < warmUp);
      expect(reference === null, `${key}[${i}]`).toBe(i < warmUp);
      if (reference === null) continue;
      const tolerance = Math.max(1e-9 * Math.abs(reference), 1e-12 * scale);
      expect(Math.abs(values[i]! - reference), `${key}[${i}] = ${values[i]}, TA-Lib ${reference}`).toBeLessThanOrEqual(tolerance);
    }
  }
});

test('a window in which nothing moves: RSI 50, volume z-score 0, no band width', () => {
  const flat = new Float64Array(60).fill(0.1);
  expect(rsi.series(flat, 14)[59]).toBe(50);
  expect(volumeZScore.series(flat, 20)[59]).toBe(0);
  expect(bollinger.series(flat, 20).upper[59]).toBe(0.1);
  expect(realisedVolatility.series(flat, 20)[59]).toBe(0);
});

test('a spike of nine orders of magnitude leaves no rounding behind it', () => {
  const values = Float64Array.from({ length: 200 }, (_, i) => (i === 27 ? 1e9 : 1 + 0.25 * (i % 3)));
  const z = volumeZScore.series(values, 20);
  for (let i = 60; i < 200; i++) {
    const window = Array.from(values.subarray(i - 19, i + 1));
    const mean = window.reduce((a, b) => a + b) / 20;
    const deviation = Math.sqrt(window.reduce((a, b) => a + (b - mean) ** 2, 0) / 19);
    expect(z[i]).toBeCloseTo((values[i]! - mean) / deviation, 9);
  }
  const just = Array.from(values.subarray(28, 48));
  const mean = just.reduce((a, b) => a + b) / 20;
  expect(z[47]).toBeCloseTo((values[47]! - mean) / Math.sqrt(just.reduce((a, b) => a + (b - mean) ** 2, 0) / 19), 5);
});

test('a period that is no positive integer is refused with what to do', () => {
  for (const period of [0, -1, 2.5, Number.NaN]) expect(() => sma.init(period)).toThrow(/expected a whole period of at least 1, got/);
  expect(() => macd.init(26, 12, 9)).toThrow('macd: expected fast < slow, got 26 and 12. Swap them.');
  expect(() => atr.series(new Float64Array(3), new Float64Array(3), new Float64Array(2), 14)).toThrow(/columns of one length/);
});
