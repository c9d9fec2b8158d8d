/** `--data source:<name>`: fetched into the store once, replayed from there, and offline from store and cache alone. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../lib/cli/action.js';
import { dataOf } from '../../lib/cli/fetched-data.js';
import { dateOf, dayOf, projectRoot } from '../../lib/core/index.js';
import { calendarOf } from '../../lib/market/index.js';
import { json, replayServer } from '../feeds/sources/support.js';
import { cli, lastJson } from './run-cli.js';

const SYMBOL = '600000.SH';
const BARS = ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'vol', 'amount'];
const DIVIDENDS = ['div_proc', 'stk_bo_rate', 'stk_co_rate', 'cash_div_tax', 'record_date', 'ex_date', 'pay_date', 'imp_ann_date'];
const compact = (day: number) => dateOf(day).replaceAll('-', '');

interface Params {
  readonly ts_code: string;
  readonly start_date: string;
  readonly end_date: string;
}

/** A stock that goes up and down by a fen, on every session asked for. */
function barRows({ ts_code, start_date, end_date }: Params): unknown[][] {
  const { sessions, indexAtOrAfter } = calendarOf('cn-a');
  const day = (text: string) => dayOf(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
  return [...sessions.slice(indexAtOrAfter(day(start_date)), indexAtOrAfter(day(end_date) + 1))].map((session) => {
    const close = 10 + (session % 7) / 100;
    return [ts_code, compact(session), close, close, close, close, 10_000, close * 1000];
  });
}

async function setting() {
  const server = await replayServer(({ body }) => {
    const { api_name, params } = JSON.parse(body) as { api_name: string; params: Params };
    const table =
      api_name === 'daily'
        ? { fields: BARS, items: params.ts_code === SYMBOL ? barRows(params) : [] }
        : api_name === 'adj_factor'
          ? { fields: ['ts_code', 'trade_date', 'adj_factor'], items: [] }
          : api_name === 'suspend_d'
            ? { fields: ['ts_code', 'trade_date', 'suspend_timing', 'suspend_type'], items: [] }
            : api_name === 'namechange'
              ? { fields: ['ts_code', 'name', 'start_date', 'end_date', 'ann_date', 'change_reason'], items: [] }
              : { fields: ['ts_code', ...DIVIDENDS], items: [] };
    return json({ request_id: 'x', code: 0, msg: '', data: { ...table, has_more: false } });
  });
  const place = mkdtempSync(join(tmpdir(), 'hindcast-fetched-'));
  const environment = {
    HINDCAST_TUSHARE_TOKEN: 'planted-token-1234',
    HINDCAST_TUSHARE_URL: server.url,
    HINDCAST_DATA: join(place, 'store'),
    HINDCAST_CACHE: join(place, 'cache'),
    HINDCAST_RESULTS: join(place, 'results'),
  };
  const run = async (command: 'replay' | 'backtest' | 'data', ...args: string[]) => {
    const { status, stdout, stderr } = await cli([command, ...args, '--json'], { environment });
    return { status, stderr, answer: lastJson(stdout) as { folder: string; summaries: unknown[]; error: { message: string } } };
  };
  return { ...server, place, environment, run };
}

const ASKED = ['--data', 'source:tushare', '--from', '2023-06-01', '--to', '2023-12-29'];

test('a replay of a source fetches it once, runs from the store, and repeats offline to the same bytes', async () => {
  const { run, asked, place, environment } = await setting();
  const one = [...ASKED, '--symbols', SYMBOL, '--strategy', 'sma-cross'];
  const online = await run('replay', ...one);
  expect(online.stderr).toContain('data fetch: 100 %');
  expect(online.status).toBe(0);
  const requests = asked.length;
  expect(requests).toBeGreaterThan(0);
  // A run is readable without the settings it was made under: outside data/store its store is recorded with the path.
  const specOf = (folder: string) => (JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as { spec: { data: string } }).spec;
  expect(specOf(online.answer.folder).data).toBe(`store:${join(environment.HINDCAST_DATA, 'tushare')}`);

  const fills = readFileSync(join(online.answer.folder, 'fills.jsonl'), 'utf8');
  expect(fills.length).toBeGreaterThan(0);
  const offline = await run('replay', ...one, '--offline');
  expect([offline.status, offline.answer.folder]).toEqual([0, online.answer.folder]);
  // The store gone, the cache has all that it was made of.
  rmSync(environment.HINDCAST_DATA, { recursive: true });
  rmSync(join(place, 'results'), { recursive: true });
  const rebuilt = await run('replay', ...one, '--offline');
  expect([rebuilt.status, rebuilt.answer.folder]).toEqual([0, online.answer.folder]);
  expect(readFileSync(join(rebuilt.answer.folder, 'fills.jsonl'), 'utf8')).toBe(fills);
  expect(asked).toHaveLength(requests);
  expect(await run('backtest', ...one)).toMatchObject({ status: 0, answer: { summaries: [{}, {}] } });
  expect(asked).toHaveLength(requests);
}, 60_000);

test('offline what is missing is named, and nothing is asked', async () => {
  const { run, asked } = await setting();
  const both = [...ASKED, '--symbols', `${SYMBOL},000001.SZ`, '--offline'];
  for (const command of ['replay', 'backtest'] as const) {
    const { status, answer } = await run(command, ...both);
    expect(status).toBe(2);
    expect(answer.error.message).toMatch(/neither for 600000\.SH \(.*tushare bars .*000001\.SZ \(.*Run it once without --offline/);
  }
  const fetch = ['fetch', '--source', 'tushare', '--symbols', SYMBOL, '--from', '2023-06-01', '--to', '2023-12-29', '--offline'];
  expect(await run('data', ...fetch)).toMatchObject({ status: 2, answer: { symbols: [{ symbol: SYMBOL, state: 'failed' }] } });
  expect(asked).toEqual([]);
}, 60_000);

test.each([
  [['--data', 'source:tushare', '--symbols', SYMBOL], 2, /got no --from and --to/],
  [['--data', 'source:embedded:cn', '--symbols', SYMBOL, '--from', '2019-01-02', '--to', '2019-06-28'], 2, /write --data embedded:cn/],
  [['--data', 'source:nowhere', '--symbols', SYMBOL, '--from', '2019-01-02', '--to', '2019-06-28'], 2, /expected one of tushare/],
  [[...ASKED, '--symbols', '000001.SZ'], 1, /expected bars from tushare, got none for 000001\.SZ \(no rows for/],
])(
  '%j is refused',
  async (args, code, text) => {
    const { run } = await setting();
    const { status, answer } = await run('replay', ...args);
    expect(answer.error.message).toMatch(text);
    expect(status).toBe(code);
  },
  60_000,
);

test('a store of the usual folder is recorded by its name alone', async () => {
  const at = (dataDir: string) => ({ settings: { values: { dataDir } } }) as Context;
  expect(await dataOf(at(join(projectRoot(), 'data', 'store')), { data: 'store:tushare' })).toBe('store:tushare');
  expect(await dataOf(at('/elsewhere'), { data: 'store:tushare' })).toBe('store:/elsewhere/tushare');
  expect(await dataOf(at('/elsewhere'), { data: 'embedded:us' })).toBe('embedded:us');
});
