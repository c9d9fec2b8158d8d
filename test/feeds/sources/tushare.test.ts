/** Tushare Pro against replayed answers, written from its documented formats. */
import { expect, test } from 'vitest';
import { dateOf, instantAt, isoOf } from '../../../lib/core/index.js';
import { BadAnswer, RateLimited, Refused } from '../../../lib/feeds/outside/errors.js';
import { tushare } from '../../../lib/feeds/sources/tushare.js';
import { type Asked, contextAt, HTML, json, type Reply, replayServer, span } from './support.js';

const TOKEN = 'c0ffee0000000000000000000000000000000000000000000000planted';
const NOW = '2024-01-10T12:00:00Z';

const table = (fields: readonly string[], items: readonly (readonly (string | number | null)[])[], more = false) =>
  json({ request_id: 'x', code: 0, msg: '', data: { fields, items, has_more: more, count: -1 }, detail: null });
const failure = (code: number, msg: string) => json({ request_id: 'x', code, msg, data: null });
const DAILY = ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'pre_close', 'change', 'pct_chg', 'vol', 'amount'];
/** Newest first; lots and thousand yuan. */
const BARS = [
  ['000001.SZ', '20240104', 9.19, 9.19, 9.08, 9.11, 9.2, -0.09, -0.9783, 864193.99, 787470.25],
  ['000001.SZ', '20240103', 9.19, 9.22, 9.15, 9.2, 9.21, -0.01, -0.1086, 733610.31, 673673.61],
  ['000001.SZ', '20240102', 9.39, 9.42, 9.21, 9.21, 9.39, -0.18, -1.9169, 1158366.45, 1075742.25],
] as const;

async function at(reply: (name: string, params: Record<string, string>, count: number) => Reply) {
  const server = await replayServer(({ body }: Asked, count) => {
    const { api_name, params } = JSON.parse(body) as { api_name: string; params: Record<string, string> };
    return reply(api_name, params, count);
  });
  return { ...server, source: tushare({ token: TOKEN, url: server.url, ratePerMinute: 60_000 }), context: contextAt(NOW) };
}

const query = span('000001.SZ', '2024-01-02', '2024-01-04');

test('bars: newest first is turned round, lots are shares, thousand yuan are fen, the close is when they were known', async () => {
  const { source, context, asked } = await at(() => table(DAILY, BARS));
  const answer = await source.bars!(query, context);
  expect(answer.rows.map(({ day }) => dateOf(day))).toEqual(['2024-01-02', '2024-01-03', '2024-01-04']);
  expect(answer.rows[0]).toEqual({
    day: query.from,
    eventAt: instantAt(query.from, '15:00', 'Asia/Shanghai'),
    knownAt: instantAt(query.from, '15:00', 'Asia/Shanghai'),
    open: 939,
    high: 942,
    low: 921,
    close: 921,
    volume: 115_836_645,
    amountMinor: 107_574_225_000,
  });
  expect(answer).toMatchObject({ source: 'tushare', market: 'cn-a', adjustment: 'raw', missing: [], completeTo: query.to });
  expect(JSON.parse(asked[0]!.body)).toMatchObject({
    api_name: 'daily',
    token: TOKEN,
    params: { ts_code: '000001.SZ', start_date: '20240102', end_date: '20240104' },
  });
});

test('columns are found by the returned fields, in any order', async () => {
  const order = [9, 1, 0, 5, 4, 3, 2, 10];
  const { source, context } = await at(() =>
    table(
      order.map((i) => DAILY[i]!),
      BARS.map((row) => order.map((i) => row[i]!)),
    ),
  );
  expect((await source.bars!(query, context)).rows[0]).toMatchObject({ open: 939, high: 942, low: 921, volume: 115_836_645 });
});

test('a missing row is a suspension only where suspend_d says so', async () => {
  const without = BARS.filter((row) => row[1] !== '20240103');
  const stop = ['000001.SZ', '20240103', null, 'S'] as const;
  const part = ['000001.SZ', '20240103', '09:30-10:00', 'S'] as const;
  for (const [row, reason] of [
    [stop, 'suspended'],
    [part, 'unconfirmed'],
  ] as const) {
    const { source, context } = await at((name) =>
      name === 'daily' ? table(DAILY, without) : table(['ts_code', 'trade_date', 'suspend_timing', 'suspend_type'], [row]),
    );
    expect((await source.bars!(query, context)).missing).toEqual([{ day: query.from + 1, reason }]);
  }
});

test('an empty frame is empty with a reason', async () => {
  const { source, context } = await at((name) =>
    table(name === 'daily' ? DAILY : ['ts_code', 'trade_date', 'suspend_timing', 'suspend_type'], []),
  );
  const answer = await source.bars!(query, context);
  expect(answer.rows).toEqual([]);
  expect(answer.empty).toMatch(/no rows for 3 sessions/);
});

test.each([
  ['频率超限(500次/分钟)', 40203, RateLimited],
  ['抱歉，您访问接口(namechange)频率超限(1次/小时)', 40203, RateLimited],
  ['抱歉，您每分钟最多访问该接口10次', 40203, RateLimited],
  ['抱歉，您没有接口访问权限，权限的具体详情访问：https://tushare.pro/document/1?doc_id=108', 40203, Refused],
  ['抱歉，您没有访问该接口的权限', 2002, Refused],
  ['您的token不对，请确认。', 40101, Refused],
  ['参数校验失败', 40999, BadAnswer],
])('status 200 with %s (%i)', async (msg, code, type) => {
  const { source, context, asked } = await at(() => failure(code, msg));
  const error = await source.bars!(query, context).catch((thrown: unknown) => thrown as Error);
  expect(error).toBeInstanceOf(type);
  expect(String(error)).toContain(msg);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(TOKEN);
  if (type !== RateLimited) expect(asked).toHaveLength(1);
});

test.each<[string, Reply, RegExp]>([
  ['an HTML page', HTML, /expected JSON/],
  ['truncated JSON', { body: '{"request_id":"x","code":0,"msg":"","data":{"fields":["ts_code","trade_da' }, /expected JSON/],
  ['another shape', json([1, 2]), /wrong answer|wrong /],
  ['no data with code 0', json({ code: 0, msg: '', data: null }), /expected data, got none/],
  [
    'a column less',
    table(
      DAILY.slice(0, 9),
      BARS.map((row) => row.slice(0, 9)),
    ),
    /none named vol, amount/,
  ],
  ['a cell less', table(DAILY, [BARS[0].slice(0, 5)]), /expected 11 cells/],
  ['text for a number', table(DAILY, [['000001.SZ', '20240102', 'x', ...BARS[2].slice(3)]]), /expected a number in open/],
  ['another symbol', table(DAILY, [['600000.SH', ...BARS[0].slice(1)]]), /got 600000.SH/],
  ['an impossible date', table(DAILY, [['000001.SZ', '20240231', ...BARS[0].slice(2)]]), /the date "20240231"/],
  ['a date outside the span', table(DAILY, [['000001.SZ', '20230104', ...BARS[0].slice(2)]]), /outside 2024-01-02 to 2024-01-04/],
  [
    'two rows of a day that differ',
    table(DAILY, [BARS[0], ['000001.SZ', '20240104', 9.18, ...BARS[0].slice(3)]]),
    /two different rows of 2024-01-04/,
  ],
  ['an impossible bar', table(DAILY, [['000001.SZ', '20240102', 9.5, ...BARS[2].slice(3)]]), /open 9.5, high 9.42/],
  ['adjusted prices', table(DAILY, [['000001.SZ', '20240102', 9.3871, ...BARS[2].slice(3)]]), /no multiple of 0.01/],
  [
    'volumes in shares',
    table(
      DAILY,
      BARS.map((row) => [...row.slice(0, 9), row[9] * 100, row[10]]),
    ),
    /100 times too large/,
  ],
  [
    'amounts in nothing known',
    table(
      DAILY,
      BARS.map((row) => [...row.slice(0, 10), row[10] * 3]),
    ),
    /fit neither shares nor lots/,
  ],
])('%s is a typed error', async (_, reply, text) => {
  const { source, context } = await at(() => reply);
  const error = await source.bars!(query, context).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BadAnswer);
  expect(String(error)).toMatch(text);
});

test('alike duplicates are kept once, with a note', async () => {
  const { source, context } = await at(() => table(DAILY, [...BARS, BARS[1]]));
  const answer = await source.bars!(query, context);
  expect(answer.rows).toHaveLength(3);
  expect(answer.notes).toEqual(['1 rows came twice, alike; one of each was kept.']);
});

test('the row of a session under way is left out', async () => {
  const { source, url } = await at(() => table(DAILY, BARS));
  const context = contextAt('2024-01-04T06:59:59Z');
  expect(url).toMatch(/^http/);
  const answer = await source.bars!(query, context);
  expect(answer.rows.map(({ day }) => dateOf(day))).toEqual(['2024-01-02', '2024-01-03']);
  expect(dateOf(answer.completeTo)).toBe('2024-01-03');
});

test('a full page means more: pages are asked with offset until one is short; the same page again is an error', async () => {
  const full = Array.from({ length: 100 }, (_, i) => [i % 2 === 0 ? '0' : '1', `2023${String(1 + (i % 12)).padStart(2, '0')}28`]);
  const fields = [
    'ts_code',
    'ann_date',
    'end_date',
    'update_flag',
    'eps',
    'roe',
    'roa',
    'grossprofit_margin',
    'netprofit_margin',
    'debt_to_assets',
    'bps',
    'ocfps',
    'netprofit_yoy',
    'or_yoy',
  ];
  const rows = (offset: number) =>
    full.map(([flag, date]) => ['000001.SZ', date!, '20230331', flag!, offset, null, null, null, null, null, null, null, null, null]);
  const paged = await at((_, params) => table(fields, rows(Number(params.offset ?? 0)).slice(0, params.offset === '100' ? 7 : 100)));
  expect((await paged.source.fundamentals!(span('000001.SZ', '2023-01-01', '2023-12-31'), paged.context)).rows).toHaveLength(107);
  const stuck = await at(() => table(fields, rows(0)));
  await expect(stuck.source.fundamentals!(span('000001.SZ', '2023-01-01', '2023-12-31'), stuck.context)).rejects.toThrow(
    /got the same one again/,
  );
});

test('fundamentals are known the session after their announcement; revisions, at the fetch', async () => {
  const fields = [
    'ts_code',
    'ann_date',
    'end_date',
    'update_flag',
    'eps',
    'roe',
    'roa',
    'grossprofit_margin',
    'netprofit_margin',
    'debt_to_assets',
    'bps',
    'ocfps',
    'netprofit_yoy',
    'or_yoy',
  ];
  const values = [1.2, 9.1, null, null, null, null, null, null, null, null];
  const { source, context } = await at(() =>
    table(fields, [
      ['000001.SZ', '20230421', '20230331', '1', ...values],
      ['000001.SZ', '20230421', '20230331', '0', ...values],
    ]),
  );
  const { rows, retrievedAt } = await source.fundamentals!(span('000001.SZ', '2023-01-01', '2023-12-31'), context);
  // 2023-04-21 is a Friday: the next session is Monday.
  expect(rows.map(({ knownAt, revised }) => [revised, isoOf(knownAt)])).toEqual([
    [false, '2023-04-23T16:00:00.000Z'],
    [true, isoOf(retrievedAt)],
  ]);
  expect(rows[0]!.values).toMatchObject({ eps: 1.2, roa: null });
});

test('dividends: only those carried out, per share and pre-tax, known after the notice of implementation', async () => {
  const fields = [
    'ts_code',
    'div_proc',
    'stk_bo_rate',
    'stk_co_rate',
    'cash_div_tax',
    'record_date',
    'ex_date',
    'pay_date',
    'imp_ann_date',
  ];
  const done = ['000001.SZ', '实施', 0.6, 0.5, 0.017, '20230613', '20230614', '20230614', '20230607'];
  const { source, context } = await at(() => table(fields, [done, done, ['000001.SZ', '预案', 0, 0, 0.3, null, null, null, null]]));
  const { rows, lacks } = await source.dividends!(span('000001.SZ', '2023-01-01', '2023-12-31'), context);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    cash: { numerator: 17, denominator: 10 },
    bonus: { numerator: 3, denominator: 5 },
    transfer: { numerator: 1, denominator: 2 },
    origin: 'declared',
  });
  expect(isoOf(rows[0]!.knownAt)).toBe('2023-06-07T16:00:00.000Z');
  expect(lacks).toEqual(['rights issues']);
});

test('factors are known at the fetch only; limits at 08:40', async () => {
  const { source, context } = await at((name) =>
    name === 'adj_factor'
      ? table(['ts_code', 'trade_date', 'adj_factor'], [['000001.SZ', '20240102', 116.7177]])
      : table(['trade_date', 'ts_code', 'up_limit', 'down_limit'], [['20240102', '000001.SZ', 10.33, 8.45]]),
  );
  const factors = await source.factors!(query, context);
  expect(factors.rows).toMatchObject([{ factor: 116.7177, knownAt: factors.retrievedAt }]);
  const limits = await source.limits!(query, context);
  expect(limits.rows).toMatchObject([{ up: 1033, down: 845, knownAt: Date.parse('2024-01-02T00:40:00Z') }]);
});

test('names give ST spans, known at the end of the announcement day; calendar takes "1" and 1; members are point in time', async () => {
  const { source, context } = await at((name) => {
    if (name === 'namechange')
      return table(
        ['ts_code', 'name', 'start_date', 'end_date', 'ann_date', 'change_reason'],
        [
          ['000151.SZ', '*ST中成', '20240102', null, '20231229', '*ST'],
          ['000151.SZ', '中成股份', '20000906', '20240101', null, '其他'],
        ],
      );
    if (name === 'trade_cal')
      return table(
        ['exchange', 'cal_date', 'is_open', 'pretrade_date'],
        [
          ['SSE', '20240102', '1', '20231229'],
          ['SSE', '20240101', 0, '20231229'],
        ],
      );
    if (name === 'index_weight')
      return table(['index_code', 'con_code', 'trade_date', 'weight'], [['399300.SZ', '000001.SZ', '20240102', 0.5]]);
    return table(['ts_code', 'trade_date', 'suspend_timing', 'suspend_type'], []);
  });
  const status = await source.status!(span('000151.SZ', '2024-01-02', '2024-01-04'), context);
  expect(status.rows).toMatchObject([{ status: 'ST', name: '*ST中成', knownAt: Date.parse('2023-12-29T15:59:59.999Z') }]);
  const calendar = await source.calendar!({ from: query.from - 1, to: query.from }, context);
  expect(calendar.rows.map(({ open }) => open)).toEqual([false, true]);
  const members = await source.members!(span('399300.SZ', '2024-01-02', '2024-01-04'), context);
  expect(members.rows).toMatchObject([{ symbol: '000001.SZ', weight: 0.005, knownAt: Date.parse('2024-01-02T16:00:00Z') }]);
});
