/** The user's own files, a DuckDB table, the bars that ship; sources that stand in for each other. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dateOf, dayOf } from '../../../lib/core/index.js';
import { FeedError, fetchInto, loadStore } from '../../../lib/feeds/index.js';
import { Unavailable } from '../../../lib/feeds/outside/errors.js';
import { loadDuckdb } from '../../../lib/feeds/sources/duckdb.js';
import { barsFrom } from '../../../lib/feeds/sources/fallback.js';
import { sourceNamed } from '../../../lib/feeds/sources/named.js';
import { capabilitiesOf, type Source } from '../../../lib/feeds/sources/source.js';
import { openDuckdb, sqlText } from '../../../lib/feeds/store/duckdb.js';
import { contextAt, span } from './support.js';

const ROWS = `date,open,high,low,close,volume,amount
2024-01-02,9.39,9.42,9.21,9.21,115836645,1075742252.45
2024-01-03,9.19,9.22,9.15,9.20,73361031,673673613.54
2024-01-04,9.19,9.19,9.08,9.11,86419399,787470250.61
`;
const query = span('000001.SZ', '2024-01-02', '2024-01-04');
const folder = () => mkdtempSync(join(tmpdir(), 'hindcast-local-'));

test('capabilities are the methods that a source has', () => {
  const named = (name: string) => capabilitiesOf(sourceNamed(name, { tushareToken: 'x' }));
  expect(named('tushare')).toEqual(['bars', 'news', 'fundamentals', 'calendar', 'dividends', 'limits', 'factors', 'status', 'members']);
  expect(named('akshare')).toEqual(['bars', 'quotes', 'news', 'fundamentals', 'calendar', 'dividends', 'status']);
  expect(named('yahoo')).toEqual(['bars', 'dividends']);
  expect(named('ccxt:binance')).toEqual(['bars', 'quotes']);
  expect(named('embedded:us')).toEqual(['bars', 'dividends']);
  expect(() => sourceNamed('tushare')).toThrow(/expected the setting tushareToken/);
  expect(() => sourceNamed('bloomberg')).toThrow(/expected one of tushare/);
});

test('a CSV file, and a DuckDB table or query of the same rows, give the same bars', async () => {
  const dir = folder();
  writeFileSync(join(dir, '000001.SZ.csv'), ROWS);
  const database = await openDuckdb();
  const file = join(dir, 'mine.duckdb');
  await database.connection.run(`ATTACH ${sqlText(file)} AS mine`);
  await database.connection.run(
    `CREATE TABLE mine.bars AS SELECT '000001.SZ' AS symbol, * FROM read_csv(${sqlText(join(dir, '000001.SZ.csv'))})`,
  );
  await database.connection.run('DETACH mine');
  database.close();
  const context = contextAt('2024-01-10T12:00:00Z');
  const answers = [];
  for (const name of [`file:${join(dir, '000001.SZ.csv')}`, `duckdb:${file}?bars`, `duckdb:${file}?SELECT * FROM bars WHERE close > 0`])
    answers.push(await sourceNamed(name).bars!(query, context));
  for (const answer of answers) {
    expect(answer.rows).toEqual(answers[0]!.rows);
    expect(answer.rows.map(({ day, close, volume }) => [dateOf(day), close, volume])).toEqual([
      ['2024-01-02', 921, 115_836_645],
      ['2024-01-03', 920, 73_361_031],
      ['2024-01-04', 911, 86_419_399],
    ]);
  }
});

test.each([
  ['DROP TABLE bars', /another statement than SELECT/],
  ['INSERT INTO bars VALUES (1)', /another statement|read-only/],
  ['SELECT 1; SELECT 2', /2 statements/],
  ['SELECT * FROM nothing', /nothing does not exist/],
])('%s is refused', async (sql, text) => {
  const file = join(folder(), 'mine.duckdb');
  const database = await openDuckdb();
  await database.connection.run(`ATTACH ${sqlText(file)} AS mine`);
  await database.connection.run('CREATE TABLE mine.bars (i INTEGER)');
  await database.connection.run('DETACH mine');
  database.close();
  const error = await loadDuckdb({ path: file, query: sql }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FeedError);
  expect(String(error)).toMatch(text);
});

test('the bars that ship answer with their dividends', async () => {
  const context = contextAt('2024-01-10T12:00:00Z');
  const source = sourceNamed('embedded:us');
  const asked = span('AAPL', '2005-02-01', '2005-03-31');
  const { rows, completeTo, empty } = await source.bars!(asked, context);
  expect(rows).toHaveLength(41);
  expect(empty).toBeUndefined();
  expect(completeTo).toBe(asked.to);
  expect((await source.dividends!(asked, context)).rows).toMatchObject([{ transfer: { numerator: 1, denominator: 1 } }]);
});

test('a source that fails is named, and the next one serves only with the same kind of data', async () => {
  const dir = folder();
  writeFileSync(join(dir, '000001.SZ.csv'), ROWS);
  const context = contextAt('2024-01-10T12:00:00Z');
  const down: Source = {
    id: 'down',
    markets: ['cn-a'],
    adjustments: ['raw'],
    notes: [],
    bars: () => Promise.reject(new Unavailable('down', 'expected an answer, got none. Wait.')),
  };
  const adjusted: Source = { ...down, id: 'adjusted', adjustments: ['forward'] };
  const mine = sourceNamed(`file:${dir}/000001.SZ.csv`);
  const { source, answer, failures } = await barsFrom([down, adjusted, mine], query, context);
  expect(source.id).toBe(mine.id);
  expect(answer.source).toBe(mine.id);
  expect(failures).toEqual([
    { source: 'down', reason: 'down: expected an answer, got none. Wait.' },
    { source: 'adjusted', reason: 'has no raw bars of cn-a' },
  ]);
  await expect(barsFrom([down], query, context)).rejects.toBeInstanceOf(Unavailable);
  await expect(barsFrom([down, mine], query, context, 'cn-a, raw, ticks of 0.001 CNY, units of 1')).rejects.toThrow(
    /where cn-a, raw, ticks of 0.001 CNY, units of 1 is stored/,
  );
});

test('bars of minutes are fetched from a file or a set into a store, and only where they are asked for', async () => {
  const store = folder();
  const [from, to] = [dayOf('2017-07-03'), dayOf('2017-07-07')];
  const request = { folder: store, sources: [sourceNamed('embedded:cn-5m')], symbols: ['600036.SH'], from, to };
  const context = contextAt('2024-01-08T12:00:00Z');
  expect(await fetchInto(request, context)).toMatchObject([{ state: 'failed', reason: expect.stringMatching(/its 5-minute bars/) }]);
  expect(await fetchInto({ ...request, intervalMs: 300_000 }, context)).toMatchObject([{ state: 'fetched', bars: 5 * 48 }]);
  const stored = loadStore(store);
  expect(stored.intervalMs).toBe(300_000);
  expect(stored.series.get('600036.SH')!.length).toBe(240);
  // More days are added to what is there; the same days are not asked for again; daily bars are another kind.
  expect(await fetchInto({ ...request, to: dayOf('2017-07-14'), intervalMs: 300_000 }, context)).toMatchObject([{ bars: 5 * 48 }]);
  expect(await fetchInto({ ...request, intervalMs: 300_000 }, context)).toMatchObject([{ state: 'stored' }]);
  const daily = { ...request, sources: [sourceNamed('embedded:cn')], from: dayOf('2017-08-01'), to: dayOf('2017-08-04') };
  expect(await fetchInto(daily, context)).toMatchObject([
    { state: 'failed', reason: expect.stringMatching(/bars of 5 minutes is stored/) },
  ]);
});

test('a source that asks nobody needs no token', () => {
  expect(() => sourceNamed('tushare')).toThrow(/HINDCAST_TUSHARE_TOKEN/);
  expect(sourceNamed('tushare', {}, { offline: true }).id).toBe('tushare');
});
