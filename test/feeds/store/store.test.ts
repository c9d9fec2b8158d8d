/** The store: fetched once, read back as it was, checked, imported; a broken file is refused. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dateOf, dayOf, projectRoot } from '../../../lib/core/index.js';
import {
  checkStore,
  embeddedData,
  fetchInto,
  importInto,
  isStore,
  listStore,
  loadBars,
  loadLab,
  loadStore,
  sourceNamed,
  storeFolder,
} from '../../../lib/feeds/index.js';
import { RateLimited } from '../../../lib/feeds/outside/errors.js';
import { embedded } from '../../../lib/feeds/sources/embedded.js';
import type { Source, SymbolQuery } from '../../../lib/feeds/sources/source.js';
import { tushare } from '../../../lib/feeds/sources/tushare.js';
import { uncovered } from '../../../lib/feeds/store/fetch-into.js';
import { contextAt, json, replayServer } from '../sources/support.js';

const folder = () => mkdtempSync(join(tmpdir(), 'hindcast-store-'));
const NOW = '2024-01-10T12:00:00Z';

/** The embedded US bars, counting what is asked of them. */
function counted() {
  const source = embedded('us');
  const asked: SymbolQuery[] = [];
  const asking: Source['bars'] = (query, context) => {
    asked.push(query);
    return source.bars!(query, context);
  };
  const counting: Source = { ...source, bars: asking };
  return { source: counting, asked };
}

test('what is fetched reads back as its source has it, digests and all', async () => {
  const dir = folder();
  const context = contextAt(NOW);
  const whole = embeddedData('us', { symbols: ['IBM'] });
  const results = await fetchInto(
    { folder: dir, sources: [embedded('us')], symbols: ['IBM'], from: dayOf('2000-03-01'), to: dayOf('2013-03-01') },
    context,
  );
  expect(results).toMatchObject([{ symbol: 'IBM', state: 'fetched', source: 'embedded:us', bars: 3270 }]);
  const data = loadStore(dir, { symbols: ['IBM'] });
  const [ours, theirs] = [data.series.get('IBM')!, whole.series.get('IBM')!];
  for (const name of ['day', 'knownAt', 'open', 'high', 'low', 'close', 'volume'] as const) expect(ours[name]).toEqual(theirs[name]);
  expect(data.actions.get('IBM')).toEqual(whole.actions.get('IBM'));
  // The source derived its factor from each ex-day's close, the store from the close before: the same to the size of a dividend.
  const last = ours.length - 1;
  expect(ours.factor[last]! / theirs.factor[last]!).toBeCloseTo(1, 2);
  expect(listStore(dir)).toMatchObject([{ symbol: 'IBM', bars: 3270, sources: ['embedded:us'], corporateActions: 'derived' }]);
});

test('what is stored is not asked again: only the parts that lack, before and after', async () => {
  const dir = folder();
  const context = contextAt(NOW);
  const { source, asked } = counted();
  const fetch = (from: string, to: string) =>
    fetchInto({ folder: dir, sources: [source], symbols: ['IBM'], from: dayOf(from), to: dayOf(to) }, context);
  await fetch('2005-01-03', '2005-06-30');
  expect(await fetch('2005-02-01', '2005-03-31')).toMatchObject([{ state: 'stored', bars: 0 }]);
  await fetch('2004-12-01', '2005-07-29');
  expect(asked.map(({ from, to }) => [dateOf(from), dateOf(to)])).toEqual([
    ['2005-01-03', '2005-06-30'],
    ['2004-12-01', '2005-01-02'],
    ['2005-07-01', '2005-07-29'],
  ]);
  const whole = embeddedData('us', { symbols: ['IBM'] }).series.get('IBM')!;
  const ours = loadStore(dir).series.get('IBM')!;
  const first = whole.day.indexOf(dayOf('2004-12-01'));
  expect(ours.close).toEqual(whole.close.slice(first, first + ours.length));
  expect(readdirSync(dir).filter((name) => name.endsWith('.parquet'))).toHaveLength(1);
});

test('parts that lack', () => {
  expect(uncovered([], 1, 9)).toEqual([{ from: 1, to: 9 }]);
  expect(
    uncovered(
      [
        { from: 5, to: 6 },
        { from: 2, to: 3 },
      ],
      1,
      9,
    ),
  ).toEqual([
    { from: 1, to: 1 },
    { from: 4, to: 4 },
    { from: 7, to: 9 },
  ]);
  expect(uncovered([{ from: 0, to: 20 }], 1, 9)).toEqual([]);
  expect(uncovered([{ from: 12, to: 20 }], 1, 9)).toEqual([{ from: 1, to: 9 }]);
});

test('a symbol that fails is named and leaves the others; an empty answer stores nothing', async () => {
  const dir = folder();
  const source = embedded('us');
  const flaky: Source = {
    ...source,
    bars: (query, context) =>
      query.symbol === 'MSFT'
        ? Promise.reject(new RateLimited('flaky', 'expected an answer, got a limit. Wait.'))
        : source.bars!(query, context),
  };
  const results = await fetchInto(
    { folder: dir, sources: [flaky], symbols: ['MSFT', 'FB', 'IBM'], from: dayOf('2005-01-03'), to: dayOf('2005-02-28') },
    contextAt(NOW),
  );
  expect(results.map(({ symbol, state }) => [symbol, state])).toEqual([
    ['MSFT', 'failed'],
    ['FB', 'empty'],
    ['IBM', 'fetched'],
  ]);
  expect(results[0]!.reason).toMatch(/got a limit/);
  expect(listStore(dir).map(({ symbol }) => symbol)).toEqual(['IBM']);
});

test('other bytes than were stored are refused; a missing symbol too', async () => {
  const dir = folder();
  await fetchInto(
    { folder: dir, sources: [embedded('us')], symbols: ['IBM'], from: dayOf('2005-01-03'), to: dayOf('2005-02-28') },
    contextAt(NOW),
  );
  expect(() => loadStore(dir, { symbols: ['AAPL'] })).toThrow(/expected a symbol of .*got AAPL. It has IBM/);
  appendFileSync(join(dir, readdirSync(dir).find((name) => name.endsWith('.parquet'))!), 'x');
  expect(() => loadStore(dir)).toThrow(/got other bytes/);
  writeFileSync(join(dir, 'IBM.json'), '{"format":"hindcast-store@1"');
  expect(() => loadStore(dir)).toThrow(/expected an entry of hindcast-store@1/);
});

/** Four sessions of a stock that is suspended on the second and goes ex on the third; `dividends`: whether the account may ask for them. */
async function tushareAt(dividends: boolean) {
  const BARS = ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'vol', 'amount'];
  const row = (date: string, close: number) => ['000001.SZ', date, close, close, close, close, 10_000, close * 1000];
  const tables: Record<string, { fields: readonly string[]; items: readonly unknown[][] }> = {
    daily: { fields: BARS, items: [row('20240105', 9.1), row('20240104', 9), row('20240102', 10)] },
    suspend_d: { fields: ['ts_code', 'trade_date', 'suspend_timing', 'suspend_type'], items: [['000001.SZ', '20240103', null, 'S']] },
    adj_factor: {
      fields: ['ts_code', 'trade_date', 'adj_factor'],
      items: [
        ['000001.SZ', '20240102', 100],
        ['000001.SZ', '20240104', 111.111],
        ['000001.SZ', '20240105', 120],
      ],
    },
    namechange: {
      fields: ['ts_code', 'name', 'start_date', 'end_date', 'ann_date', 'change_reason'],
      items: [['000001.SZ', '平安银行', '20120802', null, '20120801', '改名']],
    },
    dividend: {
      fields: ['ts_code', 'div_proc', 'stk_bo_rate', 'stk_co_rate', 'cash_div_tax', 'record_date', 'ex_date', 'pay_date', 'imp_ann_date'],
      items: [['000001.SZ', '实施', 0, 0, 1, '20240103', '20240104', '20240104', '20231228']],
    },
  };
  const { url } = await replayServer(({ body }) => {
    const { api_name } = JSON.parse(body) as { api_name: string };
    if (api_name === 'dividend' && !dividends) return json({ code: 40203, msg: '抱歉，您没有接口访问权限', data: null });
    const { fields, items } = tables[api_name]!;
    // Fields and cells must agree: pct_chg and the like may come along.
    return json({ request_id: 'x', code: 0, msg: '', data: { fields, items, has_more: false } });
  });
  const dir = folder();
  const source = tushare({ token: 'planted-token-1234', url, ratePerMinute: 60_000 });
  const results = await fetchInto(
    { folder: dir, sources: [source], symbols: ['000001.SZ'], from: dayOf('2024-01-02'), to: dayOf('2024-01-05') },
    contextAt(NOW),
  );
  return { dir, results };
}

test('with the bars come dividends, suspensions, names and the factor table; raw prices and factors stay apart', async () => {
  const { dir, results } = await tushareAt(true);
  expect(results).toMatchObject([{ state: 'fetched', bars: 3 }]);
  const { series, instruments, actions, actionsKnown, notes } = loadStore(dir);
  expect([...series.get('000001.SZ')!.close]).toEqual([1000, 900, 910]);
  expect(series.get('000001.SZ')!.factor[1]).toBeCloseTo(10 / 9, 12);
  expect(instruments).toMatchObject([{ name: '平安银行', corporateActions: 'declared', statuses: [{ status: 'normal' }] }]);
  expect(actions.get('000001.SZ')).toMatchObject([{ cash: { numerator: 100, denominator: 1 } }]);
  expect(actionsKnown).toEqual({ '000001.SZ': { from: dayOf('2024-01-02'), to: dayOf('2024-01-05') } });
  expect(notes).toContain('000001.SZ: corporate actions lack rights issues.');
  // The suspension is no gap; the factor table grows once more than the dividends explain.
  const [checked] = checkStore(dir);
  expect(checked).toMatchObject({ suspended: 1, findings: [{ kind: 'factor', day: dayOf('2024-01-05') }] });
});

test('without permission for dividends the actions are unknown, the reason is noted, and the token is nowhere', async () => {
  const { dir } = await tushareAt(false);
  const { instruments, notes } = loadStore(dir);
  expect(instruments).toMatchObject([{ corporateActions: 'unknown' }]);
  expect(notes.join()).toMatch(/corporate actions not known: tushare: code 40203: 抱歉，您没有接口访问权限/);
  for (const name of readdirSync(dir)) expect(readFileSync(join(dir, name), 'latin1')).not.toContain('planted-token');
});

test('a store is told from a folder of bars, whose loader refuses its columns of ticks', async () => {
  const { dir } = await tushareAt(true);
  expect(isStore(dir)).toBe(true);
  expect(isStore(join(projectRoot(), 'data', 'bars', 'us'))).toBe(false);
  expect(() => loadBars(dir)).toThrow(/got date, openTicks/);
  expect(storeFolder('main')).toBe(join(projectRoot(), 'data', 'store', 'main'));
  expect(storeFolder('/somewhere/else')).toBe('/somewhere/else');
});

const HEAD = 'date,symbol,open,high,low,close,volume,amount\n';
/** 000001.SZ from 2024-01-02; a day without trade, a gap, a day without volume, a price over its limit. */
const SMALL = `${HEAD}2024-01-02,000001.SZ,9.39,9.42,9.21,9.21,115836600,1075742252.45
2024-01-03,000001.SZ,9.19,9.22,9.15,9.20,73361000,673673613.54
2024-01-04,000001.SZ,,,,,,
2024-01-05,000001.SZ,9.10,9.44,9.07,9.27,199162200,1852024288.21
2024-01-08,000001.SZ,9.23,9.27,9.14,9.15,0,0
2024-01-09,000001.SZ,9.20,11.50,9.15,11.40,100000000,1000000000
2024-01-02,600000.SH,6.61,6.65,6.55,6.56,30000000,198000000
2024-01-03,600000.SH,6.55,6.60,6.54,6.57,29000000,190530000
`;

async function imported(text: string, streamFrom: number) {
  const [dir, path] = [folder(), join(folder(), 'bars.csv')];
  writeFileSync(path, text);
  return { dir, result: await importInto({ folder: dir, path, retrievedAt: 0, streamFrom }) };
}

test('streamed and loaded imports store the same bars', async () => {
  const lots = SMALL.replace('115836600', '1158366')
    .replace('73361000', '733610')
    .replace('199162200', '1991622')
    .replace('100000000,', '1000000,');
  for (const text of [SMALL, lots, SMALL.replaceAll(/(\d{4})-(\d{2})-(\d{2})/g, '$1$2$3'), SMALL.replaceAll('000001.SZ', 'sz000001')]) {
    const [streamed, loaded] = [await imported(text, 0), await imported(text, 1e9)];
    expect(streamed.result).toMatchObject({ how: 'stream', bars: 7, symbols: ['000001.SZ', '600000.SH'] });
    expect(loaded.result).toMatchObject({ how: 'loader', bars: 7 });
    const [ours, theirs] = [loadStore(streamed.dir), loadStore(loaded.dir)];
    for (const symbol of ours.series.keys()) expect(ours.series.get(symbol)).toEqual(theirs.series.get(symbol));
    expect(ours.series.get('000001.SZ')!.volume[0]).toBe(115_836_600);
  }
});

test.each<[string, string, RegExp]>([
  ['a high below its low', SMALL.replace('6.61,6.65,6.55', '6.61,6.50,6.55'), /line 8: high-below-low/],
  ['a day twice', `${SMALL}2024-01-03,000001.SZ,9.19,9.22,9.15,9.20,73361000,673673613.54\n`, /line 10: (duplicate-date|out-of-order)/],
  ['a price off the tick', SMALL.replace('9.39', '9.3871'), /line 2: off-tick/],
  ['a Saturday', SMALL.replace('2024-01-08', '2024-01-06'), /line 6: not-a-session/],
  ['text for a number', SMALL.replace('9.27,1991', 'x,1991'), /expected rows of dates and numbers|not-a-number/],
  ['a negative volume', SMALL.replace('29000000', '-29000000'), /line 9: negative-volume/],
  ['US and A-shares together', `${SMALL}2024-01-03,AAPL,184.2,185.8,183.4,184.2,58414500,0\n`, /one market/],
])('%s: nothing is stored, streamed or loaded', async (_, text, message) => {
  for (const streamFrom of [0, 1e9]) {
    const [dir, path] = [folder(), join(folder(), 'bars.csv')];
    writeFileSync(path, text);
    await expect(importInto({ folder: dir, path, retrievedAt: 0, streamFrom })).rejects.toThrow(message);
    expect(readdirSync(dir)).toEqual([]);
  }
});

test('an import takes the place of stored symbols only when told to', async () => {
  const { dir } = await imported(SMALL, 0);
  const path = join(folder(), 'again.csv');
  writeFileSync(path, SMALL.replace('9.10,9.44', '9.11,9.44'));
  const again = (replace: boolean) => importInto({ folder: dir, path, retrievedAt: 1, streamFrom: 0, replace });
  await expect(again(false)).rejects.toThrow(/not stored yet/);
  await again(true);
  expect(loadStore(dir).series.get('000001.SZ')!.open[2]).toBe(911);
  expect(readdirSync(dir).filter((name) => name.endsWith('.parquet'))).toHaveLength(2);
});

test('lab bars stay synthetic in the store, with what is known of their instruments, and never stand in for real ones', async () => {
  const dir = folder();
  const source = sourceNamed('lab:small@7');
  const whole = loadLab('lab:small@7');
  const symbols = ['605602.SH', '605600.SH'];
  const request = { folder: dir, sources: [source], symbols, from: dayOf('2022-01-04'), to: dayOf('2023-06-30') };
  const context = contextAt('2026-01-10T12:00:00Z');
  expect(await fetchInto(request, context)).toMatchObject([{ state: 'fetched' }, { state: 'fetched' }]);
  const data = loadStore(dir);
  expect(data.synthetic).toBe(true);
  expect(listStore(dir).map(({ synthetic }) => synthetic)).toEqual([true, true]);
  expect(data.notes).toEqual(expect.arrayContaining([...whole.notes]));
  for (const symbol of symbols) {
    const of = (from: typeof data | typeof whole) => from.instruments.find((one) => one.symbol === symbol);
    expect(of(data)).toEqual(of(whole));
    const [ours, theirs] = [data.series.get(symbol)!, whole.series.get(symbol)!];
    expect(ours.close).toEqual(theirs.close.slice(0, ours.length));
  }
  const other = { ...request, sources: [sourceNamed('lab:small@8')], to: dayOf('2023-12-29') };
  expect(await fetchInto(other, context)).toMatchObject([{ state: 'failed', reason: expect.stringMatching(/made by lab:small@7/) }, {}]);
});

test('a store says that survivorship is not controlled where the source has no list of what was traded, and keeps the notes of a set', async () => {
  const dir = folder();
  const span = { from: dayOf('2007-01-04'), to: dayOf('2020-12-31') };
  await fetchInto({ folder: dir, sources: [sourceNamed('embedded:cn')], symbols: ['000001.SZ'], ...span }, contextAt(NOW));
  const { notes, actionsKnown } = loadStore(dir);
  expect(notes).toEqual(expect.arrayContaining([...embeddedData('cn').notes]));
  // Known for the part of the span that the set knows, not for all that was asked.
  expect(actionsKnown).toEqual(embeddedData('cn', { symbols: ['000001.SZ'] }).actionsKnown);
  for (const streamFrom of [0, 1e9])
    expect(loadStore((await imported(SMALL, streamFrom)).dir).notes.join()).toMatch(/Survivorship not controlled/);
  for (const name of ['akshare', 'yahoo', 'ccxt:binance', 'file:x'])
    expect(sourceNamed(name).notes.join(), name).toMatch(/Survivorship not controlled/);
});

test('a check of nothing is an error', () => {
  expect(() => checkStore(folder())).toThrow(/expected symbols in .*got none/);
});

test('the check finds the gap, the day without volume and the price over its limit', async () => {
  const { dir } = await imported(SMALL, 1e9);
  const [ping] = checkStore(dir, ['000001.SZ']);
  expect(ping!.findings.map(({ kind, day }) => [kind, dateOf(day)])).toEqual([
    ['gap', '2024-01-04'],
    ['zero-volume', '2024-01-08'],
    ['limit', '2024-01-09'],
  ]);
});

test('hindcast data: import, list, check, fetch, and their exit codes', () => {
  const root = projectRoot();
  const dir = folder();
  const path = join(dir, 'bars.csv');
  writeFileSync(path, SMALL);
  const data = (...args: string[]) =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [join(root, 'lib/cli/hindcast.mjs'), 'data', ...args, '--json', '--results', join(dir, 'results'), '--store', join(dir, 'store')],
        {
          cwd: root,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
        .trimEnd()
        .split('\n')
        .at(-1)!,
    ) as Record<string, unknown>;
  expect(data('import', path)).toMatchObject({ bars: 7, how: 'loader' });
  expect(data('fetch', '--source', 'embedded:cn', '--symbols', '600036.SH', '--from', '2010-01-04', '--to', '2010-03-31')).toMatchObject({
    symbols: [{ symbol: '600036.SH', state: 'fetched' }],
  });
  expect(data('list')).toMatchObject({
    symbols: [{ symbol: '000001.SZ', from: '2024-01-02' }, { symbol: '600000.SH' }, { symbol: '600036.SH', to: '2010-03-31' }],
  });
  expect(data('check', '--symbols', '000001.SZ')).toMatchObject({ counts: { gap: 1, 'zero-volume': 1, limit: 1 } });
  expect(() => data('fetch', '--source', 'nowhere', '--symbols', 'AAPL', '--from', '2010-01-04', '--to', '2010-03-31')).toThrow(
    expect.objectContaining({ status: 2 }),
  );
  expect(readFileSync(join(dir, 'store', '600036.SH.json'), 'utf8')).toContain('"source":"embedded:cn"');
});
