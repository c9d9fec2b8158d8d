/** Observation schemas: the registry, daily8 against its indicators, checkpointing, bad bars. */
import { expect, test } from 'vitest';
import type { BarSeries } from '../../lib/core/index.js';
import { atr, macd, observationSchema, observeSeries, realisedVolatility, returns, rsi, volumeZScore } from '../../lib/features/index.js';

function bars(length: number): BarSeries {
  const column = (f: (i: number) => number): Float64Array => Float64Array.from({ length }, (_, i) => f(i));
  const close = column((i) => Math.round(1000 + 200 * Math.sin(i / 9) + 40 * Math.sin(i * i)) / (i < 50 ? 1 : 2));
  return {
    symbol: 'X',
    length,
    day: Int32Array.from({ length }, (_, i) => i),
    knownAt: column((i) => i),
    open: close,
    high: close.map((c) => c + 7),
    low: close.map((c) => c - 5),
    close,
    volume: column((i) => 1000 + 300 * Math.sin(i * 1.7)),
    factor: column((i) => (i < 50 ? 1 : 2)), // a 2:1 split at bar 50
  };
}

const schema = observationSchema('daily8');
const width = schema.features.length;

test('daily8 is its indicators over raw x factor, NaN exactly during each warm-up', () => {
  const series = bars(120);
  const times = (column: Float64Array): Float64Array => column.map((x, i) => x * series.factor[i]!);
  const [high, low, close] = [times(series.high), times(series.low), times(series.close)];
  const over = (column: Float64Array): Float64Array => column.map((x, i) => x / close[i]!);
  const expected = [
    returns.series(close, 1),
    returns.series(close, 5),
    returns.series(close, 20),
    realisedVolatility.series(close, 20),
    rsi.series(close, 14),
    over(macd.series(close).histogram),
    over(atr.series(high, low, close, 14)),
    volumeZScore.series(
      series.volume.map((v, i) => v / series.factor[i]!),
      20,
    ),
  ];
  const rows = observeSeries(schema, series);
  expect(schema.features.map((f) => f.name)).toEqual('ret1 ret5 ret20 vol20 rsi14 macdHistToClose atr14ToClose volumeZ20'.split(' '));
  expected.forEach((column, k) => {
    for (let i = 0; i < series.length; i++) {
      expect(rows[i * width + k]).toBe(column[i]);
      expect(Number.isNaN(column[i])).toBe(i < schema.features[k]!.warmUp);
    }
  });
  expect(Math.abs(rows[50 * width]!)).toBeLessThan(0.2); // the split is no return
});

test('the state continues bit for bit after JSON, and is ready after the longest warm-up', () => {
  const series = bars(90);
  const whole = observeSeries(schema, series);
  let state = schema.init();
  const out = new Float64Array(width);
  for (let i = 0; i < series.length; i++) {
    schema.update(state, {
      open: series.open[i]!,
      high: series.high[i]!,
      low: series.low[i]!,
      close: series.close[i]!,
      volume: series.volume[i]!,
      factor: series.factor[i]!,
    });
    const text = JSON.stringify(state);
    expect(text).not.toContain('null');
    state = JSON.parse(text);
    schema.write(state, out);
    expect(Array.from(out)).toEqual(Array.from(whole.subarray(i * width, (i + 1) * width)));
    expect(schema.ready(state)).toBe(i >= 33);
  }
});

test('bars that are none are refused and leave the state as it was', () => {
  const good = { open: 10, high: 11, low: 9, close: 10, volume: 5, factor: 1 };
  const state = schema.init();
  schema.update(state, good);
  const before = JSON.stringify(state);
  for (const bad of [
    { close: Number.NaN },
    { close: 0 },
    { factor: Number.NaN },
    { high: Infinity },
    { low: Number.NaN },
    { volume: -1 },
  ]) {
    expect(() => schema.update(state, { ...good, ...bad })).toThrow(/daily8: expected positive finite prices/);
  }
  expect(JSON.stringify(state)).toBe(before);
  expect(() => observationSchema('daily9')).toThrow('observationSchema: expected one of daily8, got "daily9". Choose a listed one.');
});
