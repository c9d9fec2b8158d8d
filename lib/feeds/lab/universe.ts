/** The stocks of a lab market before their first session: code, board, listing, sector, size, loadings and ST spans. */
import { dayOf, type EpochDay, type Instrument, randomBelow, randomFloat, randomNormal, type StatusSpan } from '../../core/index.js';
import { describeSymbol } from '../../market/index.js';
import { FeedError } from '../errors.js';
import { streamOf } from './random-streams.js';
import { LAB_SECTORS } from './sectors.js';
import type { LabSettings } from './settings.js';
import type { Timeline } from './timeline.js';

export interface LabStock {
  readonly instrument: Instrument;
  readonly code: string;
  /** Index of its first session in the market; below 0: listed before the market begins. */
  readonly listed: number;
  readonly sector: number;
  readonly marketLoading: number;
  readonly sectorLoading: number;
  /** Long-run deviation of its own shock a session. */
  readonly deviation: number;
  /** Reference price of its first bar. */
  readonly issueTicks: number;
  readonly shares: number;
  /** Part of its shares that changes hands in an ordinary session. */
  readonly turnover: number;
  /** First session of each ST span, and the first after it. */
  readonly stFrom: ReadonlySet<number>;
  readonly stUntil: ReadonlySet<number>;
}

type Board = 'sh-main' | 'sz-main' | 'chinext' | 'star' | 'bse';

/**
 * First code, how many, and the day the board opened. The codes lie past those given to companies when this was written, so that no
 * lab stock bears the code of a real one.
 */
const BOARDS: Readonly<
  Record<Board, { readonly first: number; readonly count: number; readonly suffix: string; readonly opened: EpochDay }>
> = {
  'sh-main': { first: 605600, count: 400, suffix: 'SH', opened: dayOf('1990-12-19') },
  'sz-main': { first: 3100, count: 900, suffix: 'SZ', opened: dayOf('1991-07-03') },
  chinext: { first: 302200, count: 800, suffix: 'SZ', opened: dayOf('2009-10-30') },
  star: { first: 689100, count: 900, suffix: 'SH', opened: dayOf('2019-07-22') },
  bse: { first: 929000, count: 1000, suffix: 'BJ', opened: dayOf('2021-11-15') },
};

/** Sessions on which a stock is at least listed before it can become ST. */
const SEASONED = 120;
const ST_MEAN_SESSIONS = 240;

/** Boards of the first `count` stocks: each next one goes where most is missing, so that a larger universe begins with a smaller one. */
function boardsOf(count: number, { main, chinext, star, bse }: LabSettings['boards']): Board[] {
  const parts: [Board, number][] = [
    ['sh-main', main / 2],
    ['sz-main', main / 2],
    ['chinext', chinext],
    ['star', star],
    ['bse', bse],
  ];
  const total = main + chinext + star + bse;
  const given = new Map<Board, number>();
  return Array.from({ length: count }, (_, i) => {
    let best: Board = 'sh-main';
    let missing = Number.NEGATIVE_INFINITY;
    for (const [board, part] of parts) {
      const lack = (part / total) * (i + 1) - (given.get(board) ?? 0);
      if (part > 0 && lack > missing) [best, missing] = [board, lack];
    }
    given.set(best, (given.get(best) ?? 0) + 1);
    return best;
  });
}

/**
 * ST spans by session index, up to the session after the last, whose beginnings and ends are noticed on the last; `until` is Infinity
 * while it is still so.
 */
function stSpans(seed: number, symbol: string, settings: LabSettings, listed: number, sessions: number): { from: number; until: number }[] {
  const state = streamOf(seed, `${symbol}:st`);
  const spans: { from: number; until: number }[] = [];
  let from = -1;
  for (let t = Math.max(1, listed + SEASONED); t <= sessions; t++) {
    const draw = randomFloat(state);
    if (from < 0 && draw < settings.stRate) from = t;
    else if (from >= 0 && draw < 1 / ST_MEAN_SESSIONS) {
      spans.push({ from, until: t });
      from = -1;
    }
  }
  if (from >= 0) spans.push({ from, until: Number.POSITIVE_INFINITY });
  return spans;
}

/** The stocks in the order of their making; those that list after the last session are left out. */
export function universeOf(settings: LabSettings, seed: number, timeline: Timeline): LabStock[] {
  const taken = new Map<Board, number>();
  const stocks: LabStock[] = [];
  for (const board of boardsOf(settings.symbols, settings.boards)) {
    const place = BOARDS[board];
    const number = taken.get(board) ?? 0;
    taken.set(board, number + 1);
    if (number >= place.count)
      throw new FeedError(
        `labMarket: expected at most ${place.count} stocks of ${board}, got more. Ask for fewer symbols, or spread the boards.`,
      );
    const code = String(place.first + number).padStart(6, '0');
    const { symbol, market, kind, units } = describeSymbol(`${code}.${place.suffix}`);
    const state = streamOf(seed, `${symbol}:stock`);
    const [late, wait, age] = [randomFloat(state), -Math.log(1 - randomFloat(state)), randomBelow(state, 2000)];
    const opens = Math.max(0, timeline.indexAtOrAfter(place.opened));
    const listed = opens > 0 ? opens + Math.floor(wait * 120) : late < settings.newListingShare ? 20 + Math.floor(wait * 600) : -1 - age;
    const sector = randomBelow(state, settings.sectors);
    const marketLoading = Math.min(1.8, Math.max(0.4, 1 + 0.2 * randomNormal(state)));
    const sectorLoading = 0.6 + 0.8 * randomFloat(state);
    const { low, high } = settings.ownDeviation;
    const deviation = low + (high - low) * randomFloat(state);
    const issueTicks = Math.round(Math.min(12_000, Math.max(300, Math.exp(7.2 + 0.6 * randomNormal(state)))));
    const shares = Math.round(Math.min(5e9, Math.max(5e7, 4e8 * Math.exp(0.8 * randomNormal(state)))) / 100) * 100;
    const turnover = 0.008 * Math.exp(0.4 * randomNormal(state));
    if (listed >= timeline.length) continue;
    const spans = stSpans(seed, symbol, settings, listed, timeline.length);
    const statuses = spans
      .filter(({ from }) => from < timeline.length)
      .map(
        ({ from, until }): StatusSpan => ({
          status: 'ST',
          from: timeline.day(from),
          ...(until < timeline.length ? { to: timeline.day(until) - 1 } : {}),
        }),
      );
    stocks.push({
      instrument: {
        symbol,
        name: `Lab ${LAB_SECTORS[sector]!.en} ${code} (synthetic)`,
        market,
        board,
        kind,
        units,
        // A board's first companies listed on the day it opened.
        listedOn: Math.max(place.opened, timeline.day(listed)),
        sector: LAB_SECTORS[sector]!.en,
        ...(statuses.length > 0 ? { statuses } : {}),
        corporateActions: 'declared',
      },
      code,
      listed,
      sector,
      marketLoading,
      sectorLoading,
      deviation,
      issueTicks,
      shares,
      turnover,
      stFrom: new Set(spans.map((span) => span.from)),
      stUntil: new Set(spans.map((span) => span.until)),
    });
  }
  return stocks;
}
