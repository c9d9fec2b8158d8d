/** AKShare through AKTools against replayed answers, written from its documented formats. */
import { expect, test } from 'vitest';
import { dateOf, isoOf } from '../../../lib/core/index.js';
import { BadAnswer, Unavailable } from '../../../lib/feeds/outside/errors.js';
import { aktools } from '../../../lib/feeds/sources/aktools.js';
import { UnsupportedQuery } from '../../../lib/feeds/sources/errors.js';
import { contextAt, HTML, json, type Reply, replayServer, span } from './support.js';

const NOW = '2024-01-10T12:00:00Z';
const query = span('000001.SZ', '2024-01-02', '2024-01-04');

const bar = (
  date: string,
  open: number | null,
  close: number | null,
  high: number | null,
  low: number | null,
  lots: number | null,
  yuan: number | null,
) => ({
  日期: `${date}T00:00:00.000`,
  股票代码: '000001',
  开盘: open,
  收盘: close,
  最高: high,
  最低: low,
  成交量: lots,
  成交额: yuan,
  振幅: 2.24,
  涨跌幅: -1.92,
  涨跌额: -0.18,
  换手率: 0.6,
});
const BARS = [
  bar('2024-01-02', 9.39, 9.21, 9.42, 9.21, 1158366, 1075742252.45),
  bar('2024-01-03', 9.19, 9.2, 9.22, 9.15, 733610, 673673613.54),
  bar('2024-01-04', 9.19, 9.11, 9.19, 9.08, 864194, 787470250.61),
];

async function at(reply: (path: string, query: Readonly<Record<string, string>>) => Reply, now = NOW) {
  const server = await replayServer((asked) => reply(asked.path, asked.query));
  return { ...server, source: aktools({ url: server.url, ratePerMinute: 60_000 }), context: contextAt(now) };
}

test('bars: open, close, high, low in their Chinese order; lots are shares; zone-less dates are taken as text', async () => {
  const { source, context, asked } = await at(() => json(BARS));
  const answer = await source.bars!(query, context);
  expect(answer.rows[0]).toMatchObject({ open: 939, high: 942, low: 921, close: 921, volume: 115_836_600, amountMinor: 107_574_225_245 });
  expect(answer.rows.map(({ day }) => dateOf(day))).toEqual(['2024-01-02', '2024-01-03', '2024-01-04']);
  expect(asked[0]).toMatchObject({
    path: '/api/public/stock_zh_a_hist',
    query: { symbol: '000001', period: 'daily', start_date: '20240102', end_date: '20240104', adjust: '' },
  });
});

test('[] is empty with a reason: unknown symbol and suspension look alike; so is "返回数据为空"', async () => {
  for (const reply of [json([]), json({ error: '该接口返回数据为空，请确认参数是否正确：http://x' }, 404)]) {
    const { source, context } = await at(() => reply);
    const answer = await source.bars!(query, context);
    expect(answer.rows).toEqual([]);
    expect(answer.empty).toMatch(/no rows for 3 sessions: not listed, suspended throughout, or a symbol/);
  }
});

test('a missing day stays missing; a row of nulls or zeros is a day without trade', async () => {
  const nothing = [BARS[0], bar('2024-01-03', null, null, null, null, null, null), BARS[2]];
  const zeros = [BARS[0], bar('2024-01-03', 0, 9.2, 0, 0, 0, 0), BARS[2]];
  const gap = [BARS[0], BARS[2]];
  const missingOf = async (rows: unknown) => {
    const { source, context } = await at(() => json(rows));
    return (await source.bars!(query, context)).missing;
  };
  expect(await missingOf(nothing)).toEqual([{ day: query.from + 1, reason: 'no-trade' }]);
  expect(await missingOf(gap)).toEqual([{ day: query.from + 1, reason: 'unconfirmed' }]);
  await expect(missingOf(zeros)).rejects.toThrow(/open 0 on 2024-01-03, which is no price/);
});

test.each<[string, Reply, typeof BadAnswer | typeof Unavailable, RegExp]>([
  ['no such function', json({ error: '未找到该接口，请升级 AKShare 到最新版本' }, 404), BadAnswer, /Update akshare/],
  [
    'a KeyError',
    json({ error: "请输入正确的参数错误 'klines'，请升级 AKShare 到最新版本" }, 404),
    BadAnswer,
    /site behind it may have changed/,
  ],
  ['a ban', { status: 500, type: 'text/plain', body: 'Internal Server Error' }, Unavailable, /a ban, a time-out/],
  ['an HTML page', HTML, BadAnswer, /expected JSON/],
  ['truncated JSON', { body: JSON.stringify(BARS).slice(0, 200) }, BadAnswer, /expected JSON/],
  ['no array', json({ data: BARS }), BadAnswer, /expected an array of rows/],
  ['English keys', json([{ date: '2024-01-02', open: 9.39 }]), BadAnswer, /none named 日期/],
  ['another stock', json([{ ...BARS[0], 股票代码: '600001' }]), BadAnswer, /got 600001/],
  ['a date that is none', json([{ ...BARS[0], 日期: 'NaT' }]), BadAnswer, /expected a date in 日期/],
  ['a Saturday', json([{ ...BARS[0], 日期: '2024-01-06T00:00:00.000' }]), BadAnswer, /outside/],
  [
    'shares where lots should be',
    json(BARS.map((row) => ({ ...row, 成交量: (row.成交量 as number) * 100 }))),
    BadAnswer,
    /100 times too large/,
  ],
  ['lots of lots', json(BARS.map((row) => ({ ...row, 成交量: (row.成交量 as number) / 100 }))), BadAnswer, /100 times too small/],
  ['text in a number', json([{ ...BARS[0], 开盘: '九元' }]), BadAnswer, /expected a number in 开盘/],
])('%s is a typed error', async (_, reply, type, text) => {
  const { source, context } = await at(() => reply);
  const error = await source.bars!(query, context).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(type);
  expect(String(error)).toMatch(text);
});

test('funds, Beijing and foreign symbols would hit another instrument: refused before anything is asked', async () => {
  const { source, context, asked } = await at(() => json(BARS));
  for (const symbol of ['510300.SH', 'AAPL', 'BTC/USDT'])
    await expect(source.bars!({ ...query, symbol }, context)).rejects.toBeInstanceOf(UnsupportedQuery);
  expect(asked).toEqual([]);
});

test('index bars: whole history is cut to the span, volume is shares, no amount', async () => {
  const row = (date: string) => ({
    date: `${date}T00:00:00.000`,
    open: 3426.3,
    high: 3432.1,
    low: 3386.35,
    close: 3386.35,
    volume: 11_842_334_200,
  });
  const { source, context, asked } = await at(() => json(['2023-12-29', '2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05'].map(row)));
  const answer = await source.bars!({ ...query, symbol: '000300.SH' }, context);
  expect(answer.rows.map(({ day }) => dateOf(day))).toEqual(['2024-01-02', '2024-01-03', '2024-01-04']);
  expect(answer.rows[0]).toMatchObject({ close: 338_635, volume: 11_842_334_200, amountMinor: null });
  expect(asked[0]!.query).toEqual({ symbol: 'sh000300' });
});

test("today's row before the close is left out", async () => {
  const { source, context } = await at(() => json(BARS), '2024-01-04T05:00:00Z');
  expect((await source.bars!(query, context)).rows).toHaveLength(2);
});

test('dividends are per 10 shares, known after the notice of implementation', async () => {
  const row = {
    实施方案公告日期: '2023-06-07T00:00:00.000',
    分红类型: '年度分红',
    送股比例: 6,
    转增比例: null,
    派息比例: 2.85,
    股权登记日: '2023-06-13',
    除权日: '2023-06-14',
    派息日: '2023-06-14',
    股份到账日: null,
    实施方案分红说明: '10派2.85元(含税)',
    报告时间: '2022年报',
  };
  const { source, context } = await at(() => json([row, { ...row, 除权日: null }]));
  const { rows } = await source.dividends!(span('000001.SZ', '2023-01-01', '2023-12-31'), context);
  expect(rows).toMatchObject([{ cash: { numerator: 57, denominator: 2 }, bonus: { numerator: 3, denominator: 5 } }]);
  expect(isoOf(rows[0]!.knownAt)).toBe('2023-06-07T16:00:00.000Z');
});

test('reports carry their latest notice; the ST list and quotes are known at the fetch; news at its stated time', async () => {
  const { source, context } = await at((path, { date }) => {
    if (path.endsWith('stock_yjbb_em'))
      return json(
        date === '20230331'
          ? [
              {
                股票代码: '000001',
                股票简称: '平安银行',
                每股收益: 0.65,
                '营业总收入-营业总收入': 4.5e10,
                '净利润-净利润': 1.46e10,
                每股净资产: 19.2,
                净资产收益率: 3.4,
                每股经营现金流量: null,
                销售毛利率: null,
                最新公告日期: '2023-04-25T00:00:00.000',
              },
            ]
          : [],
      );
    if (path.endsWith('stock_zh_a_st_em')) return json([{ 代码: '000151', 名称: '*ST中成', 昨收: '-', 市净率: '-' }]);
    if (path.endsWith('stock_zh_a_spot_em'))
      return json([
        { 代码: '000001', 名称: '平安银行', 最新价: 9.11, 成交量: 864194 },
        { 代码: '000151', 名称: 'x', 最新价: null, 成交量: null },
      ]);
    return json([
      {
        关键词: '000001',
        新闻标题: '标题',
        新闻内容: '正文',
        发布时间: '2024-01-03 21:30:00',
        文章来源: '证券时报',
        新闻链接: 'http://x/1',
      },
    ]);
  });
  const reports = await source.fundamentals!(span('000001.SZ', '2023-01-01', '2023-06-30'), context);
  expect(reports.rows).toMatchObject([{ values: { 每股收益: 0.65, 销售毛利率: null }, knownAt: Date.parse('2023-04-25T16:00:00Z') }]);
  const listed = await source.status!({ ...query, symbol: '000151.SZ' }, context);
  expect(listed.rows).toMatchObject([{ status: 'ST', knownAt: listed.retrievedAt }]);
  const quotes = await source.quotes!(['000001.SZ', '000151.SZ'], context);
  expect(quotes.rows).toMatchObject([{ symbol: '000001.SZ', last: 911, volume: 86_419_400 }]);
  const news = await source.news!(query, context);
  expect(news.rows).toMatchObject([{ symbols: ['000001.SZ'], knownAt: Date.parse('2024-01-03T13:30:00Z') }]);
});

test('what the server would evaluate as code never leaves', async () => {
  const { source, context, asked } = await at(() => json(BARS));
  await expect(source.bars!({ ...query, symbol: '000001"+x' }, context)).rejects.toThrow();
  expect(asked).toEqual([]);
});
