/** The benchmark's bars as market data: one symbol on a calendar of one session a day. Synthetic, no market is meant. */
import { type BarSeries, dateOf, type Instrument } from '../../../lib/core/index.js';
import type { MarketData } from '../../../lib/feeds/index.js';
import { type Calendar, syntheticCalendar } from '../../../lib/market/index.js';
import { lcgBars } from '../lcg-bars.js';

const SYMBOL = 'LCG';

/** `count` bars from 1970-01-01 on, known at their session's close. */
export function lcgData(count: number): { data: MarketData; calendar: Calendar; from: string; to: string } {
  const calendar = syntheticCalendar('bench:lcg', 0, count + 1, 252);
  const bars = lcgBars(count);
  const knownAt = new Float64Array(count);
  for (let i = 0; i < count; i++) knownAt[i] = calendar.closeAt(i);
  const series: BarSeries = {
    ...bars,
    symbol: SYMBOL,
    day: calendar.sessions.slice(0, count),
    knownAt,
    factor: new Float64Array(count).fill(1),
  };
  const instrument: Instrument = {
    symbol: SYMBOL,
    name: 'benchmark bars',
    market: 'bench',
    board: 'bench',
    kind: 'stock',
    units: { currency: 'XXX', minorPerMajor: 100, tickSize: 0.25, quantityStep: 1, minorPerUnitTick: { numerator: 25, denominator: 1 } },
    corporateActions: 'none',
  };
  const data: MarketData = {
    source: 'bench:lcg',
    synthetic: true,
    calendar: 'bench:lcg',
    instruments: [instrument],
    series: new Map([[SYMBOL, series]]),
    actions: new Map(),
    news: [],
    digests: { [SYMBOL]: `lcg-20240101-${count}` },
    notes: ['generated bars of a speed benchmark'],
    skipped: {},
  };
  return { data, calendar, from: dateOf(0), to: dateOf(count - 1) };
}
