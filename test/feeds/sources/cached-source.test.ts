/** Sources read through the cache: one request, cut by instant, marked when old, silent offline. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DAY_MS, dateOf, dayOf, type Instant, manualClock } from '../../../lib/core/index.js';
import { fetchInto, loadStore, NotCachedError, NotKnownThenError, openCache, openSources } from '../../../lib/feeds/index.js';
import { RateLimited } from '../../../lib/feeds/outside/errors.js';
import { cachedSource } from '../../../lib/feeds/sources/cached-source.js';
import { embedded } from '../../../lib/feeds/sources/embedded.js';
import type { SourceContext } from '../../../lib/feeds/sources/source.js';
import { tushare } from '../../../lib/feeds/sources/tushare.js';
import { json, type Reply, replayServer, span } from './support.js';

const folder = () => mkdtempSync(join(tmpdir(), 'hindcast-cached-'));
const NOW = Date.parse('2024-01-10T12:00:00Z');
const HOUR_MS = 3_600_000;

const SYMBOL = '000001.SZ';
const row = (date: string, close: number) => [SYMBOL, date, close, close, close, close, 10_000, close * 1000];
const TABLES: Readonly<Record<string, { fields: readonly string[]; items: readonly unknown[][] }>> = {
  daily: {
    fields: ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'vol', 'amount'],
    items: [row('20240105', 9.1), row('20240104', 9), row('20240102', 10)],
  },
  suspend_d: { fields: ['ts_code', 'trade_date', 'suspend_timing', 'suspend_type'], items: [[SYMBOL, '20240103', null, 'S']] },
  trade_cal: { fields: ['cal_date', 'is_open'], items: [['20240102', 1]] },
  adj_factor: { fields: ['ts_code', 'trade_date', 'adj_factor'], items: [[SYMBOL, '20240102', 100]] },
  dividend: {
    fields: ['ts_code', 'div_proc', 'stk_bo_rate', 'stk_co_rate', 'cash_div_tax', 'record_date', 'ex_date', 'pay_date', 'imp_ann_date'],
    items: [[SYMBOL, '实施', 0, 0, 1, '20240103', '20240104', '20240104', '20231228']],
  },
  namechange: {
    fields: ['ts_code', 'name', 'start_date', 'end_date', 'ann_date', 'change_reason'],
    items: [
      [SYMBOL, '*ST平安', '20231201', '20240103', '20231130', 'ST'],
      [SYMBOL, '平安银行', '20240104', null, '20240103', '摘帽'],
    ],
  },
};
const tableReply = (api: string): Reply => json({ request_id: 'x', code: 0, msg: '', data: { ...TABLES[api]!, has_more: false } });
const DOWN = json({ detail: 'gone' }, 503);

/** Tushare behind a cache, on a clock that the test moves; `state.down` lets the server fail. */
async function setting() {
  const state = { down: false };
  const { url, asked } = await replayServer(({ body }) =>
    state.down ? DOWN : tableReply((JSON.parse(body) as { api_name: string }).api_name),
  );
  const clock = manualClock(NOW);
  const dir = folder();
  const plain = tushare({ token: 'planted-token-1234', url, ratePerMinute: 60_000 });
  const source = cachedSource({ ...plain, policy: { ...plain.policy!, retries: 0 } });
  const warnings: string[] = [];
  /** A context of a process of its own: a cache opened on the same folder. */
  const open = (reading: { offline?: boolean; asOf?: Instant } = {}) => {
    const cache = openCache({ folder: dir, clock, warn: (message) => warnings.push(message) });
    const context = openSources({ clock, random: () => 0 }, { cached: { cache, ...reading } });
    onTestFinished(async () => {
      await context.close();
      cache.close();
    });
    return { context: context as SourceContext, cache };
  };
  return { source, open, clock, state, asked, warnings, dir };
}

const query = span(SYMBOL, '2024-01-02', '2024-01-05');

test('a second question is answered from memory, and by another process from disk, without a request', async () => {
  const { source, open, asked } = await setting();
  const first = open();
  const answer = await source.bars!(query, first.context);
  expect(answer.rows.map(({ day, close }) => [dateOf(day), close])).toEqual([
    ['2024-01-02', 1000],
    ['2024-01-04', 900],
    ['2024-01-05', 910],
  ]);
  const requests = asked.length;
  expect(await source.bars!(query, first.context)).toEqual(answer);
  const second = open();
  expect(await source.bars!(query, second.context)).toEqual(answer);
  expect(asked).toHaveLength(requests);
  expect(first.cache.metrics()).toMatchObject({ data_cache_misses_total: 1, data_cache_hits_total: { memory: 1, disk: 0 } });
  expect(second.cache.metrics()).toMatchObject({ data_cache_misses_total: 0, data_cache_hits_total: { memory: 0, disk: 1 } });
  // Another capability, or another span, is another question.
  await source.factors!(query, second.context);
  await source.bars!({ ...query, to: query.to - 1 }, second.context).catch(() => undefined);
  expect(asked.length).toBeGreaterThan(requests + 1);
});

test('every capability answers the same through the cache as without', async () => {
  const { source, open, clock } = await setting();
  const bare = openSources({ clock, random: () => 0 });
  onTestFinished(() => bare.close());
  const { context } = open();
  for (const capability of ['bars', 'factors', 'dividends', 'status', 'calendar'] as const) {
    const ask = (where: SourceContext) => source[capability]!(query, where);
    expect(await ask(context), capability).toEqual(await ask(bare));
    expect(await ask(context), capability).toEqual(await ask(bare));
  }
});

test('as of an earlier instant only what was known then comes out, and nothing beside it tells more', async () => {
  const { source, open } = await setting();
  await source.bars!(query, open().context);
  await source.status!(query, open().context);
  // 2024-01-04 12:00 in Shanghai: the bar of the 4th is not closed, that of the 2nd is.
  const asOf = Date.parse('2024-01-04T04:00:00Z');
  const { context } = open({ asOf });
  const bars = await source.bars!(query, context);
  expect(bars.rows.map(({ day }) => dateOf(day))).toEqual(['2024-01-02']);
  expect(dateOf(bars.completeTo)).toBe('2024-01-03');
  expect(bars.missing.map(({ day }) => dateOf(day))).toEqual(['2024-01-03']);
  expect(bars.notes).toEqual(['As known at 2024-01-04T04:00:00.000Z, from an answer of 2024-01-10T12:00:00.000Z.']);
  // The day before, neither the new name nor the end of the old one was known.
  const earlier = open({ asOf: Date.parse('2024-01-02T04:00:00Z') }).context;
  const { rows } = await source.status!(query, earlier);
  expect(rows.map(({ name, to }) => [name, to])).toEqual([['*ST平安', undefined]]);
  const none = await source.bars!(query, earlier);
  expect([none.rows.length, none.empty]).toEqual([0, 'nothing was known of it by 2024-01-02T04:00:00.000Z']);
  // A factor table carries no dates of publication; a calendar carries no dates at all.
  expect((await source.factors!(query, context)).rows).toEqual([]);
  await expect(source.calendar!(query, context)).rejects.toBeInstanceOf(NotKnownThenError);
});

test('when the source fails an old answer stands in and says so, until it is too old', async () => {
  const { source, open, clock, state, warnings } = await setting();
  const { context } = open();
  await source.bars!(query, context);
  state.down = true;
  clock.advance(12 * HOUR_MS);
  const answer = await source.bars!(query, context);
  expect(answer.rows).toHaveLength(3);
  expect(answer.notes.at(-1)).toMatch(/^An old answer of 2024-01-10T12:00:00.000Z from the cache \(the source failed: tushare: .*503/);
  expect(warnings.join()).toMatch(/stands in for tushare bars/);
  clock.advance(20 * HOUR_MS);
  await expect(source.bars!(query, context)).rejects.toThrow(/503/);
});

test('offline an answer of any age serves, and what is missing is named', async () => {
  const { source, open, clock, asked } = await setting();
  await source.bars!(query, open().context);
  const requests = asked.length;
  clock.advance(400 * DAY_MS);
  const { context } = open({ offline: true });
  expect((await source.bars!(query, context)).notes.at(-1)).toMatch(/^An old answer .* \(offline\)/);
  const missing = await source.dividends!(query, context).catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(NotCachedError);
  expect(String(missing)).toMatch(/tushare dividends .*"from":"2024-01-02","symbol":"000001.SZ","to":"2024-01-05"/);
  expect(asked).toHaveLength(requests);
});

test('bars without the newest session are asked for again soon', async () => {
  const { source, open, clock, asked } = await setting();
  const { context } = open();
  // 10 January has closed, and the source has bars to the 5th only.
  const recent = { ...query, to: dayOf('2024-01-10') };
  await source.bars!(recent, context);
  const requests = asked.length;
  clock.advance(5 * 60_000);
  await source.bars!(recent, context);
  expect(asked).toHaveLength(requests);
  clock.advance(10 * 60_000);
  await source.bars!(recent, context);
  expect(asked.length).toBeGreaterThan(requests);
});

test('what was fetched is filled from the cache offline; a symbol whose actions are missing is not stored in part', async () => {
  const { source, open, dir, state } = await setting();
  const request = { sources: [source], symbols: [SYMBOL], from: query.from, to: query.to };
  await source.bars!(query, open().context);
  const offline = () => open({ offline: true }).context;
  const inStore = (name: string) => join(dir, name);
  expect(await fetchInto({ ...request, folder: inStore('a') }, offline())).toMatchObject([
    { state: 'failed', reason: expect.stringMatching(/tushare dividends/) },
  ]);
  expect(await fetchInto({ ...request, folder: inStore('b') }, open().context)).toMatchObject([{ state: 'fetched' }]);
  state.down = true;
  expect(await fetchInto({ ...request, folder: inStore('c') }, offline())).toMatchObject([{ state: 'fetched', bars: 3 }]);
  expect(loadStore(inStore('c')).digests).toEqual(loadStore(inStore('b')).digests);
});

test('a stock that ended is stored to its end, and offline not asked for beyond it', async () => {
  const { source, open, dir } = await setting();
  // The source says nothing of the days after the 5th, which lie days back.
  const request = { folder: join(dir, 's'), sources: [source], symbols: [SYMBOL], from: query.from, to: dayOf('2024-01-09') };
  expect(await fetchInto(request, open().context)).toMatchObject([{ state: 'fetched' }]);
  expect(await fetchInto(request, open({ offline: true }).context)).toMatchObject([{ state: 'stored' }]);
});

test('a source that is short of calls for the dividends leaves the symbol for later', async () => {
  const { source, open, dir } = await setting();
  const flaky = { ...source, dividends: () => Promise.reject(new RateLimited('tushare', 'expected an answer, got a limit. Wait.')) };
  const request = { folder: join(dir, 's'), sources: [flaky], symbols: [SYMBOL], from: query.from, to: query.to };
  expect(await fetchInto(request, open().context)).toMatchObject([{ state: 'failed', reason: expect.stringMatching(/got a limit/) }]);
  expect(await fetchInto({ ...request, sources: [source] }, open().context)).toMatchObject([{ state: 'fetched' }]);
});

test('what makes no calls is not wrapped', () => {
  const source = embedded('us');
  expect(cachedSource(source)).toBe(source);
});
