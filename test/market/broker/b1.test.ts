import { expect, test } from 'vitest';
import type { Instrument } from '../../../lib/core/index.js';
import { allInOut, type BrokerBar, isRejection, type SessionRules, SimulatedBroker, toOrder } from '../../../lib/market/index.js';
import { lcgBars } from '../../bench/lcg-bars.js';
import { bookOf, freeRules, ratio, stock } from './helpers.js';

const instrument: Instrument = stock('LCG', {
  market: 'bench',
  board: 'bench',
  corporateActions: 'none',
  units: { currency: 'USD', minorPerMajor: 100, tickSize: 0.25, quantityStep: 1, minorPerUnitTick: ratio(25, 1) },
});
const rules: SessionRules = {
  ...freeRules,
  lastDay: 10_000_000,
  fees: [{ name: 'fee', side: 'both', basis: 'notional', rate: ratio(3, 10_000), minimumMinor: 0, maximumMinor: 0 }],
};

test('the generator makes the published bars', () => {
  // First three bars, the last of a million and the sum of closes: the benchmark's definition.
  const bars = lcgBars(1_000_000);
  const row = (t: number) => [bars.open[t], bars.high[t], bars.low[t], bars.close[t], bars.volume[t]];
  expect([row(0), row(1), row(2)]).toEqual([
    [40016, 40053, 39938, 39948, 61974],
    [39933, 39981, 39907, 39975, 9558],
    [39964, 40186, 39923, 40108, 16494],
  ]);
  expect(row(999_999)).toEqual([39147, 39310, 39138, 39264, 37634]);
  expect(bars.close.reduce((sum, close) => sum + close, 0)).toBe(36_906_327_030);
});

test('SMA 20/50, all in and all out at the fill, one million bars', () => {
  const bars = lcgBars(1_000_000);
  const broker = new SimulatedBroker({ instruments: [instrument], rulebook: bookOf(rules), initialCashMinor: 10_000_000_000 });
  const bar: { -readonly [K in keyof BrokerBar]: BrokerBar[K] } = { symbol: 'LCG', open: 0, high: 0, low: 0, close: 0, volume: 0 };
  const row: readonly BrokerBar[] = [bar];
  let fast = 0;
  let slow = 0;
  let fills = 0;
  let held = false;
  for (let t = 0; t < bars.length; t++) {
    bar.open = bars.open[t]!;
    bar.high = bars.high[t]!;
    bar.low = bars.low[t]!;
    bar.close = bars.close[t]!;
    bar.volume = bars.volume[t]!;
    broker.openSession(t);
    fills += broker.fillAtOpen(t, row).fills.length;
    broker.closeSession(t, row);
    fast += bar.close - (t >= 20 ? bars.close[t - 20]! : 0);
    slow += bar.close - (t >= 50 ? bars.close[t - 50]! : 0);
    const want = t >= 49 && fast * 50 > slow * 20;
    if (want === held || t === bars.length - 1) continue;
    held = want;
    const intent = { symbol: 'LCG', action: want ? 'BUY_ALL' : 'SELL_ALL', confidence: 1, why: 'sma', evidence: [] };
    const draft = toOrder(intent, broker.portfolio(t, t + 1), rules, {
      table: allInOut,
      strategy: 'sma',
      decidedOn: t,
      units: instrument.units,
      lastPriceTicks: bar.close,
      sizing: 'at-fill',
    });
    if (draft === null || isRejection(draft)) throw new Error(`no order at ${t}: ${JSON.stringify(draft)}`);
    expect(broker.submit([{ ...draft, id: t }], t + 1)).toEqual([]);
  }
  // 258,534,508.08: the integer reading of the benchmark (float reading: 258,534,585.61), fills by the same definition.
  expect({ equityMinor: broker.equityMinor(), fills }).toEqual({ equityMinor: 25_853_450_808, fills: 21_875 });
});
