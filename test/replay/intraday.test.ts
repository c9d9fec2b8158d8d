import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf, dayOf, type PortfolioState, randomBelow, randomInit, readJsonl, type Strategy } from '../../lib/core/index.js';
import { loadSource, type MarketData } from '../../lib/feeds/index.js';
import { calendarOf, exRightReferenceTicks, limitDownTicks, limitUpTicks, rulebookFor, seedFive } from '../../lib/market/index.js';
import {
  noMemory,
  openRun,
  openWorld,
  prepareReplay,
  type ReplaySpecInput,
  replayLoopOnly,
  runReplay,
  settleRun,
} from '../../lib/replay/index.js';
import { dailyOf, effects, lastDate, madeUpData, madeUpMinutes, scratch } from './support.js';

const quiet = { audit: false, trial: false } as const;
const SYMBOLS = ['600000.SH', '000001.SZ', '300750.SZ'];
const ACTIONS = ['BUY_25', 'BUY_50', 'SELL_50', 'SELL_ALL', 'HOLD'];

/** At random by symbol and instant, whatever the order of calls; `each` sees the account at every decision. */
function gambler(seed: number, each: (portfolio: PortfolioState) => void = () => {}): Strategy<null> {
  return {
    id: `gambler-${seed}`,
    scope: 'symbol',
    actions: seedFive,
    init: () => null,
    decide(view, symbols, state) {
      each(view.portfolio());
      const [symbol] = symbols as [string];
      view.bars(symbol, 3);
      const action = ACTIONS[randomBelow(randomInit(seed, `${symbol}@${view.asOf}`), ACTIONS.length)]!;
      return { intents: [{ symbol, action, confidence: 0.5, why: 'chance', evidence: [] }], state };
    },
  };
}

const specOf = (data: ReturnType<typeof madeUpMinutes>, decisionPoint: 'close' | 'preopen' | 'open' | 'midday' | 'every', skip = 2) => {
  const days = data.series.get([...data.series.keys()][0]!)!.day;
  const from = dateOf([...new Set(days)][skip]!);
  return { data: data.source, symbols: [...data.series.keys()], from, to: lastDate(data), strategies: [{ id: 'gambler' }], decisionPoint };
};

test('decided at the close, bars of minutes give the fills and the account of their daily bars', async () => {
  for (const decisionPoint of ['close', 'preopen'] as const) {
    const minutes = madeUpMinutes({
      symbols: SYMBOLS,
      from: '2021-03-01',
      sessions: 40,
      minutes: 30,
      volume: 1000,
      holes: { '000001.SZ': [9, 10] },
    });
    const spec = { ...specOf(minutes, decisionPoint), initialCash: 200_000, horizons: [1, 5] };
    const run = async (data: typeof minutes) =>
      openRun((await runReplay(spec, effects(scratch(), { data, strategy: gambler(5), ...quiet }))).folder);
    const [short, daily] = [await run(minutes), await run(dailyOf(minutes))];
    const done = (of: typeof short) =>
      of.fills().map((row) => {
        const { at, ...rest } = row;
        expect(at === undefined).toBe(of === daily);
        return rest;
      });
    expect(done(short)).toEqual(done(daily));
    expect(short.fills().length).toBeGreaterThan(30);
    expect(short.equity).toEqual(daily.equity);
    const outcomes = (of: typeof short) => of.outcomes().map(({ decision: _, drawdown: _d, ...row }) => row);
    expect(outcomes(short)).toEqual(outcomes(daily));
  }
});

const MARKETS = { cn: SYMBOLS, us: ['AAPL', 'IBM'], coin: ['BTC/USDT', 'ETH/USDT'] };

/** A random trader on six sessions of minutes; throws where the account does not add up. Counts what happened. */
async function gamble(seed: number, market: keyof typeof MARKETS): Promise<{ decisions: number; fills: number; soldSameDay: number }> {
  const symbols = MARKETS[market];
  const data = madeUpMinutes({ symbols, from: '2021-03-01', sessions: 6, minutes: market === 'coin' ? 240 : 30, seed, lacking: 6 });
  let decisions = 0;
  const strategy = gambler(seed, (portfolio) => {
    decisions++;
    const { cashMinor, frozenCashMinor, receivableMinor, totalEquityMinor, positions } = portfolio;
    expect(Math.min(cashMinor, frozenCashMinor)).toBeGreaterThanOrEqual(0);
    expect(cashMinor + frozenCashMinor + receivableMinor + positions.reduce((sum, p) => sum + p.marketValueMinor, 0)).toBe(
      totalEquityMinor,
    );
    for (const { lots, quantity, sellableAtFill } of positions) {
      expect(lots.reduce((sum, lot) => sum + lot.quantity, 0)).toBe(quantity);
      expect(sellableAtFill).toBeLessThanOrEqual(quantity);
    }
  });
  const { folder, equity } = await runReplay(
    { ...specOf(data, 'every', 1), initialCash: 500_000 },
    effects(scratch(), { data, strategy, ...quiet }),
  );
  const fills = openRun(folder)
    .fills()
    .flatMap((row) => (row.kind === 'fill' ? [row] : []));
  let [cash, soldSameDay] = [500_000 * 100, 0];
  const held = new Map<string, number>();
  const boughtToday = new Map<string, number>();
  let today = '';
  let last = 0;
  for (const fill of fills) {
    expect(fill.at!).toBeGreaterThanOrEqual(last);
    last = fill.at!;
    if (fill.session !== today) boughtToday.clear();
    today = fill.session;
    cash += fill.cashDeltaMinor;
    const change = fill.side === 'buy' ? fill.quantity : -fill.quantity;
    held.set(fill.symbol, (held.get(fill.symbol) ?? 0) + change);
    if (fill.side === 'buy') boughtToday.set(fill.symbol, (boughtToday.get(fill.symbol) ?? 0) + fill.quantity);
    else if (market === 'cn') expect(held.get(fill.symbol)!).toBeGreaterThanOrEqual(boughtToday.get(fill.symbol) ?? 0);
    else if (boughtToday.has(fill.symbol)) soldSameDay++;
    expect(held.get(fill.symbol)!).toBeGreaterThanOrEqual(0);
    expect(cash).toBeGreaterThanOrEqual(0);
  }
  expect(equity.cashMinor[equity.cashMinor.length - 1]).toBe(cash);
  return { decisions, fills: fills.length, soldSameDay };
}

test('a random trader on minutes: A-shares bought today are not sold today, and the account adds up at every step', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom('cn', 'us', 'coin'), async (seed, market) => {
      await gamble(seed, market);
    }),
    { numRuns: 12 },
  );
});

test('what the random trader does at given seeds: it trades in every market, and sells on the day it bought where that is allowed', async () => {
  // Sums over seeds, among them coin 12, whose few fills have no sale on the day of a purchase.
  for (const market of ['cn', 'us', 'coin'] as const) {
    const sum = { decisions: 0, fills: 0, soldSameDay: 0 };
    for (const seed of [1, 12, 77]) {
      const { decisions, fills, soldSameDay } = await gamble(seed, market);
      sum.decisions += decisions;
      sum.fills += fills;
      sum.soldSameDay += soldSameDay;
    }
    expect(sum.decisions).toBeGreaterThan(100);
    expect(sum.fills).toBeGreaterThan(60);
    if (market !== 'cn') expect(sum.soldSameDay).toBeGreaterThan(5);
  }
});

test('fills keep to the limits of the session before and to the volume of their own bar, at the open after the decision', async () => {
  const data = madeUpMinutes({ symbols: SYMBOLS, from: '2021-03-01', sessions: 12, minutes: 15, seed: 3, lacking: 9 });
  const { folder } = await runReplay(
    { ...specOf(data, 'every'), initialCash: 5_000_000 },
    effects(scratch(), { data, strategy: gambler(8), ...quiet }),
  );
  const rulebook = rulebookFor('cn-a');
  const rows = openRun(folder).fills();
  let cut = 0;
  for (const row of rows) {
    if (row.kind === 'rejection') {
      if (row.reason === 'cut-volume') cut++;
      continue;
    }
    const bars = data.series.get(row.symbol)!;
    const at = [...bars.knownAt].findIndex((known) => known - row.at! > 0 && known - row.at! <= data.intervalMs!);
    expect(bars.open[at]).toBe(row.priceTicks);
    expect(row.quantity * 4).toBeLessThanOrEqual(bars.volume[at]!);
    let before = at;
    while (bars.day[before] === bars.day[at]) before--;
    const instrument = data.instruments.find(({ symbol }) => symbol === row.symbol)!;
    const rules = rulebook.rulesFor(instrument, dayOf(row.session));
    const reference = exRightReferenceTicks(
      bars.close[before]!,
      { symbol: row.symbol, exDay: 0, payDay: 0, knownAt: 0, origin: 'declared' },
      instrument.units,
    );
    expect(row.priceTicks).toBeLessThan(limitUpTicks(reference, rules) + 1);
    expect(row.priceTicks).toBeGreaterThan(limitDownTicks(reference, rules) - 1);
  }
  expect(cut).toBeGreaterThan(0);
});

test('points inside the day: after the first bar, at half time, at every bar, each with an id of its own', async () => {
  const data = loadSource('embedded:cn-5m');
  const calendar = calendarOf('cn-a');
  const clock = (at: number, day: number) => new Date(at - calendar.midnightAt(day)).toISOString().slice(11, 16);
  const spec = {
    data: 'embedded:cn-5m',
    symbols: ['600036.SH'],
    from: '2017-07-03',
    to: '2017-07-28',
    strategies: [{ id: 'gambler' }],
    seed: 2,
  };
  const expected = { open: '09:35', midday: '11:30', close: '15:00' } as const;
  for (const decisionPoint of ['open', 'midday', 'close'] as const) {
    const { folder } = await runReplay({ ...spec, decisionPoint }, effects(scratch(), { strategy: gambler(2), data, trial: false }));
    const run = openRun(folder);
    const rows = run.decisions();
    expect(rows.length).toBe(20);
    for (const row of rows) {
      expect(row.window).toBe(decisionPoint);
      expect(clock(row.decidedAt, dayOf(row.session))).toBe(expected[decisionPoint]);
      expect(row.maxKnownAt).toBe(row.decidedAt);
    }
    // Midday fills at 13:00, after the first bar at 09:35, after the close at 09:30 of the next session.
    const fills = run.fills().filter((row) => row.kind === 'fill');
    expect(fills.length).toBeGreaterThan(3);
    for (const fill of fills)
      expect(clock(fill.at!, dayOf(fill.session))).toBe({ open: '09:35', midday: '13:00', close: '09:30' }[decisionPoint]);
  }
  const { folder, row } = await runReplay(
    { ...spec, decisionPoint: 'every', horizons: [1] },
    effects(scratch(), { strategy: gambler(2), data, trial: false }),
  );
  const rows = openRun(folder).decisions();
  expect(rows.length).toBe(20 * 48);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(rows.slice(0, 2).map(({ window }) => window)).toEqual(['every@09:35', 'every@09:40']);
  expect(rows[47]!.window).toBe('every@15:00');
  expect(row.market.intervalMs).toBe(300_000);
});

test('the loop alone counts the decisions that a recorder has rows of, at every point', async () => {
  const data = madeUpMinutes({
    symbols: SYMBOLS,
    from: '2021-03-01',
    sessions: 6,
    minutes: 60,
    lacking: 5,
    holes: { '600000.SH': [0, 1, 2, 4] },
  });
  const cases = ['sma-cross', 'equal-weight'].flatMap((id) => [
    { id, symbols: SYMBOLS },
    // Alone, and not listed in the first sessions: nobody is asked then.
    { id, symbols: ['600000.SH'] },
  ]);
  for (const decisionPoint of ['close', 'preopen', 'open', 'midday', 'every'] as const) {
    for (const { id, symbols } of cases) {
      const spec = { ...specOf(data, decisionPoint, 1), symbols, from: '2021-03-02', strategies: [{ id }] };
      const { row } = await runReplay(spec, effects(scratch(), { data, ...quiet }));
      expect((await replayLoopOnly(spec, { data })).decisions).toBe(row.counts.decisions);
    }
  }
});

test('recorded intents at every bar, frozen: the same account under the same rules, less under higher costs', async () => {
  const data = madeUpMinutes({ symbols: SYMBOLS, from: '2021-03-01', sessions: 6, minutes: 60, lacking: 5 });
  for (const decisionPoint of ['every', 'midday'] as const) {
    const spec = { ...specOf(data, decisionPoint, 1), strategies: [{ id: 'rule:v1' }], initialCash: 300_000, horizons: [] };
    const strategy = { ...gambler(9), id: 'rule:v1' };
    const first = await runReplay(spec, effects(scratch(), { data, strategy, ...quiet }));
    expect(first.row.counts.fills).toBeGreaterThan(decisionPoint === 'every' ? 10 : 3);
    const frozen = { ...spec, frozenFrom: first.folder };
    const again = await runReplay(frozen, effects(scratch(), { data, ...quiet }));
    expect([...again.equity.equityMinor]).toEqual([...first.equity.equityMinor]);
    expect(again.row.counts.fills).toBe(first.row.counts.fills);
    const dear = { ...frozen, costs: { commission: { numerator: 1, denominator: 100 } } };
    const less = await runReplay(dear, effects(scratch(), { data, ...quiet }));
    expect(less.equity.equityMinor[4]!).toBeLessThan(first.equity.equityMinor[4]!);
  }
});

test('frozen intents of a strategy for the universe come back at their instants, where a symbol has no bar too', async () => {
  const minutes = madeUpMinutes({ symbols: SYMBOLS, from: '2021-03-01', sessions: 6, minutes: 60, lacking: 3 });
  const suspended = madeUpData({
    symbols: ['600000.SH'],
    from: '2019-01-02',
    sessions: 40,
    holes: { '600000.SH': [20, 21, 22, 23, 30, 31] },
  });
  const daily = { data: 'test', symbols: ['600000.SH'], from: '2019-01-02', to: lastDate(suspended), initialCash: 1_000_000 };
  const momentum = { id: 'momentum', parameters: { top: 1, lookback: 5, every: 2, tolerance: 0 } };
  const balanced = { id: 'equal-weight', parameters: { every: 2, tolerance: 0 } };
  const cases: [MarketData, ReplaySpecInput][] = [
    [minutes, { ...specOf(minutes, 'every', 1), symbols: SYMBOLS, strategies: [balanced], initialCash: 300_000 }],
    [suspended, { ...daily, strategies: [momentum] }],
  ];
  for (const [data, spec] of cases) {
    const first = await runReplay({ ...spec, horizons: [] }, effects(scratch(), { data, ...quiet }));
    const again = await runReplay({ ...spec, horizons: [], frozenFrom: first.folder }, effects(scratch(), { data, ...quiet }));
    const wanted = ({ folder }: { folder: string }) =>
      openRun(folder)
        .decisions()
        .filter(({ decision }) => decision.state === 'decided')
        .map(({ decidedAt, symbol, decision: { action } }) => ({ decidedAt, symbol, action }));
    const hasBar = (symbol: string, at: number) => {
      const { day, knownAt } = data.series.get(symbol)!;
      return data === minutes ? knownAt.includes(at) : day.includes(Math.floor(at / 86_400_000));
    };
    // What this is about: intents for a symbol that had no bar then.
    expect(wanted(first).filter(({ symbol, decidedAt }) => !hasBar(symbol, decidedAt)).length).toBeGreaterThan(0);
    expect(wanted(again)).toEqual(wanted(first));
    expect([...again.equity.equityMinor]).toEqual([...first.equity.equityMinor]);
  }
});

test('an outcome inside the day: in at the next open, out at the close of session t + h; settled again it is the same', async () => {
  const data = madeUpMinutes({ symbols: ['600000.SH'], from: '2021-03-01', sessions: 9, minutes: 60, seed: 4 });
  const { folder } = await runReplay(
    { ...specOf(data, 'every', 0), horizons: [1, 2] },
    effects(scratch(), { data, strategy: gambler(4), ...quiet }),
  );
  const run = openRun(folder);
  const bars = data.series.get('600000.SH')!;
  const decisions = new Map(run.decisions().map((row) => [row.id, row]));
  for (const outcome of run.outcomes()) {
    const { decidedAt } = decisions.get(outcome.decision)!;
    const entry = [...bars.knownAt].findIndex((at) => at > decidedAt);
    const days = [...new Set(bars.day)];
    const session = days.indexOf(dayOf(outcome.session));
    const exit = [...bars.day].lastIndexOf(days[session + outcome.horizon]!);
    expect(outcome.entry).toMatchObject({ date: dateOf(bars.day[entry]!), priceTicks: bars.open[entry]! });
    expect(outcome.exit).toMatchObject({ date: dateOf(bars.day[exit]!), priceTicks: bars.close[exit]! });
    expect(outcome.instrumentReturn).toBeCloseTo(bars.close[exit]! / bars.open[entry]! - 1, 12);
  }
  expect(run.outcomes().length).toBe(8 * 4 + 7 * 4);
  const again = settleRun(folder, {}, { data });
  expect(again.horizons.map(({ outcomes }) => outcomes)).toEqual([32, 28]);
  const byKey = (rows: { decision: string; horizon: number }[]) =>
    [...rows].sort((a, b) => a.horizon - b.horizon || (a.decision < b.decision ? -1 : 1));
  expect(byKey(readJsonl(again.path))).toEqual(byKey(run.outcomes()));
});

test('ended at a barrier and gone on with, a run has the bytes of one that was not, at every point of the day', async () => {
  for (const decisionPoint of ['preopen', 'open', 'midday', 'every'] as const) {
    const data = madeUpMinutes({
      symbols: SYMBOLS,
      from: '2021-03-01',
      sessions: 8,
      minutes: 60,
      lacking: 5,
      holes: { '600000.SH': [4, 5] },
    });
    const spec = { ...specOf(data, decisionPoint, 1), initialCash: 300_000 };
    const straight = await runReplay(spec, effects(scratch(), { data, strategy: gambler(6), ...quiet }));
    const resultsDir = scratch();
    let [lives, result] = [0, undefined as Awaited<ReturnType<typeof runReplay>> | undefined];
    while (result === undefined || result.interrupted) {
      const stop = new AbortController();
      // Each life ends at its first barrier.
      stop.abort();
      result = await runReplay(spec, effects(resultsDir, { data, strategy: gambler(6), signal: stop.signal, ...quiet }));
      lives++;
    }
    expect(lives).toBe(7);
    expect(result.row.digests).toEqual(straight.row.digests);
    expect(result.row.counts).toEqual(straight.row.counts);
  }
});

test('audited: what lies after a cut changes no decision inside the days before it', async () => {
  const data = madeUpMinutes({ symbols: SYMBOLS, from: '2021-03-01', sessions: 10, minutes: 60, lacking: 7 });
  const { folder } = await runReplay(specOf(data, 'every'), effects(scratch(), { data, strategy: gambler(1), trial: false }));
  expect(JSON.parse(readFileSync(`${folder}/audit.json`, 'utf8'))).toMatchObject({ verdict: 'clean', lateReads: 0, earlyOutcomes: 0 });
});

test('before the open of t+1 strategies decide when the barrier of t lies behind them; the last session has its decision too', async () => {
  const data = madeUpMinutes({ symbols: ['600000.SH'], from: '2021-03-01', sessions: 6, minutes: 60 });
  for (const bars of [data, dailyOf(data)]) {
    const events: string[] = [];
    const days = [...new Set(data.series.get('600000.SH')!.day)];
    const strategy = { ...gambler(1), decide: () => ({ intents: [], state: void events.push('decide') as unknown as null }) };
    const prepared = prepareReplay(specOf(data, 'preopen', 2), { data: bars, strategy });
    const loop = openWorld(prepared).loop(
      null,
      (_index, day) => {
        events.push(`barrier ${days.indexOf(day)}`);
        return false;
      },
      noMemory,
    );
    loop.warmUp(prepared.sessions[0]! - 1);
    await loop.run(0);
    expect(events).toEqual(['barrier 2', 'decide', 'barrier 3', 'decide', 'barrier 4', 'decide', 'barrier 5', 'decide']);
  }
});

test('points inside the day need bars shorter than a day', async () => {
  const daily = dailyOf(madeUpMinutes({ symbols: SYMBOLS, from: '2021-03-01', sessions: 5, minutes: 60 }));
  await expect(runReplay(specOf(daily, 'midday'), effects(scratch(), { data: daily, strategy: gambler(1), ...quiet }))).rejects.toThrow(
    /expected the decision point close or preopen on daily bars, got midday/,
  );
});
