/** Crypto exchanges through ccxt: candles of days or of minutes and hours, page by page, from one shared instance an exchange. */
import { DAY_MS, type Instrument, isoOf, type Symbol } from '../../core/index.js';
import { describeSymbol } from '../../market/index.js';
import { leastMinor } from '../least-minor.js';
import type { Outside, OutsidePolicy } from '../outside/contract.js';
import { BadAnswer, OutsideError, RateLimited, TimeoutError, Unavailable } from '../outside/errors.js';
import { barsOf, lastClosed, type RawBar } from './check-bars.js';
import { UnknownSymbol, UnsupportedQuery } from './errors.js';
import type { QuoteRecord } from './records.js';
import { required } from './required.js';
import { type Candle as ShortCandle, shortBarsOf } from './short-bars.js';
import { answerOf, type Source, type SourceContext, SURVIVORSHIP } from './source.js';

export interface CcxtSettings {
  /** ccxt's name of the exchange: binance, kraken, okx. */
  readonly exchange: string;
  /** Another server that answers as the exchange does. */
  readonly url?: string;
  /** Major units in one tick, where old prices are finer than today's tick. */
  readonly tickSize?: number;
  /** Candles a call. Binance gives at most 1000. */
  readonly pageSize?: number;
}

const policyOf = ({ exchange }: CcxtSettings): OutsidePolicy => ({
  source: `ccxt:${exchange}`,
  deadlineMs: 60_000,
  attemptTimeoutMs: 15_000,
  retries: 3,
  // One call at a time: the instance has one signal, and ccxt's own throttle orders calls anyway.
  concurrency: 1,
  ratePerMinute: 120,
  breaker: { failures: 5, cooldownMs: 120_000 },
});

/** ccxt's name of each candle's length that divides a day. */
const TIMEFRAMES: Readonly<Record<number, string>> = {
  ...Object.fromEntries([1, 3, 5, 15, 30].map((minutes) => [minutes * 60_000, `${minutes}m`])),
  ...Object.fromEntries([1, 2, 4, 6, 8, 12].map((hours) => [hours * 3_600_000, `${hours}h`])),
  [DAY_MS]: '1d',
};

type Candle = readonly (number | undefined | null)[];
interface Exchange {
  loadMarkets(): Promise<
    Readonly<
      Record<
        string,
        {
          readonly precision: { readonly price?: number; readonly amount?: number };
          readonly limits?: { readonly cost?: { readonly min?: number } };
        }
      >
    >
  >;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<readonly Candle[]>;
  fetchTicker(symbol: string): Promise<{ readonly timestamp?: number; readonly last?: number; readonly baseVolume?: number }>;
}
type CcxtPackage = Readonly<Record<string, unknown>> & { readonly exchanges: readonly string[] };

interface Opened {
  readonly exchange: Exchange;
  /** Signal of the call under way. */
  signal: AbortSignal | undefined;
}

/** An error of ccxt as one of the room's, by the class names of its tree. */
export function ccxtError(source: string, label: string, error: Error): OutsideError {
  const names: string[] = [];
  for (let at = Object.getPrototypeOf(error) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = (at.constructor as { name?: string } | undefined)?.name;
    if (name) names.push(name);
  }
  const is = (name: string): boolean => names.includes(name);
  const detail = `${label}: ${error.message.split('\n')[0]?.slice(0, 200)}`;
  if (is('BadSymbol')) return new UnknownSymbol(source, `${detail}. Check the symbol.`, { cause: error });
  // Binance answers 429 and 418 (a ban) as DDoSProtection.
  if (is('DDoSProtection') || is('RateLimitExceeded')) return new RateLimited(source, `${detail}. Ask less often.`, { cause: error });
  if (is('RequestTimeout')) return new TimeoutError(source, `${detail}. Try again.`, { cause: error });
  if (is('NetworkError')) return new Unavailable(source, `${detail}. Try again later.`, { cause: error });
  return new BadAnswer(source, `${detail}. Check the exchange's status.`, { cause: error });
}

export function ccxt(settings: CcxtSettings): Source {
  const policy = policyOf(settings);
  const { source: id } = policy;
  let opened: Opened | undefined;

  function open(): Opened {
    if (opened) return opened;
    const library = required<CcxtPackage>('ccxt');
    const Make = library[settings.exchange];
    if (!library.exchanges.includes(settings.exchange) || typeof Make !== 'function')
      throw new UnsupportedQuery(
        `ccxt: expected an exchange that ccxt knows, got ${settings.exchange}. Name for example binance, kraken or okx.`,
      );
    const state: { signal: AbortSignal | undefined } = { signal: undefined };
    const fetchImplementation = (input: string, init: RequestInit): Promise<Response> => {
      const asked = new URL(input);
      const url = settings.url === undefined ? asked : new URL(`${asked.pathname}${asked.search}`, settings.url);
      const signals = [init.signal, state.signal].filter((signal): signal is AbortSignal => signal !== null && signal !== undefined);
      const { method, headers, body } = init;
      return fetch(url, { method: method ?? 'GET', headers: headers ?? {}, body: body ?? null, signal: AbortSignal.any(signals) });
    };
    const exchange = new (Make as new (options: object) => Exchange)({
      enableRateLimit: true,
      timeout: policy.attemptTimeoutMs,
      fetchImplementation,
      options: { fetchMarkets: { types: ['spot'] }, defaultType: 'spot', fetchCurrencies: false },
    });
    opened = Object.assign(state, { exchange });
    return opened;
  }

  function ask<T>(outside: Outside, context: SourceContext, label: string, operation: (exchange: Exchange) => Promise<T>): Promise<T> {
    const state = open();
    return outside.call(
      async (signal) => {
        state.signal = signal;
        try {
          return await operation(state.exchange);
        } catch (error) {
          throw error instanceof OutsideError || !(error instanceof Error) ? error : ccxtError(id, label, error);
        } finally {
          state.signal = undefined;
        }
      },
      { label, ...(context.signal ? { signal: context.signal } : {}) },
    );
  }

  const pairOf = (symbol: Symbol): string => {
    const described = describeSymbol(symbol);
    if (described.market !== 'crypto')
      throw new UnsupportedQuery(`ccxt: expected a pair such as BTC/USDT, got ${symbol}. Take yahoo or tushare for stocks.`);
    return described.symbol;
  };

  async function unitsOf(symbol: string, outside: Outside, context: SourceContext) {
    const markets = await ask(outside, context, 'loadMarkets', (exchange) => exchange.loadMarkets());
    const market = markets[symbol];
    if (!market) throw new UnknownSymbol(id, `expected a pair that ${settings.exchange} trades, got ${symbol}. Check it.`);
    const { price, amount } = market.precision;
    const tickSize = settings.tickSize ?? price;
    const described = describeSymbol(symbol, {
      ...(tickSize === undefined ? {} : { tickSize }),
      ...(amount === undefined ? {} : { quantityStep: amount }),
    });
    const least = market.limits?.cost?.min;
    const minimum = least === undefined ? {} : { minimumNotionalMinor: leastMinor(least, described.units.minorPerMajor) };
    return { described, instrument: { ...described, name: symbol, corporateActions: 'none', ...minimum } satisfies Instrument };
  }

  return {
    id,
    markets: ['crypto'],
    intraday: true,
    adjustments: ['raw'],
    policy,
    notes: [SURVIVORSHIP],

    async bars(query, context) {
      const symbol = pairOf(query.symbol);
      const outside = context.outside(policy);
      const { described, instrument } = await unitsOf(symbol, outside, context);
      const pageSize = settings.pageSize ?? 1000;
      const end = (query.to + 1) * DAY_MS;
      const { intervalMs = DAY_MS } = query;
      const timeframe = TIMEFRAMES[intervalMs];
      if (timeframe === undefined)
        throw new UnsupportedQuery(
          `ccxt: expected candles of ${Object.values(TIMEFRAMES).join(', ')}, got ${intervalMs / 60_000} minutes. Take one of these.`,
        );
      const closed = lastClosed('crypto', context.clock.now());
      const raw: (RawBar & { readonly startsAt: number })[] = [];
      let since = query.from * DAY_MS;
      // Page by page from the last candle on, until a page brings nothing newer: exchanges cut pages short as they like.
      while (since < end) {
        const from = since;
        const page = await ask(outside, context, `fetchOHLCV ${symbol} ${isoOf(from)}`, (exchange) =>
          exchange.fetchOHLCV(symbol, timeframe, from, pageSize),
        );
        let newest = from - 1;
        for (const candle of page) {
          const [at, open, high, low, close, volume] = candle;
          if (typeof at !== 'number' || at % intervalMs !== 0)
            throw new BadAnswer(
              id,
              `fetchOHLCV ${symbol}: expected ${intervalMs === DAY_MS ? 'daily candles at 00:00 UTC' : `candles on whole ${timeframe} UTC`}, got ${JSON.stringify(at)}. Check the exchange.`,
            );
          newest = Math.max(newest, at);
          // A page may start earlier than asked; the candle under way is no bar yet.
          if (at < from || at >= end || Math.floor(at / DAY_MS) > closed) continue;
          raw.push({
            startsAt: at,
            date: Math.floor(at / DAY_MS),
            open: open ?? null,
            high: high ?? null,
            low: low ?? null,
            close: close ?? null,
            volume: volume ?? null,
          });
        }
        if (newest < from) break;
        since = newest + intervalMs;
      }
      if (query.intervalMs !== undefined) {
        const whole = raw.filter((row): row is typeof row & ShortCandle =>
          [row.open, row.high, row.low, row.close, row.volume].every((value) => value !== null),
        );
        const answer = shortBarsOf({ ...query, symbol, intervalMs }, whole, {
          source: id,
          retrievedAt: context.clock.now(),
          described,
          notes: ['An interval without a candle had no trade.'],
        });
        return { ...answer, instrument };
      }
      const answer = barsOf({ ...query, symbol }, raw, {
        source: id,
        label: 'fetchOHLCV',
        retrievedAt: context.clock.now(),
        volumeShares: 1,
        amountScale: 1,
        dropPartial: true,
        described,
        notes: ['A day without a candle had no trade.'],
      });
      return { ...answer, instrument };
    },

    async quotes(symbols, context) {
      const outside = context.outside(policy);
      const quotes: QuoteRecord[] = [];
      for (const wanted of symbols) {
        const symbol = pairOf(wanted);
        const { units } = (await unitsOf(symbol, outside, context)).described;
        const ticker = await ask(outside, context, `fetchTicker ${symbol}`, (exchange) => exchange.fetchTicker(symbol));
        const now = context.clock.now();
        // ccxt turns a price of zero into undefined: no price then.
        if (ticker.last === undefined) continue;
        quotes.push({
          symbol,
          last: Math.round(ticker.last / units.tickSize),
          volume: ticker.baseVolume === undefined ? null : Math.round(ticker.baseVolume / units.quantityStep),
          eventAt: ticker.timestamp ?? now,
          knownAt: now,
        });
      }
      return answerOf(id, context.clock.now(), quotes, 'none of the pairs has a price now');
    },
  };
}
