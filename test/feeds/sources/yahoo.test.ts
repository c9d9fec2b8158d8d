/** Yahoo's chart against replayed answers, written from its documented format, through yahoo-finance2 itself. */
import { expect, test } from 'vitest';
import { dateOf, isoOf } from '../../../lib/core/index.js';
import { BadAnswer, RateLimited } from '../../../lib/feeds/outside/errors.js';
import { UnknownSymbol } from '../../../lib/feeds/sources/errors.js';
import { yahoo } from '../../../lib/feeds/sources/yahoo.js';
import { contextAt, HTML, json, type Reply, replayServer, span } from './support.js';

const NOW = '2020-09-04T02:00:00Z';
const seconds = (iso: string): number => Date.parse(iso) / 1000;
const DAYS = ['2020-08-27', '2020-08-28', '2020-08-31', '2020-09-01'];
/** Apple round its split of 4:1 on 2020-08-31, as Yahoo gives it: earlier prices divided by 4, earlier volumes multiplied. */
const QUOTE = {
  open: [127.1425018310547, 126.01249694824219, 127.58000183105469, 132.75999450683594],
  high: [127.48500061035156, 126.44249725341797, 131, 134.8000030517578],
  low: [123.8324966430664, 124.57749938964844, 126, 130.52999877929688],
  close: [125.01000213623047, 124.80750274658203, 129.0399932861328, 134.17999267578125],
  volume: [155552400, 187630000, 225702700, 151948100],
};

const meta = (symbol: string, zone: string, currency: string) => ({
  currency,
  symbol,
  exchangeName: 'NMS',
  fullExchangeName: 'NasdaqGS',
  instrumentType: 'EQUITY',
  firstTradeDate: 345479400,
  regularMarketTime: 1598990401,
  hasPrePostMarketData: true,
  gmtoffset: -14400,
  timezone: 'EDT',
  exchangeTimezoneName: zone,
  regularMarketPrice: 134.18,
  priceHint: 2,
  currentTradingPeriod: {
    pre: { timezone: 'EDT', start: 1598947200, end: 1598967000, gmtoffset: -14400 },
    regular: { timezone: 'EDT', start: 1598967000, end: 1598990400, gmtoffset: -14400 },
    post: { timezone: 'EDT', start: 1598990400, end: 1599004800, gmtoffset: -14400 },
  },
  dataGranularity: '1d',
  range: '',
  validRanges: ['1d', '5d'],
});

const chart = (
  over: Readonly<Record<string, unknown>> = {},
  quote: Readonly<Record<string, readonly (number | null)[]>> = QUOTE,
  days = DAYS,
): Reply =>
  json({
    chart: {
      result: [
        {
          meta: meta('AAPL', 'America/New_York', 'USD'),
          timestamp: days.map((day) => seconds(`${day}T13:30:00Z`)),
          events: {
            dividends: { '1596807000': { amount: 0.205, date: seconds('2020-08-07T13:30:00Z') } },
            splits: { '1598880600': { date: seconds('2020-08-31T13:30:00Z'), numerator: 4, denominator: 1, splitRatio: '4:1' } },
          },
          indicators: { quote: [quote], adjclose: [{ adjclose: quote.close }] },
          ...over,
        },
      ],
      error: null,
    },
  });

const query = span('AAPL', '2020-08-27', '2020-09-01');

async function at(reply: Reply, now = NOW) {
  const server = await replayServer(() => reply);
  return { ...server, source: yahoo({ url: server.url, ratePerMinute: 60_000 }), context: contextAt(now) };
}

test('prices and volumes are brought back to raw with the splits that came later', async () => {
  const { source, context, asked } = await at(chart());
  const { rows, notes } = await source.bars!(query, context);
  expect(notes).toEqual([]);
  expect(rows.map(({ day, close, volume }) => [dateOf(day), close / 10_000, volume])).toEqual([
    // What was traded then: 500.04 and 499.23 before the split of 4:1.
    ['2020-08-27', 500.04, 38888100],
    ['2020-08-28', 499.23, 46907500],
    ['2020-08-31', 129.04, 225702700],
    ['2020-09-01', 134.18, 151948100],
  ]);
  // The chart is asked to today, whatever the query's end: later splits divide earlier prices.
  expect(asked[0]).toMatchObject({ path: '/v8/finance/chart/AAPL', query: { interval: '1d', includePrePost: 'false' } });
  expect(Number(asked[0]!.query.period2)).toBeGreaterThan(seconds('2020-09-04T00:00:00Z'));
});

test('dividends and splits are actions of their ex-day, amounts brought back to raw', async () => {
  const { source, context } = await at(chart());
  const { rows, lacks } = await source.dividends!(span('AAPL', '2020-08-01', '2020-09-01'), context);
  expect(rows).toMatchObject([
    // 0.82 dollars before the split.
    { cash: { numerator: 82, denominator: 1 } },
    { transfer: { numerator: 3, denominator: 1 } },
  ]);
  expect(rows.map(({ exDay, knownAt }) => [dateOf(exDay), isoOf(knownAt)])).toEqual([
    ['2020-08-07', '2020-08-07T04:00:00.000Z'],
    ['2020-08-31', '2020-08-31T04:00:00.000Z'],
  ]);
  expect(lacks).toEqual(['announcement dates: known on the ex-day']);
});

test('rows with nulls are left out and named; the live pair of rows of today too', async () => {
  const holes = { ...QUOTE, close: [...QUOTE.close.slice(0, 2), null, QUOTE.close[3]!] };
  const { source, context } = await at(chart({}, holes));
  const answer = await source.bars!(query, context);
  expect(answer.rows).toHaveLength(3);
  expect(answer.missing).toEqual([{ day: query.from + 4, reason: 'no-trade' }]);
  expect(answer.notes).toEqual(['1 rows with empty prices were left out.']);
  const twice = Object.fromEntries(Object.entries(QUOTE).map(([name, values]) => [name, [...values, values[3]! * 1.01]]));
  const live = await at(chart({}, twice, [...DAYS, '2020-09-01']), '2020-09-01T18:00:00Z');
  expect((await live.source.bars!(query, live.context)).rows.map(({ day }) => dateOf(day))).toEqual(DAYS.slice(0, 3));
});

test('Shanghai is SS there, and days are those of its own zone', async () => {
  const shanghai = chart({
    meta: meta('600519.SS', 'Asia/Shanghai', 'CNY'),
    timestamp: [
      seconds('2020-08-27T01:30:00Z'),
      seconds('2020-08-28T01:30:00Z'),
      seconds('2020-08-31T01:30:00Z'),
      seconds('2020-09-01T01:30:00Z'),
    ],
    events: undefined,
  });
  const { source, context, asked } = await at(shanghai);
  const answer = await source.bars!({ ...query, symbol: '600519.SH' }, context);
  expect(asked[0]!.path).toBe('/v8/finance/chart/600519.SS');
  expect(answer.rows.map(({ day }) => dateOf(day))).toEqual(DAYS);
  expect(answer.units.currency).toBe('CNY');
});

test.each<[string, Reply, unknown, RegExp]>([
  ['429', { status: 429, type: 'text/plain', body: 'Too Many Requests' }, RateLimited, /429/],
  [
    'an unknown symbol',
    json({ chart: { result: null, error: { code: 'Not Found', description: 'No data found, symbol may be delisted' } } }, 404),
    UnknownSymbol,
    /delisted/,
  ],
  [
    'a bad request',
    json({ chart: { result: null, error: { code: 'Bad Request', description: "Data doesn't exist for startDate" } } }),
    BadAnswer,
    /startDate/,
  ],
  ['an HTML page', HTML, BadAnswer, /expected JSON/],
  ['truncated JSON', { body: '{"chart":{"result":[{"meta":{"currency":"USD"' }, BadAnswer, /expected JSON/],
  ['another zone', chart({ meta: meta('AAPL', 'Europe/London', 'GBP') }), BadAnswer, /Europe\/London/],
  [
    'a reverse split',
    chart({ events: { splits: { '1': { date: seconds('2020-08-31T13:30:00Z'), numerator: 1, denominator: 8, splitRatio: '1:8' } } } }),
    BadAnswer,
    /Reverse splits/,
  ],
])('%s is a typed error', async (name, reply, type, text) => {
  const { source, context } = await at(reply);
  const asked = name === 'a reverse split' ? source.dividends!(query, context) : source.bars!(query, context);
  const error = await asked.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(type);
  expect(String(error)).toMatch(text);
});

test('no timestamps is empty with a reason', async () => {
  const { source, context } = await at(chart({ timestamp: undefined, events: undefined, indicators: { quote: [{}], adjclose: [{}] } }));
  expect(await source.bars!(query, context)).toMatchObject({ rows: [], empty: expect.stringMatching(/no rows for 4 sessions/) });
});
