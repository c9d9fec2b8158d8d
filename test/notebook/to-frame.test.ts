import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { embeddedData } from '../../lib/feeds/index.js';
import { toFrame } from '../../lib/notebook/index.js';
import type { DecisionRow, FillRow, RejectionRow } from '../../lib/replay/index.js';
import type { TrialRow } from '../../lib/stats/index.js';
import { ROOT } from './support.js';

const portfolio = {
  cashMinor: 100_000_000,
  equityMinor: 100_000_000,
  quantity: 0,
  sellableAtFill: 0,
  averageCostTicks: 0,
  lastPriceTicks: 2900,
  weight: 0,
};
const decision: DecisionRow = {
  v: 1,
  id: '0f',
  session: '2007-06-21',
  window: 'close',
  symbol: '000001.SZ',
  strategy: 'sma-cross',
  decidedAt: Date.UTC(2007, 5, 21, 7),
  maxKnownAt: null,
  features: { rsi14: null, ret1: 0.01 },
  portfolio,
  analyses: [],
  debate: null,
  decision: { action: null, size: null, confidence: 0.5, why: 'x', state: 'abstained' },
  evidence: [],
  transcripts: [],
  tokens: 0,
  costMinor: 0,
};
const fill: FillRow = {
  v: 1,
  kind: 'fill',
  order: 1,
  session: '2007-06-22',
  symbol: '000001.SZ',
  side: 'buy',
  quantity: 100,
  priceTicks: 2900,
  notionalMinor: 290_000,
  feesMinor: { commission: 500 },
  totalFeesMinor: 500,
  cashDeltaMinor: -290_500,
  action: 'BUY_25',
  strategy: 'sma-cross',
  why: 'fast above slow',
};
const rejection: RejectionRow = {
  v: 1,
  kind: 'rejection',
  order: null,
  session: '2007-06-25',
  symbol: '000001.SZ',
  side: null,
  quantity: 0,
  reason: 'below-lot',
  detail: 'd',
  action: null,
  strategy: 'sma-cross',
};

test('bars: one row a bar, raw ticks as numbers, days and instants as text, as the CSV has them', async () => {
  const { series } = embeddedData('cn');
  const bars = series.get('000001.SZ')!;
  const frame = await toFrame('bars', bars);
  expect(frame.shape).toEqual([bars.length, 8]);
  expect(frame.columns).toEqual(['date', 'knownAt', 'openTicks', 'highTicks', 'lowTicks', 'closeTicks', 'volume', 'factor']);
  expect(frame.dtypes).toEqual(['string', 'string', 'float32', 'float32', 'float32', 'float32', 'float32', 'float32']);
  const last = (frame.values as unknown[][]).at(-1)!;
  expect(last[0]).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(last[1]).toBe(`${last[0]}T07:00:00.000Z`);
  expect(last[5]).toBe(bars.close[bars.length - 1]);
});

test('decisions: features as columns, what is missing NaN or empty', async () => {
  const frame = await toFrame('decisions', [decision, { ...decision, maxKnownAt: decision.decidedAt, features: { rsi14: 55.5, ret1: 0 } }]);
  expect(frame.shape[0]).toBe(2);
  const columns = frame.columns;
  const cell = (row: number, name: string) => (frame.values as unknown[][])[row]![columns.indexOf(name)];
  expect(cell(0, 'decidedAt')).toBe('2007-06-21T07:00:00.000Z');
  expect(cell(0, 'maxKnownAt')).toBe('');
  expect(cell(1, 'maxKnownAt')).toBe('2007-06-21T07:00:00.000Z');
  expect(cell(0, 'feature.rsi14')).toBeNaN();
  expect(cell(1, 'feature.rsi14')).toBe(55.5);
  expect(cell(0, 'action')).toBe('');
  expect(frame.dtypes[columns.indexOf('feature.rsi14')]).toBe('float32');
});

test('fills and rejections in one table; trials; no rows', async () => {
  const fills = await toFrame('fills', [rejection, fill]);
  expect(fills.shape).toEqual([2, 15]);
  const cell = (row: number, name: string) => (fills.values as unknown[][])[row]![fills.columns.indexOf(name)];
  expect([cell(0, 'priceTicks'), cell(1, 'priceTicks')]).toEqual([Number.NaN, 2900]);
  expect([cell(0, 'reason'), cell(1, 'reason')]).toEqual(['below-lot', '']);
  expect(cell(1, 'cashDeltaMinor')).toBe(-290_500);

  const trial = {
    at: 0,
    seed: null,
    sharpePerPeriod: 0.1,
    periods: 5,
    skew: null,
    kurtosis: null,
    id: 'i',
    kind: 'backtest',
    run: 'r',
    configHash: 'c',
  };
  const trials = await toFrame('trials', [{ ...trial, family: { universe: 'u', window: 'w', hypothesis: 'h' } } as TrialRow]);
  expect(trials.shape).toEqual([1, 13]);
  expect((trials.values as unknown[][])[0]!.slice(0, 6)).toEqual(['i', '1970-01-01T00:00:00.000Z', 'backtest', 'u', 'w', 'h']);

  const none = await toFrame('fills', []);
  expect(none.shape).toEqual([0, 15]);
  expect(none.columns).toEqual(fills.columns);
});

test('danfojs is loaded only by who asks for a frame', () => {
  const door = readFileSync(join(ROOT, 'lib', 'notebook', 'to-frame.ts'), 'utf8');
  expect(door).toMatch(/import type .* from 'danfojs-node'/);
  expect(door).not.toMatch(/^import [^t].*danfojs-node/m);
});
