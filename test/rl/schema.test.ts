import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BarSeries, BarWindow, PortfolioState } from '../../lib/core/index.js';
import {
  chooseFeatures,
  envMarket,
  marketEnv,
  Observer,
  type ObserverState,
  rlFeatures,
  rlSchema,
  rlSchemaIds,
} from '../../lib/rl/index.js';
import { bookOf, freeRules, mainRules, stock, yuan } from '../market/broker/helpers.js';
import { account } from '../strategies/fake-view.js';
import { calendar } from './env-world.js';

interface Row {
  day: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  factor: number;
}

function seriesOf(rows: readonly Row[]): BarSeries {
  const column = (name: keyof Row) => Float64Array.from(rows, (row) => row[name]);
  return {
    symbol: 'A',
    length: rows.length,
    day: Int32Array.from(rows, (row) => row.day),
    knownAt: Float64Array.from(rows, (_, i) => i),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
    factor: column('factor'),
  };
}

const windowOf = (series: BarSeries, length: number): BarWindow => ({
  ...series,
  units: yuan,
  length,
  day: series.day.subarray(0, length),
  open: series.open.subarray(0, length),
  high: series.high.subarray(0, length),
  low: series.low.subarray(0, length),
  close: series.close.subarray(0, length),
  volume: series.volume.subarray(0, length),
  factor: series.factor.subarray(0, length),
  maxKnownAt: length - 1,
});

const walks = fc.array(
  fc.record({
    sameDay: fc.boolean(),
    gap: fc.integer({ min: -90, max: 90 }),
    move: fc.integer({ min: -90, max: 90 }),
    reach: fc.integer({ min: 0, max: 40 }),
    volume: fc.integer({ min: 0, max: 1e9 }),
    split: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 2, 1.0123),
    chunk: fc.boolean(),
  }),
  { minLength: 70, maxLength: 110 },
);

function rowsOf(walk: typeof walks extends fc.Arbitrary<infer T> ? T : never): Row[] {
  let close = 5000;
  let day = 1;
  let factor = 1;
  return walk.map(({ sameDay, gap, move, reach, volume, split }, i) => {
    if (i > 0 && !sameDay) day++;
    factor *= split;
    const open = Math.max(2, Math.round((close * (1 + gap / 1000)) / split));
    close = Math.max(2, Math.round(open * (1 + move / 1000)));
    return { day, open, close, high: Math.max(open, close) + reach, low: Math.max(1, Math.min(open, close) - reach), volume, factor };
  });
}

test.each(rlSchemaIds())('%s: a live decision sees the bits of the training matrix, through JSON and in any portions', (id) => {
  fc.assert(
    fc.property(walks, (walk) => {
      const series = seriesOf(rowsOf(walk));
      const choice = chooseFeatures(rlSchema(id));
      const observer = new Observer(choice);
      const market = envMarket({
        instruments: [stock('A')],
        series: new Map([['A', series]]),
        actions: new Map(),
        rulebook: bookOf(freeRules),
        calendar,
        choice,
      });
      const env = marketEnv({ market, count: 1, initialCashMinor: 1_000_000, start: 'first' });
      const portfolio: PortfolioState = account({ cashMinor: 1_000_000 });
      let state: ObserverState = observer.init();
      let written = 0;
      const out = new Float32Array(observer.size);
      walk.forEach(({ chunk }, i) => {
        if (!chunk && i < walk.length - 1) return;
        observer.absorb(state, windowOf(series, i + 1), state.bars);
        state = JSON.parse(JSON.stringify(state)) as ObserverState;
        if (!observer.ready(state)) return;
        observer.write(state, portfolio, 'A', out);
        const row = market.features.subarray(i * market.width, (i + 1) * market.width);
        expect(out.slice(0, market.width)).toEqual(row.slice());
        expect(row.every(Number.isFinite)).toBe(true);
        written++;
      });
      expect(written).toBeGreaterThan(0);
      expect(env.observations.subarray(0, market.width).slice()).toEqual(
        market.features.slice(env.bar[0]! * market.width, (env.bar[0]! + 1) * market.width),
      );
    }),
    { numRuns: 40 },
  );
});

test('ashare14: 14 features in order, raw yuan, volume in lots, RSI 50 in warm-up, and all is clipped to 10', () => {
  const schema = rlSchema('ashare14');
  expect(schema.rawClip).toBe(10);
  expect(rlFeatures(schema).map(({ name }) => name)).toEqual([
    'close',
    'high',
    'low',
    'volume',
    'body',
    'rsi14',
    'macd',
    'closeToMa10',
    'closeToMa20',
    'atr14ToClose',
    'cashWeight',
    'positionWeight',
    'unrealisedPnl',
    'canSellRatio',
  ]);
  const observer = new Observer(chooseFeatures(schema));
  const state = observer.init();
  // 12.34 yuan, 250,000 lots of 100 shares; a factor that must not matter.
  const first = { day: 1, open: 1200, high: 1250, low: 1190, close: 1234, volume: 25_000_000, factor: 7 };
  observer.absorb(state, windowOf(seriesOf([first]), 1));
  const out = new Float32Array(14);
  observer.write(
    state,
    account({ cashMinor: 600_000, holdings: [{ symbol: 'A', quantity: 400, price: 1000, averageCost: 800, sellable: 300 }] }),
    'A',
    out,
  );
  expect([...out]).toEqual(
    [0.1234, 0.125, 0.119, 0.25, (12.34 - 12) / 12, 0.5, 0, 0, 0, 0, 0.6, 0.4, 0.25, 0.75].map((value) => Math.fround(value)),
  );
  observer.write(state, account({ cashMinor: 500_000 }), 'A', out);
  expect([...out.subarray(10)]).toEqual([1, 0, 0, 1]);
  // A price level of 2,000 yuan lies beyond the clip.
  const dear = observer.init();
  observer.absorb(dear, windowOf(seriesOf([{ ...first, open: 200_000, high: 200_000, low: 190_000, close: 200_000 }]), 1));
  observer.write(dear, account({ cashMinor: 1 }), 'A', out);
  expect([...out.subarray(0, 3)]).toEqual([10, 10, 10]);
});

test('scale-free-v1: nothing moves for a hundred bars and every value is known; a value that is none is refused, never made 0', () => {
  const { market } = rlSchema('scale-free-v1');
  const state = market.init(yuan);
  const out = new Float64Array(market.features.length);
  const bar = { day: 0, open: 1000, high: 1000, low: 1000, close: 1000, volume: 0, factor: 1 };
  for (let day = 1; day <= 100; day++) market.update(state, { ...bar, day });
  market.write(state, out);
  expect([...out].map((value) => value + 0)).toEqual(new Array(14).fill(0));
  // Raw times factor overflows.
  const broken = { ...bar, day: 101, factor: Number.MAX_VALUE };
  expect(() => market.update(state, broken)).toThrow(/expected a finite ret1 at bar 101, got Infinity/);
});

test('scale-free-v1 does not know the price level, the share count or a split', () => {
  const observer = new Observer(chooseFeatures(rlSchema('scale-free-v1')));
  const rows = rowsOf(
    Array.from({ length: 80 }, (_, i) => ({
      sameDay: false,
      gap: ((i * 37) % 61) - 30,
      move: ((i * 53) % 71) - 35,
      reach: 10,
      volume: 1e6 + ((i * 7919) % 1e5),
      split: 1,
      chunk: true,
    })),
  );
  const seen = (bars: readonly Row[]): number[] => {
    const state = observer.init();
    observer.absorb(state, windowOf(seriesOf(bars), bars.length));
    const out = new Float32Array(observer.size);
    observer.write(state, account({ cashMinor: 100 }), 'A', out);
    return [...out];
  };
  const plain = seen(rows);
  // Ten times the price, a hundredth of the volume; and a 4:1 split half way, exact in ticks.
  const scaled = seen(
    rows.map((row) => ({
      ...row,
      open: row.open * 10,
      high: row.high * 10,
      low: row.low * 10,
      close: row.close * 10,
      volume: row.volume / 100,
    })),
  );
  const quartered = rows.map((row) => ({ ...row, open: row.open * 4, high: row.high * 4, low: row.low * 4, close: row.close * 4 }));
  const split = seen(rows.map((row, i) => (i < 40 ? quartered[i]! : { ...row, factor: 4, volume: row.volume * 4 })));
  plain.forEach((value, k) => {
    expect(scaled[k]).toBeCloseTo(value, 5);
    expect(split[k]).toBeCloseTo(value, 5);
  });
  expect(new Set(plain).size).toBeGreaterThan(12);
});

test('within the day T+1 binds: what was bought today is not sellable until tomorrow, and the fraction says so', () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({
    day: 1 + Math.floor(i / 4),
    open: 1000,
    high: 1000,
    low: 1000,
    close: 1000,
    volume: 1e9,
    factor: 1,
  }));
  const choice = chooseFeatures(rlSchema('ashare14'));
  const market = envMarket({
    instruments: [stock('A')],
    series: new Map([['A', seriesOf(rows)]]),
    actions: new Map(),
    rulebook: bookOf({ ...mainRules, fees: [], priceLimit: null }),
    calendar,
    choice,
  });
  const env = marketEnv({ market, count: 1, initialCashMinor: 10_000_000, start: 'first' });
  const fractions: number[] = [];
  const fills: number[] = [];
  // BUY_50, BUY_50, SELL_50 (refused), HOLD, BUY_50 at the day's end, SELL_ALL, HOLD, HOLD, ...
  for (const action of [2, 2, 3, 0, 2, 4, 0, 4, 0, 0]) {
    env.step(Int32Array.of(action));
    fractions.push(Number(env.observations[13]!.toFixed(4)));
    fills.push(env.filled[0]!);
  }
  // 5,000 at bar 1 and 2,500 at bar 2 of day 1; at the close of bar 3 the next open is tomorrow's, so all can be sold.
  expect(fills).toEqual([5000, 2500, 0, 0, 1200, -7500, 0, -1200, 0, 0]);
  expect(fractions).toEqual([0, 0, 1, 1, Number((7500 / 8700).toFixed(4)), 0, 1, 1, 1, 1]);
});
