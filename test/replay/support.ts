/** Small worlds for the replay's tests. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BarSeries,
  dateOf,
  dayOf,
  type Instrument,
  manualClock,
  type NewsItem,
  randomBelow,
  randomInit,
} from '../../lib/core/index.js';
import type { MarketData } from '../../lib/feeds/index.js';
import { calendarOf, describeSymbol } from '../../lib/market/index.js';
import type { ReplayEffects, ReplaySpecInput } from '../../lib/replay/index.js';

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'hindcast-test-'));

export const effects = (resultsDir: string, more: Partial<ReplayEffects> = {}): ReplayEffects => ({
  clock: manualClock(1_700_000_000_000),
  resultsDir,
  ...more,
});

/** The tour's A-share, a year of it. */
export const oneYear: ReplaySpecInput = {
  data: 'embedded:cn',
  symbols: ['000001.SZ'],
  from: '2015-01-05',
  to: '2015-12-31',
  strategies: [{ id: 'rule:v1', parameters: {} }],
};

/** Seeded made-up bars of A-shares on the true calendar; `holes` lists session indices without a bar, by symbol. */
export function madeUpData(options: {
  symbols: string[];
  from: string;
  sessions: number;
  seed?: number;
  holes?: Record<string, number[]>;
  news?: NewsItem[];
}): MarketData {
  const calendar = calendarOf('cn-a');
  const first = calendar.indexAtOrAfter(dayOf(options.from));
  const days = calendar.sessions.slice(first, first + options.sessions);
  const series = new Map<string, BarSeries>();
  const instruments: Instrument[] = [];
  const random = randomInit(options.seed ?? 7);
  for (const symbol of options.symbols) {
    const { market, board, kind, units } = describeSymbol(symbol);
    instruments.push({ symbol, name: symbol, market, board, kind, units, corporateActions: 'none' });
    const kept = [...days].filter((_, i) => !(options.holes?.[symbol] ?? []).includes(i));
    const column = (): Float64Array => new Float64Array(kept.length);
    const bars = {
      open: column(),
      high: column(),
      low: column(),
      close: column(),
      volume: column(),
      factor: column().fill(1),
      knownAt: column(),
    };
    let price = 1000 + randomBelow(random, 1000);
    kept.forEach((day, i) => {
      const open = Math.max(100, price + randomBelow(random, 41) - 20);
      const close = Math.max(100, open + randomBelow(random, 61) - 30);
      bars.open[i] = open;
      bars.close[i] = close;
      bars.high[i] = Math.max(open, close) + randomBelow(random, 10);
      bars.low[i] = Math.min(open, close) - randomBelow(random, 10);
      bars.volume[i] = 100_000 + randomBelow(random, 900_000);
      bars.knownAt[i] = calendar.closeAt(day);
      price = close;
    });
    series.set(symbol, { symbol, length: kept.length, day: Int32Array.from(kept), ...bars });
  }
  return {
    source: 'test:made-up',
    synthetic: true,
    calendar: 'cn-a',
    instruments,
    series,
    actions: new Map(),
    news: options.news ?? [],
    digests: Object.fromEntries(
      options.symbols.map((symbol) => [symbol, `made-up-${symbol}-${options.from}-${options.sessions}-${options.seed ?? 7}`]),
    ),
    notes: [],
    skipped: {},
  };
}

export const lastDate = (data: MarketData): string => {
  const longest = [...data.series.values()].reduce((a, b) => (b.day[b.length - 1]! > a.day[a.length - 1]! ? b : a));
  return dateOf(longest.day[longest.length - 1]!);
};

/** Seeded made-up bars of `minutes` on the true calendar and its trading hours; `lacking`: one in so many bars is not there. */
export function madeUpMinutes(options: {
  symbols: string[];
  from: string;
  sessions: number;
  minutes: number;
  seed?: number;
  lacking?: number;
  /** Session indices without any bar, by symbol. */
  holes?: Record<string, number[]>;
  /** Times the usual volume. */
  volume?: number;
}): MarketData {
  const { minutes, seed = 7, lacking = 0, holes = {}, volume = 1 } = options;
  const described = options.symbols.map((symbol) => describeSymbol(symbol));
  const id = described[0]!.market as 'cn-a' | 'us' | 'crypto';
  const calendar = calendarOf(id);
  const first = calendar.indexAtOrAfter(dayOf(options.from));
  const days = calendar.sessions.slice(first, first + options.sessions);
  const intervalMs = minutes * 60_000;
  const random = randomInit(seed, 'minutes');
  const series = new Map<string, BarSeries>();
  for (const { symbol } of described) {
    const rows: number[][] = [];
    let price = 2000 + randomBelow(random, 3000);
    days.forEach((day, session) => {
      if (holes[symbol]?.includes(session)) return;
      for (const { from, to } of calendar.spansAt(day)) {
        for (let at = from; at < to; at += intervalMs) {
          const open = Math.max(100, price + randomBelow(random, 21) - 10);
          const close = Math.max(100, open + randomBelow(random, 41) - 20);
          price = close;
          if (lacking > 0 && randomBelow(random, lacking) === 0) continue;
          const known = Math.min(at + intervalMs, to, calendar.closeAt(day));
          const high = Math.max(open, close) + randomBelow(random, 5);
          const low = Math.min(open, close) - randomBelow(random, 5);
          rows.push([day, known, open, high, low, close, (5_000 + randomBelow(random, 200_000)) * volume]);
        }
      }
    });
    const column = (i: number): Float64Array => Float64Array.from(rows, (row) => row[i]!);
    const bars = { open: column(2), high: column(3), low: column(4), close: column(5), volume: column(6) };
    const day = Int32Array.from(rows, (row) => row[0]!);
    series.set(symbol, { symbol, length: rows.length, day, knownAt: column(1), ...bars, factor: new Float64Array(rows.length).fill(1) });
  }
  return {
    source: 'test:minutes',
    synthetic: true,
    calendar: id,
    intervalMs,
    instruments: described.map((one) => ({ ...one, name: one.symbol, corporateActions: 'none' as const })),
    series,
    actions: new Map(),
    news: [],
    digests: Object.fromEntries(options.symbols.map((symbol) => [symbol, `${symbol}-${JSON.stringify(options)}`])),
    notes: [],
    skipped: {},
  };
}

/** The daily bars that bars of minutes add up to. */
export function dailyOf(data: MarketData): MarketData {
  const calendar = calendarOf(data.calendar as 'cn-a');
  const series = new Map<string, BarSeries>();
  for (const [symbol, bars] of data.series) {
    const rows = new Map<number, number[]>();
    for (let i = 0; i < bars.length; i++) {
      const row = rows.get(bars.day[i]!);
      const [open, high, low, close] = [bars.open[i]!, bars.high[i]!, bars.low[i]!, bars.close[i]!];
      if (row === undefined) rows.set(bars.day[i]!, [open, high, low, close, bars.volume[i]!, bars.factor[i]!]);
      else {
        row[1] = Math.max(row[1]!, high);
        row[2] = Math.min(row[2]!, low);
        row[3] = close;
        row[4]! += bars.volume[i]!;
      }
    }
    const day = Int32Array.from(rows.keys());
    const column = (i: number): Float64Array => Float64Array.from(rows.values(), (row) => row[i]!);
    series.set(symbol, {
      ...{ symbol, length: day.length, day, knownAt: Float64Array.from(day, (d) => calendar.closeAt(d)) },
      ...{ open: column(0), high: column(1), low: column(2), close: column(3), volume: column(4), factor: column(5) },
    });
  }
  const { intervalMs: _, ...rest } = data;
  return { ...rest, series };
}
