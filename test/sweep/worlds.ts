/** Random worlds for the kernels' tests: bars with gaps and limit days, listings and delistings, corporate actions, costs of any kind. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BarSeries,
  type CorporateAction,
  dateOf,
  dayOf,
  type Instrument,
  projectRoot,
  type RandomState,
  randomBelow,
  randomFloat,
  randomInit,
  randomNormal,
} from '../../lib/core/index.js';
import type { MarketData } from '../../lib/feeds/index.js';
import { calendarOf, describeSymbol } from '../../lib/market/index.js';
import type { Configuration, SignalSet, SweepGround } from '../../lib/sweep/index.js';

export interface World {
  readonly ground: SweepGround;
  readonly data: MarketData;
  readonly signals: readonly SignalSet[];
  readonly configurations: readonly Configuration[];
}

const MARKETS = {
  'cn-a': {
    symbols: ['688981.SH', '000001.SZ', '300750.SZ', '600000.SH', '510300.SH'],
    starts: ['2006-05-08', '2008-08-01', '2012-11-01', '2015-06-01', '2020-07-01', '2023-06-01'],
  },
  us: { symbols: ['MSFT', 'AAPL', 'BRK.B'], starts: ['1999-11-01', '2010-03-01', '2024-04-01'] },
  crypto: { symbols: ['ETH/USDT', 'BTC/USDT', 'DOGE/USDT'], starts: ['2017-10-01', '2021-04-01'] },
} as const;

/** A kernel asks for the rules of every session with a bar, the loop for those of sessions with an order: before its board begins, neither runs. */
const BOARD_BEGINS: Readonly<Record<string, string>> = { '688981.SH': '2019-07-22', '300750.SZ': '2009-10-30' };

export type Market = keyof typeof MARKETS;

export function worldOf(seed: number, market: Market, sessions: number): World {
  const random = randomInit(seed, 'world');
  const chance = (probability: number): boolean => randomFloat(random) < probability;
  const pick = <T>(from: readonly T[]): T => from[randomBelow(random, from.length)]!;
  const { symbols: all, starts }: { symbols: readonly string[]; starts: readonly string[] } = MARKETS[market];
  const start = pick(starts);
  const known = all.filter((symbol) => !(start < (BOARD_BEGINS[symbol] ?? '')));
  const symbols = known.filter(() => chance(0.6));
  if (symbols.length === 0) symbols.push(pick(known));
  const calendar = calendarOf(market);
  const warmUp = randomBelow(random, 30);
  const first = calendar.indexAtOrAfter(dayOf(start));
  const days = [...calendar.sessions.slice(first, first + warmUp + sessions)];
  const instruments: Instrument[] = [];
  const series = new Map<string, BarSeries>();
  const actions = new Map<string, CorporateAction[]>();
  for (const symbol of symbols) {
    const { board, kind, units } = describeSymbol(symbol, market === 'us' && chance(0.3) ? { tickSize: 0.01, quantityStep: 0.001 } : {});
    const last = days.length - 1;
    // Listed and delisted inside the span, now and then.
    const from = chance(0.2) ? randomBelow(random, Math.floor(days.length * 0.6)) : 0;
    const to = chance(0.2) ? Math.max(from, warmUp) + randomBelow(random, Math.max(1, last - Math.max(from, warmUp))) : last;
    const st = chance(0.2) && market === 'cn-a' ? days[Math.floor(days.length / 2)]! : undefined;
    instruments.push({
      symbol,
      name: symbol,
      market,
      board,
      kind,
      units,
      ...(from > 0 || chance(0.3) ? { listedOn: days[from]! } : {}),
      ...(to < last ? { delistedOn: days[to]! } : {}),
      ...(st === undefined ? {} : { statuses: [{ status: 'ST' as const, from: st, to: st + 40 }] }),
      ...(chance(0.3) ? { minimumNotionalMinor: pick([500, 10_000, 300_000]) } : {}),
      corporateActions: 'declared',
    });
    const own = market === 'crypto' ? [] : actionsOf(random, symbol, days, market);
    actions.set(symbol, own);
    series.set(symbol, barsOf(random, symbol, days.slice(from, to + 1), own, market));
  }
  const data: MarketData = {
    source: `test:${seed}`,
    synthetic: true,
    calendar: market,
    instruments,
    series,
    actions,
    news: [],
    digests: Object.fromEntries(symbols.map((symbol) => [symbol, `${seed}-${symbol}`])),
    notes: [],
    skipped: {},
  };
  const parts: Record<string, number> = chance(0.15) ? { parts: 1 + randomBelow(random, 4) } : {};
  const ground: SweepGround = {
    spec: {
      data: data.source,
      symbols,
      from: dateOf(days[warmUp]!),
      to: dateOf(days[days.length - 1]!),
      strategies: [{ id: 'sma-cross' }],
      decisionPoint: market !== 'crypto' && chance(0.3) ? 'preopen' : 'close',
      sizing: chance(0.25) ? 'at-fill' : 'at-decision',
      initialCash: pick([1e12, 100, 3_000, 20_000, 100_000, 1_000_000, 50_000_000]),
      rulebook: chance(0.5) ? rulebookWith(market, pick([null, [1, 1000], [1, 100_000], [1, 4]])) : 'default',
      costs: {
        ...(chance(0.4) ? { commission: { numerator: randomBelow(random, 400), denominator: 100_000 } } : {}),
        ...(chance(0.3) ? { minimumCommissionMinor: randomBelow(random, 3000) } : {}),
        ...(chance(0.3) && market === 'us' ? { dividendWithholding: { numerator: 30, denominator: 100 } } : {}),
        ...(chance(0.5) ? { slippageBp: pick([0, 1, 7.5, 30, 200]) } : {}),
      },
    },
    accounts: chance(0.5) ? 'shared' : 'each',
  };
  const signals = [0, 1].map(() => {
    const stay = 0.5 + randomFloat(random) / 2;
    return new Map(symbols.map((symbol) => [symbol, flips(random, series.get(symbol)!.length, stay)] as const));
  });
  const small = (bound: number): number => 1 + randomBelow(random, bound);
  const fast = small(8);
  const configurations: Configuration[] = [
    { strategy: 'sma-cross', parameters: { fast, slow: fast + small(20), ...parts } },
    { strategy: 'sma-cross', parameters: { fast: 1, slow: 1 + small(4), ...parts } },
    { strategy: 'ema-cross', parameters: { fast, slow: fast + small(20), ...parts } },
    { strategy: 'breakout', parameters: { entry: small(15), exit: small(15), ...parts } },
    { strategy: 'momentum-sign', parameters: { lookback: small(25), threshold: (randomFloat(random) - 0.5) / 5, ...parts } },
    { strategy: 'rsi-bands', parameters: { period: 1 + small(12), low: 45, high: 55, ...parts } },
    { strategy: 'signal', parameters: { index: 0, ...parts } },
    { strategy: 'signal', parameters: { index: 1, ...parts } },
  ];
  return { ground, data, signals, configurations };
}

function flips(random: RandomState, length: number, stay: number): Uint8Array {
  let want = 0;
  return Uint8Array.from({ length }, () => (want = randomFloat(random) < stay ? want : 1 - want));
}

function barsOf(random: RandomState, symbol: string, days: number[], actions: CorporateAction[], market: Market): BarSeries {
  const calendar = calendarOf(market);
  const holes = randomFloat(random) < 0.5 ? 0 : randomFloat(random) * 0.3;
  const wild = randomFloat(random) * 0.12;
  const kept = days.filter((_, i) => i === days.length - 1 || randomFloat(random) >= holes);
  const column = (): Float64Array => new Float64Array(kept.length);
  const bars = {
    knownAt: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    factor: column().fill(1),
  };
  const floor = 5;
  const scale = market === 'cn-a' ? 1 : 100;
  let price = (floor + randomBelow(random, 4000)) * scale;
  let factor = 1;
  let next = 0;
  kept.forEach((day, i) => {
    for (; next < actions.length && actions[next]!.exDay <= day; next++) factor *= 1 + randomFloat(random) * 0.1;
    const jump = randomFloat(random) < 0.1 ? (randomFloat(random) < 0.5 ? 1.1 : 0.9) : 1 + 0.03 * randomNormal(random);
    const open = Math.max(floor, Math.round(price * jump));
    const close = Math.max(floor, Math.round(open * (1 + wild * (randomFloat(random) - 0.5))));
    bars.open[i] = open;
    bars.close[i] = close;
    bars.high[i] = Math.max(open, close) + randomBelow(random, 10);
    bars.low[i] = Math.max(1, Math.min(open, close) - randomBelow(random, 10));
    bars.volume[i] =
      randomFloat(random) < 0.03
        ? 0
        : randomBelow(random, 2) === 0
          ? 2_000_000 + randomBelow(random, 9_000_000)
          : randomBelow(random, 90_000);
    bars.factor[i] = factor;
    bars.knownAt[i] = calendar.closeAt(day);
    price = close;
  });
  return { symbol, length: kept.length, day: Int32Array.from(kept), ...bars };
}

function actionsOf(random: RandomState, symbol: string, days: number[], market: Market): CorporateAction[] {
  const count = randomFloat(random) < 0.4 ? 0 : randomBelow(random, 6);
  const places = Array.from({ length: count }, () => randomBelow(random, days.length)).sort((a, b) => a - b);
  return places.map((place) => {
    const exDay = days[place]!;
    const payDay =
      randomFloat(random) < 0.5
        ? exDay
        : days[Math.min(days.length - 1, place + randomBelow(random, 8))]! + (randomFloat(random) < 0.2 ? 1 : 0);
    const cash = randomFloat(random) < 0.7 ? { cash: { numerator: 1 + randomBelow(random, 300), denominator: 10 } } : {};
    const base = { symbol, exDay, payDay, knownAt: 0, ...(randomFloat(random) < 0.5 ? { recordDay: exDay - 1 } : {}) };
    if (market === 'us') {
      const split =
        randomFloat(random) < 0.3
          ? { transfer: randomFloat(random) < 0.7 ? { numerator: 1, denominator: 1 } : { numerator: -3, denominator: 4 } }
          : cash;
      return {
        ...base,
        ...split,
        payDay: 'transfer' in split ? exDay : payDay,
        origin: randomFloat(random) < 0.5 ? 'declared' : 'derived',
      };
    }
    const bonus = randomFloat(random) < 0.3 ? { bonus: { numerator: 1 + randomBelow(random, 10), denominator: 10 } } : {};
    const transfer = randomFloat(random) < 0.3 ? { transfer: { numerator: 1 + randomBelow(random, 10), denominator: 10 } } : {};
    return { ...base, ...cash, ...bonus, ...transfer, origin: randomFloat(random) < 0.8 ? 'declared' : 'derived' };
  });
}

const written = new Map<string, string>();

/** The shipped rulebook with another volume cap, as a file. */
export function rulebookWith(market: Market, cap: readonly number[] | null): string {
  const key = `${market}-${cap?.join('-') ?? 'none'}`;
  let path = written.get(key);
  if (path === undefined) {
    const book = JSON.parse(readFileSync(join(projectRoot(), 'lib/market/rulebooks', `${market}.json`), 'utf8')) as {
      rows: { what: string; cap?: unknown }[];
    };
    for (const row of book.rows) if (row.what === 'volume-cap') row.cap = cap;
    path = join(mkdtempSync(join(tmpdir(), 'hindcast-rules-')), `${key}.json`);
    writeFileSync(path, JSON.stringify(book));
    written.set(key, path);
  }
  return path;
}
