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
