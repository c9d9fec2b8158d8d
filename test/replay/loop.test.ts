import { expect, test } from 'vitest';
import { dayOf, type Strategy } from '../../lib/core/index.js';
import { calendarOf, seedFive } from '../../lib/market/index.js';
import { openRun, replayLoopOnly, runReplay } from '../../lib/replay/index.js';
import { lcgData } from '../bench/support/lcg-data.js';
import { effects, lastDate, madeUpData, oneYear, scratch } from './support.js';

const b1 = {
  data: 'bench:lcg',
  symbols: ['LCG'],
  strategies: [{ id: 'sma-cross', parameters: { fast: 20, slow: 50 } }],
  sizing: 'at-fill' as const,
  initialCash: 1e8,
  horizons: [],
};

test('B1 over a million generated bars: 258,534,508.08 after 21,875 fills', async () => {
  // Workload and integer result: the published B1 of the peers' benchmark (SMA 20/50 all in or out, fee 3 per 10,000, sized at the open),
  // whose float64 loop ends at 258,534,585.61 with as many fills; fees rounded half up to the cent give the integer figure.
  const { data, calendar, from, to } = lcgData(1_000_000);
  const { equityMinor, fills } = await replayLoopOnly({ ...b1, from, to }, { data, calendar });
  expect(equityMinor).toBe(25_853_450_808);
  expect(fills).toBe(21_875);
});

test('the loop alone and a recorded run end the same', async () => {
  const { data, calendar, from, to } = lcgData(5_000);
  const alone = await replayLoopOnly({ ...b1, from, to }, { data, calendar });
  const { row, equity } = await runReplay({ ...b1, from, to }, effects(scratch(), { data, calendar, audit: false, trial: false }));
  expect(equity.equityMinor[4_999]).toBe(alone.equityMinor);
  expect(row.counts).toMatchObject({ fills: alone.fills, decisions: 5_000 });
});

test('preopen decides at 09:15 of the next session on the same bars, and fills at the same open', async () => {
  const spec = { ...oneYear, strategies: [{ id: 'sma-cross', parameters: { fast: 5, slow: 20 } }] };
  const quiet = { audit: false, trial: false };
  const close = openRun((await runReplay(spec, effects(scratch(), quiet))).folder);
  const preopen = openRun((await runReplay({ ...spec, decisionPoint: 'preopen' }, effects(scratch(), quiet))).folder);
  const calendar = calendarOf('cn-a');
  for (const row of preopen.decisions()) expect(row.decidedAt).toBe(calendar.preopenAt(calendar.shift(dayOf(row.session), 1)));
  const trades = (run: typeof close) => run.fills().map(({ session, quantity, side }) => ({ session, quantity, side }));
  expect(trades(preopen)).toEqual(trades(close));
});

test('an asynchronous strategy decides what a synchronous one does, symbol by symbol', async () => {
  const data = madeUpData({ symbols: ['600000.SH', '000001.SZ', '600036.SH'], from: '2016-03-01', sessions: 60 });
  const order: string[] = [];
  const strategy = (wait: boolean): Strategy<{ n: number }> => ({
    id: 'every-fifth',
    scope: 'symbol',
    actions: seedFive,
    init: () => ({ n: 0 }),
    decide(view, symbols, state) {
      const symbol = symbols[0]!;
      order.push(symbol);
      state.n++;
      const intents =
        state.n % 5 === 0
          ? [
              {
                symbol,
                action: state.n % 10 === 0 ? 'SELL_ALL' : 'BUY_25',
                confidence: 0.5,
                why: `bar ${view.bars(symbol, 1).day[0]}`,
                evidence: [],
              },
            ]
          : [];
      return wait ? Promise.resolve({ intents, state }) : { intents, state };
    },
  });
  const spec = {
    data: 'test:made-up',
    symbols: ['600000.SH', '000001.SZ', '600036.SH'],
    from: '2016-03-01',
    to: lastDate(data),
    strategies: [{ id: 'every-fifth' }],
  };
  const run = (wait: boolean) => runReplay(spec, effects(scratch(), { data, strategy: strategy(wait), audit: false, trial: false }));
  const [sync, late] = [await run(false), await run(true)];
  expect(late.row.digests).toEqual(sync.row.digests);
  expect(sync.row.counts.fills).toBeGreaterThan(10);
  expect(order.slice(0, 180)).toEqual(order.slice(180));
});

test('several strategies in one account have rows and ids of their own', async () => {
  const { folder } = await runReplay(
    {
      data: 'embedded:us',
      symbols: ['AAPL', 'IBM'],
      from: '2008-01-02',
      to: '2008-12-31',
      strategies: [
        { id: 'sma-cross', parameters: { fast: 5, slow: 20 } },
        { id: 'momentum', parameters: { lookback: 20 } },
      ],
    },
    effects(scratch(), { trial: false }),
  );
  const run = openRun(folder);
  const rows = run.decisions();
  expect(rows.length).toBe(253 * 2 * 2);
  expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  expect(run.row.label).toBe('sma-cross+momentum');
});

test('crypto bars trade around the clock in steps of a coin', async () => {
  const { folder, equity } = await runReplay(
    {
      data: 'test:coin',
      symbols: ['BTC/USDT'],
      from: '2024-01-01',
      to: '2024-03-31',
      strategies: [{ id: 'sma-cross', parameters: { fast: 3, slow: 10 } }],
      initialCash: 10_000,
    },
    effects(scratch(), { data: coin(), audit: false, trial: false }),
  );
  const fills = openRun(folder)
    .fills()
    .filter((row) => row.kind === 'fill');
  expect(fills.length).toBeGreaterThan(2);
  expect(equity.day.length).toBe(91);
  // Weekends trade: 2024-01-06 was a Saturday.
  expect([...equity.day]).toContain(dayOf('2024-01-06'));
});

function coin() {
  const made = madeUpData({ symbols: ['600000.SH'], from: '2016-03-01', sessions: 120, seed: 3 });
  const bars = made.series.get('600000.SH')!;
  const calendar = calendarOf('crypto');
  const first = dayOf('2023-12-15');
  const day = Int32Array.from({ length: 108 }, (_, i) => first + i);
  const cut = (column: Float64Array) => column.slice(0, 108);
  const units = {
    currency: 'USDT',
    minorPerMajor: 100,
    tickSize: 0.01,
    quantityStep: 0.00001,
    minorPerUnitTick: { numerator: 1, denominator: 100_000 },
  };
  const priced = (column: Float64Array) => cut(column).map((ticks) => ticks * 3_000);
  return {
    ...made,
    source: 'test:coin',
    calendar: 'crypto',
    instruments: [
      {
        symbol: 'BTC/USDT',
        name: 'coin',
        market: 'crypto' as const,
        board: 'crypto-spot',
        kind: 'spot' as const,
        units,
        corporateActions: 'none' as const,
      },
    ],
    series: new Map([
      [
        'BTC/USDT',
        {
          symbol: 'BTC/USDT',
          length: 108,
          day,
          knownAt: Float64Array.from(day, (d) => calendar.closeAt(d)),
          open: priced(bars.open),
          high: priced(bars.high),
          low: priced(bars.low),
          close: priced(bars.close),
          volume: cut(bars.volume).map((v) => v * 1e6),
          factor: cut(bars.factor),
        },
      ],
    ]),
    digests: { 'BTC/USDT': 'coin' },
  };
}
