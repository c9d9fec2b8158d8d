/** Binance through ccxt against replayed answers, written from the exchange's documented REST format. */
import { expect, test } from 'vitest';
import { DAY_MS, dateOf, dayOf } from '../../../lib/core/index.js';
import { BadAnswer, RateLimited, Unavailable } from '../../../lib/feeds/outside/errors.js';
import { ccxt } from '../../../lib/feeds/sources/ccxt.js';
import { UnknownSymbol, UnsupportedQuery } from '../../../lib/feeds/sources/errors.js';
import { type Asked, contextAt, json, type Reply, replayServer, span } from './support.js';

const NOW = '2024-01-08T12:00:00Z';
const EXCHANGE_INFO = {
  timezone: 'UTC',
  serverTime: 1704700000000,
  rateLimits: [],
  exchangeFilters: [],
  symbols: [
    {
      symbol: 'BTCUSDT',
      status: 'TRADING',
      baseAsset: 'BTC',
      baseAssetPrecision: 8,
      quoteAsset: 'USDT',
      quotePrecision: 8,
      quoteAssetPrecision: 8,
      orderTypes: ['LIMIT', 'MARKET'],
      isSpotTradingAllowed: true,
      isMarginTradingAllowed: true,
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
        { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
        { filterType: 'NOTIONAL', minNotional: '5.00000000' },
      ],
      permissions: ['SPOT'],
    },
  ],
};

/** `[openTime, open, high, low, close, volume, closeTime, quoteVolume, trades, ...]` as text. */
const kline = (day: number) => [
  day * DAY_MS,
  '42283.58',
  '44184.10',
  '42180.77',
  '44179.55',
  '27174.29903',
  (day + 1) * DAY_MS - 1,
  '1.17e9',
  1,
  '1',
  '1',
  '0',
];
const query = span('BTC/USDT', '2024-01-01', '2024-01-08');

async function at(klines: (params: Readonly<Record<string, string>>) => Reply, pageSize = 1000) {
  const server = await replayServer(({ path, query: params }: Asked) =>
    path.endsWith('exchangeInfo') ? json(EXCHANGE_INFO) : path.endsWith('klines') ? klines(params) : json({}, 404),
  );
  return { ...server, source: ccxt({ exchange: 'binance', url: server.url, pageSize }), context: contextAt(NOW) };
}

test('candles are read page by page from the last one on; the one under way is left out; a gap is a gap', async () => {
  const all = [0, 1, 2, 4, 5, 6, 7].map((i) => query.from + i);
  const { source, context, asked } = await at(
    ({ startTime, limit }) =>
      json(
        all
          .filter((day) => day * DAY_MS >= Number(startTime))
          .slice(0, Math.min(3, Number(limit)))
          .map(kline),
      ),
    3,
  );
  const answer = await source.bars!(query, context);
  expect(answer.rows.map(({ day }) => dateOf(day))).toEqual([
    '2024-01-01',
    '2024-01-02',
    '2024-01-03',
    '2024-01-05',
    '2024-01-06',
    '2024-01-07',
  ]);
  expect(answer.rows[0]).toMatchObject({
    open: 4_228_358,
    high: 4_418_410,
    close: 4_417_955,
    volume: 2_717_429_903,
    knownAt: (query.from + 1) * DAY_MS - 1,
  });
  expect(answer.missing).toEqual([{ day: dayOf('2024-01-04'), reason: 'unconfirmed' }]);
  expect(answer.completeTo).toBe(dayOf('2024-01-07'));
  expect(asked.filter(({ path }) => path.endsWith('klines')).length).toBe(3);
});

test('candles of four hours: known at their end, days not over are left out, a day without any is missing; pages go on within a day', async () => {
  const HOUR = 3_600_000;
  const first = query.from * DAY_MS;
  // Two candles of the third day lack, all of the fourth.
  const starts = Array.from({ length: 40 }, (_, i) => first + i * 4 * HOUR).filter(
    (at, i) => i !== 13 && i !== 14 && at < first + 3 * DAY_MS,
  );
  const today = [first + 7 * DAY_MS, first + 7 * DAY_MS + 4 * HOUR];
  const { source, context, asked } = await at(
    ({ startTime, limit, interval }) =>
      json(
        [...starts, ...today]
          .filter((start) => start >= Number(startTime))
          .slice(0, Math.min(5, Number(limit)))
          .map((start) => (interval === '4h' ? [start, ...kline(0).slice(1)] : [])),
      ),
    5,
  );
  const answer = await source.bars!({ ...query, intervalMs: 4 * HOUR }, context);
  expect(answer.rows.length).toBe(16);
  expect(answer).toMatchObject({ intervalMs: 4 * HOUR, completeTo: dayOf('2024-01-07'), instrument: { minimumNotionalMinor: 500 } });
  expect(answer.rows.slice(0, 6).map(({ knownAt }) => (knownAt - first) / HOUR)).toEqual([4, 8, 12, 16, 20, 24 - 1 / HOUR]);
  expect(new Set(answer.rows.slice(0, 6).map(({ day }) => day))).toEqual(new Set([query.from]));
  expect(answer.missing.map(({ day }) => dateOf(day))).toEqual(['2024-01-04', '2024-01-05', '2024-01-06', '2024-01-07']);
  expect(asked.filter(({ path }) => path.endsWith('klines')).length).toBe(5);
  await expect(source.bars!({ ...query, intervalMs: 7 * HOUR }, context)).rejects.toThrow(/expected candles of .*4h.*, got 420 minutes/);
});

test('an exchange that ignores since, or has nothing, ends the paging', async () => {
  const old = await at(() => json([query.from - 2, query.from - 1].map(kline)));
  expect(await old.source.bars!(query, old.context)).toMatchObject({ rows: [], empty: expect.stringMatching(/no rows for 7 sessions/) });
});

test.each<[string, Reply, unknown]>([
  ['a bad symbol', json({ code: -1121, msg: 'Invalid symbol.' }, 400), UnknownSymbol],
  ['a candle off midnight', json([[query.from * DAY_MS + 3_600_000, ...kline(query.from).slice(1)]]), BadAnswer],
  ['an impossible candle', json([[query.from * DAY_MS, '5', '4', '3', '4', '1', 0, '0', 1, '0', '0', '0']]), BadAnswer],
])('%s is a typed error', async (_, reply, type) => {
  const { source, context } = await at(() => reply);
  await expect(source.bars!(query, context)).rejects.toBeInstanceOf(type as typeof BadAnswer);
});

test('a ban and a fault may be tried again: 418 is a rate limit, 502 is unavailable', async () => {
  const ban = await at(() => ({ status: 418, type: 'text/html', body: 'I am a teapot' }));
  await expect(ban.source.bars!(query, ban.context)).rejects.toBeInstanceOf(RateLimited);
  const fault = await at(() => ({ status: 502, type: 'text/html', body: '<html>Bad Gateway</html>' }));
  await expect(fault.source.bars!(query, fault.context)).rejects.toBeInstanceOf(Unavailable);
}, 120_000);

test('unknown exchanges and pairs are refused', async () => {
  const { source, context } = await at(() => json([]));
  await expect(source.bars!({ ...query, symbol: 'AAPL' }, context)).rejects.toBeInstanceOf(UnsupportedQuery);
  await expect(source.bars!({ ...query, symbol: 'DOGE/USDT' }, context)).rejects.toBeInstanceOf(UnknownSymbol);
  await expect(ccxt({ exchange: 'nowhere' }).bars!(query, context)).rejects.toBeInstanceOf(UnsupportedQuery);
});
