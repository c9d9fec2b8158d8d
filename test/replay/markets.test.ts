import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type ActionTable,
  type BarSeries,
  dateOf,
  dayOf,
  type Instrument,
  OverflowError,
  type Strategy,
  type Symbol,
} from '../../lib/core/index.js';
import { labMarket, labPreset, loadBars, loadSource, type MarketData } from '../../lib/feeds/index.js';
import { calendarOf, describeSymbol, notionalMinor, rulebookFor } from '../../lib/market/index.js';
import { openRun, runReplay } from '../../lib/replay/index.js';
import { effects, madeUpData, scratch } from './support.js';

const quiet = { audit: false, trial: false } as const;
const parts: ActionTable = {
  id: 'parts',
  rows: [
    { name: 'BUY', size: { kind: 'delta', side: 'buy', fraction: 0.9, basis: 'cash' } },
    { name: 'HALF', size: { kind: 'delta', side: 'sell', fraction: 0.5, basis: 'sellable' } },
    { name: 'OUT', size: { kind: 'delta', side: 'sell', fraction: 1, basis: 'sellable' } },
  ],
};

/** Does what `plan` says on a date, for every symbol that it is asked about. */
const scripted = (plan: Readonly<Record<string, string>>): Strategy<null> => ({
  id: 'scripted',
  scope: 'symbol',
  actions: parts,
  init: () => null,
  decide(view, symbols, state) {
    const [symbol] = symbols as [Symbol];
    const { day, length } = view.bars(symbol, 1);
    const action = plan[`${symbol} ${dateOf(day[length - 1]!)}`] ?? plan[dateOf(day[length - 1]!)];
    return { intents: action === undefined ? [] : [{ symbol, action, confidence: 1, why: 'plan', evidence: [] }], state };
  },
});

async function replay(
  data: MarketData | string,
  strategy: Strategy,
  spec: { symbols: string[]; from: string; to: string } & Record<string, unknown>,
) {
  const loaded = typeof data === 'string' ? loadSource(data) : data;
  const result = await runReplay(
    { data: loaded.source, strategies: [{ id: 'scripted' }], horizons: [], ...spec },
    effects(scratch(), { data: loaded, strategy, ...quiet }),
  );
  return { ...result, run: openRun(result.folder) };
}

test('real splits and dividends of US stocks: equity passes a split unchanged, and a dividend but for what is withheld', async () => {
  // AAPL 2:1 on 2005-02-28, MSFT 2:1 on 2003-02-18 and 3.08 dollars on 2004-11-15 (data/README.md).
  for (const [symbol, before, ex, after] of [
    ['AAPL', '2005-02-24', '2005-02-28', '2005-03-04'],
    ['MSFT', '2003-02-13', '2003-02-18', '2003-02-21'],
  ] as const) {
    for (const quantityStep of [1, 0.0001]) {
      const spec = { symbols: [symbol], from: before, to: after, initialCash: 100_000, quantityStep };
      const { run, equity } = await replay('embedded:us', scripted({ [before]: 'BUY' }), spec);
      const bars = loadSource('embedded:us').series.get(symbol)!;
      const at = bars.day.indexOf(dayOf(ex));
      const session = [...equity.day].indexOf(dayOf(ex));
      const [fill] = run.fills();
      const shares = fill!.quantity * quantityStep;
      // Twice the shares at the open, half the price: what equity changes by is the market's own move, to half a cent a share of rounding.
      const moved = 2 * shares * (bars.open[at]! / 10_000) - shares * (bars.close[at - 1]! / 10_000);
      expect(Math.abs(equity.equityAtOpenMinor[session]! - equity.equityMinor[session - 1]! - moved * 100)).toBeLessThan(1);
      expect(Math.abs(moved / shares / (bars.close[at - 1]! / 10_000))).toBeLessThan(0.03);
      expect(run.decisions().at(-1)!.portfolio.quantity).toBe(2 * fill!.quantity);
    }
  }
  const plan = scripted({ '2004-11-10': 'BUY' });
  const spec = { symbols: ['MSFT'], from: '2004-11-10', to: '2004-11-16' };
  const free = await replay('embedded:us', plan, spec);
  const held = free.run.fills()[0]!.quantity;
  const withheld = await replay('embedded:us', plan, { ...spec, costs: { dividendWithholding: { numerator: 30, denominator: 100 } } });
  const last = free.equity.equityMinor.length - 1;
  expect(free.equity.equityMinor[last]! - withheld.equity.equityMinor[last]!).toBe(Math.round(held * 308 * 0.3));
});

test('reverse splits, of a table and out of an adjusted close, keep the value', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-test-'));
  const days = ['2024-03-04', '2024-03-05', '2024-03-06', '2024-03-07', '2024-03-08'];
  const closes = [2, 2, 20, 20, 20];
  const rows = days.map((day, i) => `${day},${closes[i]},${closes[i]},${closes[i]},${closes[i]},1000000`);
  writeFileSync(join(folder, 'ACME.csv'), ['date,open,high,low,close,volume', ...rows, ''].join('\n'));
  writeFileSync(join(folder, 'actions.csv'), 'symbol,ex_date,cash_per_share,bonus_per_share,transfer_per_share\nACME,2024-03-06,,,-9/10\n');
  const adjusted = join(mkdtempSync(join(tmpdir(), 'hindcast-test-')), 'ACME.csv');
  writeFileSync(adjusted, ['date,open,high,low,close,volume,adj close', ...rows.map((row) => `${row},20`), ''].join('\n'));
  for (const path of [folder, adjusted]) {
    const data = loadBars(path);
    expect(data.instruments[0]!.corporateActions).toBe(path === folder ? 'declared' : 'derived');
    expect(data.actions.get('ACME')![0]!.transfer).toEqual({ numerator: -9, denominator: 10 });
    expect([...data.series.get('ACME')!.factor].map((f) => Math.round(f * 1e9) / 1e9)).toEqual([1, 1, 0.1, 0.1, 0.1]);
    const { run, equity } = await replay(data, scripted({ '2024-03-04': 'BUY', '2024-03-06': 'OUT' }), {
      symbols: ['ACME'],
      from: days[0]!,
      to: days[4]!,
      initialCash: 10_000,
    });
    const fills = run.fills().map((row) => (row.kind === 'fill' ? `${row.side} ${row.quantity}` : row.reason));
    expect(fills).toEqual(['buy 4500', 'sell 450']);
    expect(new Set([...equity.equityMinor].slice(0, 3)).size).toBe(1);
  }
});

test('parts of shares: quantities, fees per share and cash follow the step; A-shares have none', async () => {
  const plan = scripted({ '2012-03-01': 'BUY', '2012-03-05': 'OUT' });
  const spec = { symbols: ['AAPL'], from: '2012-03-01', to: '2012-03-08', initialCash: 10_000 };
  const whole = await replay('embedded:us', plan, spec);
  const part = await replay('embedded:us', plan, { ...spec, quantityStep: 0.0001 });
  const [buyWhole, buyPart] = [whole.run.fills()[0]!, part.run.fills()[0]!];
  expect(buyWhole.quantity).toBe(16);
  expect(buyPart.quantity / 10_000).toBeCloseTo(16.5, 0);
  expect(buyPart.quantity % 10_000).not.toBe(0);
  const fees = rulebookFor('us').rulesFor(
    { ...instrumentOf('AAPL'), units: describeSymbol('AAPL', { quantityStep: 0.0001 }).units },
    dayOf('2012-03-06'),
  ).fees;
  // $0.000095 a share (FINRA Regulatory Notice 12-06) on ten thousandths of one.
  expect(fees.find(({ name }) => name === 'taf')).toMatchObject({ rate: { numerator: 95, denominator: 100_000_000 } });
  expect(part.run.fills()[1]).toMatchObject({ side: 'sell', quantity: buyPart.quantity });
  await expect(
    replay('embedded:cn', plan, { symbols: ['000001.SZ'], from: '2012-03-01', to: '2012-03-08', quantityStep: 0.1 }),
  ).rejects.toThrow(/outside China/);
});

const instrumentOf = (symbol: string): Instrument => ({ ...describeSymbol(symbol), name: symbol, corporateActions: 'none' });

/** Daily bars of coins, dollars with a tick of a cent, steps of 0.00001. */
function coins(price: number, days: number, minimumNotionalMinor?: number): MarketData {
  const calendar = calendarOf('crypto');
  const first = dayOf('2024-01-01');
  const day = Int32Array.from({ length: days }, (_, i) => first + i);
  const column = (f: (i: number) => number): Float64Array => Float64Array.from({ length: days }, (_, i) => f(i));
  const level = (i: number): number => Math.round(price * 100 * (1 + 0.01 * Math.sin(i)));
  const bars: BarSeries = {
    ...{ symbol: 'BTC/USDT', length: days, day, knownAt: Float64Array.from(day, (d) => calendar.closeAt(d)) },
    ...{
      open: column((i) => level(i)),
      high: column((i) => Math.max(level(i), level(i + 1))),
      low: column((i) => Math.min(level(i), level(i + 1))),
    },
    ...{ close: column((i) => level(i + 1)), volume: column(() => 9e14), factor: column(() => 1) },
  };
  return {
    ...madeUpData({ symbols: ['600000.SH'], from: '2016-03-01', sessions: 3 }),
    source: 'test:coins',
    calendar: 'crypto',
    instruments: [{ ...instrumentOf('BTC/USDT'), ...(minimumNotionalMinor === undefined ? {} : { minimumNotionalMinor }) }],
    series: new Map([['BTC/USDT', bars]]),
    digests: { 'BTC/USDT': `coins-${price}-${days}-${minimumNotionalMinor}` },
  };
}

test('coins: large prices times many small units are exact, and beyond exactness an error, never a rounded figure', async () => {
  const { units } = describeSymbol('BTC/USDT');
  // 123,456.78901 coins at 98,765.43 dollars: BigInt by hand.
  const exact = (BigInt(12_345_678_901) * BigInt(9_876_543) + 50_000n) / 100_000n;
  expect(BigInt(notionalMinor(12_345_678_901, 9_876_543, units))).toBe(exact);
  expect(() => notionalMinor(9e14, 9e12, units)).toThrow(OverflowError);
  const data = coins(1_000_000, 12);
  const spec = { symbols: ['BTC/USDT'], from: '2024-01-01', to: '2024-01-12', initialCash: 5e10 };
  const { run, equity } = await replay(data, scripted({ '2024-01-02': 'BUY', '2024-01-05': 'HALF', '2024-01-08': 'OUT' }), spec);
  const fills = run.fills().flatMap((row) => (row.kind === 'fill' ? [row] : []));
  expect(fills.map(({ side }) => side)).toEqual(['buy', 'sell', 'sell']);
  let cash = 5_000_000_000_000n;
  for (const { quantity, priceTicks, notionalMinor: notional, totalFeesMinor, cashDeltaMinor } of fills) {
    expect(BigInt(notional)).toBe((BigInt(quantity) * BigInt(priceTicks) + 50_000n) / 100_000n);
    // One fee in the quote currency: ten basis points, half up.
    expect(BigInt(totalFeesMinor)).toBe((BigInt(notional) * 10n + 5_000n) / 10_000n);
    cash += BigInt(cashDeltaMinor);
  }
  expect(BigInt(equity.cashMinor[11]!)).toBe(cash);
  expect(run.row.market.sessionsPerYear).toBe(365);
});

test('an order below the smallest worth is refused with its reason, and what is left of one too', async () => {
  const spec = { symbols: ['BTC/USDT'], from: '2024-01-01', to: '2024-01-10', initialCash: 11 };
  const plan = { '2024-01-01': 'BUY', '2024-01-03': 'HALF', '2024-01-05': 'OUT', '2024-01-07': 'BUY' };
  const reasons = async (least?: number) =>
    (await replay(coins(50_000, 10, least), scripted(plan), spec)).run.fills().map((row) => (row.kind === 'fill' ? row.side : row.reason));
  expect(await reasons()).toEqual(['buy', 'sell', 'sell', 'buy']);
  expect(await reasons(500)).toEqual(['buy', 'below-notional', 'sell', 'buy']);
  expect(await reasons(2_000)).toEqual(['below-notional', 'no-position', 'no-position', 'below-notional']);
});

test('a portfolio: late listings, suspensions and a delisting in one account; what is delisted stays and is said', async () => {
  const symbols = ['600000.SH', '600036.SH', '000001.SZ', '000002.SZ'];
  const all = Array.from({ length: 60 }, (_, i) => i);
  const made = madeUpData({
    symbols,
    from: '2016-03-01',
    sessions: 60,
    // The second lists in session 20, the third is suspended from 30 to 39, the fourth ends with session 44.
    holes: { '600036.SH': all.slice(0, 20), '000001.SZ': all.slice(30, 40), '000002.SZ': all.slice(45) },
  });
  const calendar = calendarOf('cn-a');
  const day = (i: number) => calendar.shift(calendar.sessions[calendar.indexAtOrAfter(dayOf('2016-03-01'))]!, i);
  const instruments = made.instruments.map((one) =>
    one.symbol === '600036.SH' ? { ...one, listedOn: day(20) } : one.symbol === '000002.SZ' ? { ...one, delistedOn: day(44) } : one,
  );
  const data = { ...made, instruments };
  const plan = {
    [dateOf(day(2))]: 'HALF',
    [dateOf(day(3))]: 'BUY',
    [dateOf(day(22))]: 'BUY',
    [dateOf(day(28))]: 'OUT',
    [`000001.SZ ${dateOf(day(29))}`]: 'BUY',
    [`000002.SZ ${dateOf(day(44))}`]: 'OUT',
    [`000002.SZ ${dateOf(day(31))}`]: 'BUY',
  };
  const { run, equity } = await replay(data, scripted(plan), { symbols, from: dateOf(day(0)), to: dateOf(day(59)) });
  const rows = run.decisions();
  const of = (symbol: string) => rows.filter((row) => row.symbol === symbol);
  // Asked about from its first bar on; a row of its own for each session without one.
  expect([of('600000.SH').length, of('600036.SH').length, of('000001.SZ').length]).toEqual([60, 40, 60]);
  expect(of('000001.SZ').filter((row) => row.decision.state === 'suspended').length).toBe(10);
  expect(of('000002.SZ').filter((row) => row.decision.state === 'suspended').length).toBe(15);
  const notDone = run
    .fills()
    .flatMap((row) => (row.kind === 'rejection' && row.session >= dateOf(day(29)) ? [`${row.symbol} ${row.reason}`] : []));
  expect(notDone).toContain('000001.SZ suspended');
  expect(notDone).toContain('000002.SZ not-tradable');
  const left = rows.filter((row) => row.symbol === '000002.SZ').at(-1)!.portfolio;
  expect(left.quantity).toBeGreaterThan(0);
  expect(run.row.marks).toContain('delisted and still held, at the last price: 000002.SZ');
  expect(equity.cashMinor.every((cash) => cash >= 0)).toBe(true);
  // Buys of one session share its cash pro rata: none is turned away while others are filled whole.
  const first = run.fills().filter((row) => row.kind === 'fill' && row.session === dateOf(day(4)));
  expect(first.map((row) => row.symbol).sort()).toEqual(['000001.SZ', '000002.SZ', '600000.SH']);
});

test('three hundred lab stocks in one account: it adds up, in whole lots, and no cash is lent', async () => {
  const { data } = labMarket({ ...labPreset('large'), symbols: 330, sessions: 120, newListingShare: 0.1 }, 5);
  const symbols = data.instruments
    .filter(({ kind }) => kind !== 'index')
    .slice(0, 300)
    .map(({ symbol }) => symbol);
  const { run, equity } = await replay(
    data,
    scripted({ '2014-02-10': 'BUY', '2014-03-10': 'HALF', '2014-04-10': 'BUY', '2014-05-12': 'OUT' }),
    {
      symbols,
      from: '2014-02-07',
      to: '2014-06-10',
      initialCash: 1e8,
      record: 'account',
    },
  );
  const fills = run.fills().flatMap((row) => (row.kind === 'fill' ? [row] : []));
  expect(fills.length).toBeGreaterThan(400);
  let cash = 1e10;
  for (const fill of fills) {
    cash += fill.cashDeltaMinor;
    if (fill.side === 'buy' && !fill.symbol.startsWith('688')) expect(fill.quantity % 100).toBe(0);
    expect(cash).toBeGreaterThanOrEqual(0);
  }
  // But for dividends, which no fill shows.
  expect(equity.cashMinor[equity.cashMinor.length - 1]! - cash).toBeGreaterThanOrEqual(0);
  expect(equity.equityMinor.every((value) => value > 0)).toBe(true);
});

test('the audit runs on a universe whose members list on the way', async () => {
  const all = Array.from({ length: 30 }, (_, i) => i);
  const data = madeUpData({
    symbols: ['600000.SH', '600036.SH'],
    from: '2016-03-01',
    sessions: 30,
    holes: { '600036.SH': all.slice(0, 25) },
  });
  const { folder, row } = await runReplay(
    {
      data: data.source,
      symbols: ['600000.SH', '600036.SH'],
      from: '2016-03-01',
      to: '2016-04-11',
      strategies: [{ id: 'scripted' }],
      horizons: [1],
    },
    effects(scratch(), { data, strategy: scripted({ '2016-03-03': 'BUY' }), trial: false }),
  );
  expect(JSON.parse(readFileSync(join(folder, 'audit.json'), 'utf8'))).toMatchObject({ verdict: 'clean' });
  expect(row.notes).toEqual([]);
});

test('one account has one market and one currency', async () => {
  const cn = madeUpData({ symbols: ['600000.SH'], from: '2016-03-01', sessions: 20 });
  const us = { ...cn.series.get('600000.SH')!, symbol: 'AAPL' };
  const mixed = { ...cn, instruments: [...cn.instruments, instrumentOf('AAPL')], series: new Map([...cn.series, ['AAPL', us]]) };
  await expect(replay(mixed, scripted({}), { symbols: ['600000.SH', 'AAPL'], from: '2016-03-01', to: '2016-03-10' })).rejects.toThrow(
    /one market and currency, got 600000.SH \(cn-a, CNY\) and AAPL \(us, USD\). Run each market as an account of its own/,
  );
});
