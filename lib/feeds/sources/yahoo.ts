/** Yahoo's chart through yahoo-finance2: US and A-share daily bars, rebuilt to raw from the split-adjusted ones, with dividends and splits. */
import { z } from 'zod';
import { type CorporateAction, DAY_MS, dateOf, type EpochDay, type Instant, type MarketId } from '../../core/index.js';
import { calendarOf, describeSymbol, type SymbolDescription } from '../../market/index.js';
import { reduced } from '../corporate-actions.js';
import { dayOfInstant } from '../date-text.js';
import type { OutsidePolicy } from '../outside/contract.js';
import { BadAnswer, OutsideError } from '../outside/errors.js';
import { actionOf } from './action-row.js';
import { barsOf, lastClosed, type RawBar } from './check-bars.js';
import { UnknownSymbol, UnsupportedQuery } from './errors.js';
import { required } from './required.js';
import { answerOf, type Source, type SourceContext, SURVIVORSHIP, type SymbolQuery } from './source.js';

const ID = 'yahoo';

export interface YahooSettings {
  /** Another server that answers as query2.finance.yahoo.com does. */
  readonly url?: string;
  readonly ratePerMinute?: number;
}

const policyOf = (settings: YahooSettings): OutsidePolicy => ({
  source: ID,
  deadlineMs: 60_000,
  attemptTimeoutMs: 20_000,
  retries: 2,
  concurrency: 2,
  ratePerMinute: settings.ratePerMinute ?? 30,
  breaker: { failures: 4, cooldownMs: 300_000 },
});

/** The part of the package that is used. */
interface YahooPackage {
  readonly default: new (options: object) => { chart(symbol: string, query: object): Promise<unknown> };
}

const price = z.number().nullable();
const chartSchema = z.object({
  meta: z.looseObject({ symbol: z.string(), currency: z.string().nullish(), exchangeTimezoneName: z.string() }),
  quotes: z.array(
    z.object({ date: z.date(), open: price, high: price, low: price, close: price, volume: price, adjclose: price.optional() }),
  ),
  events: z
    .object({
      dividends: z.array(z.object({ amount: z.number(), date: z.date() })).optional(),
      splits: z.array(z.object({ date: z.date(), numerator: z.number().positive(), denominator: z.number().positive() })).optional(),
    })
    .optional(),
});
type Chart = z.output<typeof chartSchema>;

interface Split {
  readonly day: EpochDay;
  readonly numerator: number;
  readonly denominator: number;
}

/** Yahoo writes Shanghai as SS. */
function yahooSymbol(symbol: string): { name: string; described: SymbolDescription } {
  const described = describeSymbol(symbol);
  if (described.market !== 'cn-a' && described.market !== 'us')
    throw new UnsupportedQuery(`yahoo: expected a US or A-share symbol, got ${symbol}. Take ccxt for crypto.`);
  if (described.symbol.endsWith('.BJ'))
    throw new UnsupportedQuery(`yahoo: expected Shanghai, Shenzhen or US, got ${symbol}. Take tushare for Beijing.`);
  const name = described.market === 'us' ? described.symbol.replace('.', '-') : described.symbol.replace(/\.SH$/, '.SS');
  return { name, described };
}

const zoneOf = (market: MarketId): string => (market === 'us' ? 'America/New_York' : 'Asia/Shanghai');

/** Splits after a day: what prices of that day were divided by, and volumes multiplied. */
const laterSplits = (splits: readonly Split[], day: EpochDay): number => {
  let ratio = 1;
  for (const split of splits) if (split.day > day) ratio *= split.numerator / split.denominator;
  return ratio;
};

export function yahoo(settings: YahooSettings = {}): Source {
  const policy = policyOf(settings);

  /** The chart from the query's start to today: every later split is needed to undo the adjustment. */
  async function chartOf(
    query: SymbolQuery,
    context: SourceContext,
  ): Promise<{ chart: Chart; retrievedAt: Instant; described: SymbolDescription; splits: Split[] }> {
    const { name, described } = yahooSymbol(query.symbol);
    const { default: YahooFinance } = required<YahooPackage>('yahoo-finance2');
    const outside = context.outside(policy);
    const quiet = { info() {}, warn() {}, error() {}, debug() {}, dir() {} };
    const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const asked = new URL(input instanceof Request ? input.url : input);
      const url = settings.url === undefined ? asked : new URL(`${asked.pathname}${asked.search}`, settings.url);
      const text = await outside.fetchText(url, {
        label: `chart ${query.symbol}`,
        headers: Object.fromEntries(new Headers(init?.headers).entries()),
        ...(context.signal ? { signal: context.signal } : {}),
        onStatus: (status, body) =>
          status === 404 || /No data found|delisted/.test(body)
            ? new UnknownSymbol(
                ID,
                `expected a symbol that Yahoo lists, got ${query.symbol}: no data found, it may be delisted (delisted history disappears there). Check it.`,
                { status, body },
              )
            : undefined,
        read: (body) => {
          // A page where JSON was asked for: a consent page, a block, a proxy.
          if (!/^\s*\{[\s\S]*\}\s*$/.test(body))
            throw new BadAnswer(
              ID,
              `expected JSON for ${query.symbol}, got ${JSON.stringify(body.slice(0, 60))}. Wait, or take another source.`,
              { body },
            );
          return body;
        },
      });
      return new Response(text, { status: 200, headers: { 'content-type': 'application/json' } });
    };
    const client = new YahooFinance({
      fetch,
      logger: quiet,
      versionCheck: false,
      suppressNotices: ['yahooSurvey'],
      validation: { logErrors: false },
    });
    let answer: unknown;
    try {
      answer = await client.chart(name, {
        period1: new Date(query.from * DAY_MS),
        period2: new Date(context.clock.now() + DAY_MS),
        interval: '1d',
        includePrePost: false,
        events: 'div|split',
        return: 'array',
      });
    } catch (error) {
      if (error instanceof OutsideError) throw error;
      const cause = error as Error;
      if (/No data found|delisted/.test(cause.message))
        throw new UnknownSymbol(ID, `expected a symbol that Yahoo lists, got ${query.symbol}: ${cause.message}. Check it.`, { cause });
      throw new BadAnswer(
        ID,
        `expected a chart of ${query.symbol}, got ${cause.name}: ${cause.message.split('\n')[0]}. Update yahoo-finance2, or take another source.`,
        { cause },
      );
    }
    const parsed = chartSchema.safeParse(answer);
    if (!parsed.success)
      throw new BadAnswer(
        ID,
        `expected a chart of ${query.symbol}, got a wrong ${parsed.error.issues[0]?.path.join('.')}. Take another source.`,
      );
    const chart = parsed.data;
    const zone = zoneOf(described.market);
    if (chart.meta.exchangeTimezoneName !== zone || chart.meta.symbol !== name)
      throw new BadAnswer(
        ID,
        `expected ${name} in ${zone}, got ${chart.meta.symbol} in ${chart.meta.exchangeTimezoneName}. Check the symbol.`,
      );
    const splits = (chart.events?.splits ?? []).map(({ date, numerator, denominator }) => ({
      day: dayOfInstant(date.getTime(), zone),
      numerator,
      denominator,
    }));
    return { chart, retrievedAt: context.clock.now(), described, splits };
  }

  return {
    id: ID,
    markets: ['us', 'cn-a'],
    adjustments: ['raw'],
    policy,
    notes: [SURVIVORSHIP, 'Raw prices and volumes are rebuilt from split-adjusted ones, with the splits that Yahoo lists.'],

    async bars(query, context) {
      const { chart, retrievedAt, described, splits } = await chartOf(query, context);
      const zone = zoneOf(described.market);
      const closed = lastClosed(described.market, retrievedAt);
      const raw: RawBar[] = [];
      for (const { date, open, high, low, close, volume } of chart.quotes) {
        const day = dayOfInstant(date.getTime(), zone);
        // In session the newest day comes twice: its bar and a live one. Neither is taken.
        if (day < query.from || day > query.to || day > closed) continue;
        const ratio = laterSplits(splits, day);
        const times = (value: number | null): number | null => (value === null ? null : value * ratio);
        raw.push({
          date: day,
          open: times(open),
          high: times(high),
          low: times(low),
          close: times(close),
          volume: volume === null ? null : Math.round(volume / ratio),
        });
      }
      return barsOf({ ...query, symbol: described.symbol }, raw, {
        source: ID,
        label: 'chart',
        retrievedAt,
        volumeShares: 1,
        amountScale: 1,
        rounded: true,
        dropPartial: true,
        described,
      });
    },

    async dividends(query, context) {
      const { chart, retrievedAt, described, splits } = await chartOf(query, context);
      const zone = zoneOf(described.market);
      const calendar = calendarOf(described.market === 'us' ? 'us' : 'cn-a');
      const actions: CorporateAction[] = [];
      for (const { amount, date } of chart.events?.dividends ?? []) {
        const exDay = dayOfInstant(date.getTime(), zone);
        // Amounts are split-adjusted too; six decimals are what the undoing leaves sure.
        const cash = Number((amount * laterSplits(splits, exDay)).toFixed(6));
        const action = actionOf(
          { source: ID, symbol: described.symbol, exDay, cash, bonus: null, transfer: null, perShares: 1 },
          described.units,
          calendar,
        );
        if (action) actions.push(action);
      }
      for (const { day, numerator, denominator } of splits) {
        if (numerator <= denominator)
          throw new BadAnswer(
            ID,
            `expected splits into more shares, got ${numerator}:${denominator} of ${query.symbol} on ${dateOf(day)}. Reverse splits can't be replayed: take prices alone.`,
          );
        const exAt = actionOf(
          { source: ID, symbol: described.symbol, exDay: day, cash: 1, bonus: null, transfer: null, perShares: 1 },
          described.units,
          calendar,
        ) as CorporateAction;
        const { cash: _, ...dated } = exAt;
        actions.push({ ...dated, transfer: reduced(Math.round((numerator - denominator) * 1e6), Math.round(denominator * 1e6)) });
      }
      const found = actions.filter(({ exDay }) => exDay >= query.from && exDay <= query.to).sort((a, b) => a.exDay - b.exDay);
      return {
        ...answerOf(ID, retrievedAt, found, 'no dividend and no split in the span'),
        lacks: ['announcement dates: known on the ex-day'],
      };
    },
  };
}
