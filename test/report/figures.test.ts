import { expect, test } from 'vitest';
import { dateOf } from '../../lib/core/index.js';
import { wilson } from '../../lib/report/calibration.js';
import {
  actionsFigure,
  calibrationFigure,
  calibrationOf,
  drawdownFigure,
  equityFigure,
  exposureFigure,
  type Figure,
  priceFigure,
} from '../../lib/report/index.js';
import { assertWellFormed } from './well-formed.js';

const HOSTILE = '</script><img src=x onerror=alert(1)> & "平安"';
const days = Array.from({ length: 300 }, (_, i) => 17_000 + i);
const values = days.map((_, i) => 1000 + 100 * Math.sin(i / 20));
const trades = [
  { day: 17_010, side: 'buy' as const, quantity: 100, price: 1047.94, fees: 5, action: 'BUY_25', why: HOSTILE },
  { day: 17_100, side: 'sell' as const, quantity: 100, price: 904.1, fees: 6.1, action: 'SELL_ALL', why: '' },
];

const bins = calibrationOf([
  { horizon: 5, confidence: 0.9, direction: 'long', label: 1 },
  { horizon: 5, confidence: 1, direction: 'avoided', label: -1 },
  { horizon: 5, confidence: 0.8, direction: 'long', label: -1 },
  { horizon: 5, confidence: 0.6, direction: 'avoided', label: 0 },
  { horizon: 5, confidence: 0.6, direction: 'flat', label: 1 },
  { horizon: 1, confidence: 0.1, direction: 'long', label: null },
]);

const figures: Record<string, Figure> = {
  equity: equityFigure({
    currency: 'CNY',
    runs: [
      { name: HOSTILE, days, values, start: 1000 },
      { name: 'other', days: days.slice(0, 200), values: values.slice(0, 200).map((v) => v * 2), start: 2000 },
    ],
    index: { name: '000300.SH', days, values: days.map((_, i) => 3000 + i) },
  }),
  logEquity: equityFigure({ currency: 'CNY', runs: [{ name: 'a', days, values, start: 1000 }], log: true }),
  drawdown: drawdownFigure({ runs: [{ name: HOSTILE, days, values, start: 1000 }] }),
  price: priceFigure({
    id: 'price-1',
    symbol: HOSTILE,
    currency: 'CNY',
    days,
    close: values,
    open: values,
    high: values,
    low: values,
    trades,
  }),
  exposure: exposureFigure({ days, exposure: days.map(() => 0.5), positions: [{ symbol: HOSTILE, weight: days.map(() => 0.3) }] }),
  calibration: calibrationFigure(bins),
  actions: actionsFigure([
    { name: HOSTILE, count: 3 },
    { name: 'HOLD', count: 0 },
  ]),
};

test.each(Object.entries(figures))('%s: an SVG that stands alone, with title and description', (_, figure) => {
  assertWellFormed(figure.svg);
  expect(figure.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 760 \d+" role="img"/);
  expect(figure.svg).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
  expect(figure.svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(figure.svg).not.toContain('<img');
  expect(JSON.parse(JSON.stringify(figure.plotly))).toEqual(figure.plotly);
  expect(JSON.stringify(figure.plotly)).not.toContain('<img');
});

test.each(Object.entries(figures))('%s: columns of its table are equally long', (_, figure) => {
  const lengths = new Set(figure.table.columns.map((c) => c.values.length));
  expect(lengths.size).toBe(1);
  expect([...lengths][0]).toBeGreaterThan(0);
});

const column = (figure: Figure, at: number) => figure.table.columns[at]!.values;

test('tables and drawings hold the data that was given', () => {
  const { equity, drawdown, price, exposure } = figures as Record<string, Figure>;
  expect(column(equity!, 0)).toEqual(days.map(dateOf));
  expect(column(equity!, 1)).toEqual(values.map((v) => Math.round(v * 100) / 100));
  expect(equity!.plotly.data[0]!['y']).toEqual(column(equity!, 1));
  // Scaled to the subject's start, and absent where the other run has no session.
  expect(column(equity!, 2)[10]).toBe(column(equity!, 1)[10]);
  expect(column(equity!, 2)[250]).toBeNull();
  expect(column(equity!, 3)[0]).toBe(1000);
  let peak = 1000;
  values.forEach((v, i) => {
    peak = Math.max(peak, v);
    expect(column(drawdown!, 1)[i]).toBeCloseTo(v / peak - 1, 3);
  });
  expect(column(price!, 3)).toEqual([1047.94, 904.1]);
  expect(column(price!, 6)).toEqual([HOSTILE, '']);
  expect(price!.plotly.data.map((t) => t['type'])).toEqual(['candlestick', 'scatter', 'scatter']);
  expect(exposure!.table.columns.map((c) => c.name)).toEqual(['Date', 'All positions', HOSTILE, 'Others']);
  expect(column(exposure!, 3)[0]).toBe(0.2);
  expect(exposure!.plotly.data[1]!['y']).toEqual(column(exposure!, 3));
});

test('calibration counts bets only, and a neutral label is not right', () => {
  expect(bins.map((b) => b.horizon)).toEqual([5, 5, 5, 5, 5]);
  expect(bins.map((b) => [b.from, b.to, b.decisions, b.right])).toEqual([
    [0, 0.2, 0, 0],
    [0.2, 0.4, 0, 0],
    [0.4, 0.6, 0, 0],
    [0.6, 0.8, 1, 0],
    [0.8, 1, 3, 2],
  ]);
  expect(bins[0]!.share).toBeNull();
});

test('Wilson intervals agree with SciPy', () => {
  // from scipy.stats import binomtest; binomtest(k, n).proportion_ci(method='wilson')
  const expected: [number, number, number, number][] = [
    [8, 10, 0.4901624715366418, 0.9433178485456248],
    [0, 5, 0, 0.43448246478317476],
    [5, 5, 0.5655175352168251, 1],
    [51, 100, 0.4134801193402717, 0.6057800106955886],
  ];
  for (const [right, count, low, high] of expected)
    expect(wilson(right, count)).toEqual([expect.closeTo(low, 12), expect.closeTo(high, 12)]);
});
