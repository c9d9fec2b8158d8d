import { expect, test } from 'vitest';
import { type BarSeries, dayOf } from '../../../lib/core/index.js';
import { embeddedData, labMarket, type StylisedFacts, stylisedFacts } from '../../../lib/feeds/index.js';
import { rulebookFor } from '../../../lib/market/index.js';
import { stylisedFactsFigure } from '../../../lib/report/index.js';
import { assertWellFormed } from '../../report/well-formed.js';
import { stocksOf } from './support.js';

const rulebook = rulebookFor('cn-a');
const cn = embeddedData('cn');
// From the first day of known actions on. Four of five have none on record: returns past the limits are their ex-days, left out.
const real = cn.instruments.map((instrument) => ({
  kind: instrument.kind,
  name: instrument.symbol,
  facts: stylisedFacts(cn.series.get(instrument.symbol)!, {
    from: dayOf('2007-06-25'),
    to: dayOf('2020-06-30'),
    beyond: 0.106,
    ...(instrument.kind === 'stock' ? { limits: { instrument, rulebook } } : {}),
  }),
}));
const market = labMarket(
  { symbols: 60, sessions: 2000, from: '2016-01-04', boards: { main: 1, chinext: 0, star: 0, bse: 0 }, newListingShare: 0 },
  5,
);
const lab = stocksOf(market).map((symbol) => ({
  name: symbol,
  facts: stylisedFacts(market.data.series.get(symbol)!, {
    limits: { instrument: market.data.instruments.find((i) => i.symbol === symbol)!, rulebook },
  }),
}));

const median = (of: (facts: StylisedFacts) => number, among: readonly { facts: StylisedFacts }[]): number => {
  const values = among.map(({ facts }) => of(facts)).sort((a, b) => a - b);
  return values[values.length >> 1]!;
};
const stocks = real.filter(({ kind }) => kind === 'stock');
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each<[string, (facts: StylisedFacts) => number, number, number]>([
  // Five real stocks span less than a market does: half and twice their median. A symmetric law has no skew of its own.
  ['deviation', (f) => f.deviation, 0.5, 2],
  ['kurtosis above the normal', (f) => f.kurtosis - 3, 0.5, 2],
  ['closes at a limit', (f) => f.limitHitRate!, 0.3, 3],
  ['volume with size', (f) => f.volumeVolatility!, 0.5, 2],
  ['memory of size, lag 1', (f) => f.absoluteAutocorrelation[0]!, 0.5, 2],
  ['memory of size, lags 1 to 20', (f) => meanOf(f.absoluteAutocorrelation), 0.4, 2],
])('%s of lab stocks lies near that of real ones', (_, of, low, high) => {
  const [made, found] = [median(of, lab), median(of, stocks)];
  expect(made).toBeGreaterThan(low * found);
  expect(made).toBeLessThan(high * found);
});

test('direction has no memory to speak of, in the lab as in the bars that ship', () => {
  for (const among of [lab, stocks]) {
    expect(Math.abs(median((f) => f.autocorrelation[0]!, among))).toBeLessThan(0.08);
    expect(Math.abs(median((f) => meanOf(f.autocorrelation), among))).toBeLessThan(0.03);
    expect(Math.abs(median((f) => f.skew, among))).toBeLessThan(0.5);
  }
  const index = stylisedFacts(market.data.series.get(market.data.index!)!);
  expect(Math.abs(index.autocorrelation[0]!)).toBeLessThan(0.15);
  expect(index.deviation).toBeLessThan(0.8 * median((f) => f.deviation, lab));
});

test('the facts are those of NumPy on a small series', () => {
  // r = numpy.array([((i * 7919) % 101 - 50) / 1000 for i in range(80)]); d = r - r.mean(); m = lambda k: (d ** k).mean()
  // m(2) ** 0.5, m(3) / m(2) ** 1.5, m(4) / m(2) ** 2, (d[1:] * d[:-1]).sum() / (d ** 2).sum(), and the last with abs(r)
  const n = 81;
  const close = new Float64Array(n).fill(1000);
  for (let i = 0; i < 80; i++) close[i + 1] = close[i]! * Math.exp((((i * 7919) % 101) - 50) / 1000);
  const column = new Float64Array(n).fill(1);
  const series: BarSeries = {
    symbol: 'X',
    length: n,
    day: Int32Array.from({ length: n }, (_, i) => i),
    knownAt: column,
    open: close,
    high: close,
    low: close,
    close,
    volume: column,
    factor: column,
  };
  const facts = stylisedFacts(series, { lags: 1 });
  expect(
    [facts.deviation, facts.skew, facts.kurtosis, facts.autocorrelation[0], facts.absoluteAutocorrelation[0]].map((v) => v!.toFixed(9)),
  ).toEqual(['0.029434631', '0.011622959', '1.789437686', '-0.430946138', '-0.790231418']);
  expect(facts.limitHitRate).toBeNull();
  expect(() => stylisedFacts(series, { lags: 60 })).toThrow(/expected at least 90 returns of X, got 80/);
});

test('the figure holds the facts', () => {
  const figure = stylisedFactsFigure({ series: [lab[0]!, ...real].map(({ name, facts }) => ({ name, facts })) });
  assertWellFormed(figure.svg);
  expect(figure.svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(new Set(figure.table.columns.map((column) => column.values.length))).toEqual(new Set([6 + 40]));
  expect(figure.table.columns[1]!.values[3]).toBe(lab[0]!.facts.kurtosis);
  expect(figure.plotly.data).toHaveLength(14);
  expect(figure.plotly.data[0]!['y']).toEqual(lab[0]!.facts.absoluteAutocorrelation);
});
