/** Turns checked rows into market data: volume in units, corporate actions and factors, digests, and what was done to each file. */
import { basename } from 'node:path';
import { type BarSeries, type CorporateAction, dateOf, type Instrument, type Symbol } from '../core/index.js';
import { type Calendar, type CalendarId, calendarOf } from '../market/index.js';
import { readActions } from './actions-file.js';
import { deriveActions, factorOf } from './corporate-actions.js';
import { digestsOf } from './digest.js';
import { FeedError } from './errors.js';
import type { FileMapping } from './file-mapping.js';
import type { BarStamp } from './intraday-rows.js';
import type { MarketData } from './market-data.js';
import type { SeriesBuilder } from './series-builder.js';
import { findVolumeUnit, type VolumeUnit } from './volume-unit.js';

export interface LoadedBars extends MarketData {
  /** What was understood of each file. */
  readonly mappings: readonly FileMapping[];
}

/** The rows of one symbol. */
export interface Entry {
  readonly builder: SeriesBuilder;
  readonly file: number;
  readonly derives: boolean;
}

/** One file that was read, and what its header says. */
export interface LoadedFile {
  readonly path: string;
  readonly mapping: Omit<FileMapping, 'symbols' | 'bars' | 'remarks'>;
  readonly statedUnit: VolumeUnit | undefined;
}

/** `5-minute`, `daily`. */
export const lengthOf = (intervalMs: number | undefined): string => (intervalMs === undefined ? 'daily' : `${intervalMs / 60_000}-minute`);

const NO_AMOUNT = new Float64Array(0);

/** Market data of all symbols. Throws FeedError when they are of several markets, or actions and amounts contradict the bars. */
export function assemble(
  entries: ReadonlyMap<Symbol, Entry>,
  files: readonly LoadedFile[],
  about: {
    readonly source: string;
    readonly actionsFile: string | undefined;
    readonly index: Symbol | undefined;
    readonly barStamp: BarStamp | undefined;
    readonly skipped: Readonly<Record<string, number>>;
  },
): LoadedBars {
  const { source, actionsFile, skipped } = about;
  const markets = [...new Set([...entries.values()].map((entry) => entry.builder.instrument.market))];
  if (markets.length !== 1) {
    throw new FeedError(
      `loadBars: expected bars of one market, got ${markets.length === 0 ? 'none' : markets.join(' and ')}. ${markets.length === 0 ? 'Check the symbols asked for' : 'Load each market on its own'}.`,
    );
  }
  const calendar: Calendar = calendarOf(markets[0] as CalendarId);
  const declared =
    actionsFile === undefined ? undefined : readActions(actionsFile, calendar, (symbol) => entries.get(symbol)?.builder.instrument.units);
  const instruments: Instrument[] = [];
  const series = new Map<Symbol, BarSeries>();
  const actions = new Map<Symbol, readonly CorporateAction[]>();
  const notes: string[] = [];
  const intervals = new Map<number | undefined, Symbol>();
  const perFile = files.map(() => ({ symbols: [] as Symbol[], bars: 0, remarks: new Set<string>() }));

  for (const [symbol, { builder, file, derives }] of entries) {
    const place = perFile[file] as (typeof perFile)[number];
    const loaded = files[file] as LoadedFile;
    const { series: bars, amount, adjustment, reversed, intraday } = builder.finish(calendar, about.barStamp);
    const { units, kind } = builder.instrument;
    if (bars.length === 0) {
      throw new FeedError(`loadBars: expected bars of ${symbol} in ${basename(loaded.path)}, got none that can be used. Check the file.`);
    }
    if (!intervals.has(intraday?.intervalMs)) intervals.set(intraday?.intervalMs, symbol);
    if (intraday) place.remarks.add(`${lengthOf(intraday.intervalMs)} bars, each stamped with its ${intraday.stamp}`);
    if (reversed) place.remarks.add('newest first, turned round');
    if (builder.noTrade > 0) place.remarks.add(`${builder.noTrade} days without trade of ${symbol} left out`);
    // An index has no price per share: its amounts show nothing.
    const { unit, basis } = findVolumeUnit(bars, kind === 'index' ? NO_AMOUNT : amount, units, loaded.statedUnit);
    if (unit === 'lots') place.remarks.add(`volume in lots (${basis}), turned into shares`);
    else if (kind === 'stock') place.remarks.add(`volume in shares (${basis})`);
    const perUnit = (unit === 'lots' ? 100 : 1) / units.quantityStep;
    for (let i = 0; i < bars.length; i++) bars.volume[i] = Math.round((bars.volume[i] as number) * perUnit);

    const own = declared?.get(symbol);
    let state: Instrument['corporateActions'] = kind === 'index' || kind === 'spot' ? 'none' : 'unknown';
    let list: readonly CorporateAction[] = [];
    let factor = bars.factor;
    if (own) {
      state = own.length === 0 ? 'none' : 'declared';
      list = own;
      factor = factorOf(bars.day, bars.close, own, units);
    } else if (derives && kind !== 'index') {
      const derived = deriveActions(symbol, bars, adjustment, units);
      if (derived.fallen.length > 0) {
        notes.push(
          `${symbol}: the adjustment falls on ${derived.fallen.length} days, first ${dateOf(derived.fallen[0] as number)} (reverse split, restated or coarse adjusted close): corporate actions count as unknown.`,
        );
      } else {
        state = 'derived';
        list = derived.actions;
        factor = derived.factor;
      }
    }
    instruments.push({ ...builder.instrument, corporateActions: state });
    series.set(symbol, { ...bars, factor });
    actions.set(symbol, list);
    place.symbols.push(symbol);
    place.bars += bars.length;
  }

  if (intervals.size > 1) {
    throw new FeedError(
      `loadBars: expected bars of one length, got ${[...intervals].map(([ms, symbol]) => `${lengthOf(ms)} of ${symbol}`).join(' and ')}. Load each length on its own.`,
    );
  }
  const [intervalMs] = intervals.keys();
  const indices = instruments.filter((instrument) => instrument.kind === 'index');
  if (about.index !== undefined && !series.has(about.index))
    throw new FeedError(`loadBars: expected bars of the index ${about.index}, got ${[...series.keys()].join(', ')}. Add its file.`);
  const index = about.index ?? (indices.length === 1 ? indices[0]?.symbol : undefined);
  return {
    source,
    synthetic: false,
    calendar: calendar.id,
    ...(intervalMs === undefined ? {} : { intervalMs }),
    instruments,
    series,
    actions,
    news: [],
    ...(index === undefined ? {} : { index }),
    digests: digestsOf({ instruments, series, actions, news: [] }),
    notes,
    skipped,
    mappings: files.map(({ mapping }, file) => {
      const { symbols, bars, remarks } = perFile[file] as (typeof perFile)[number];
      return { ...mapping, symbols, bars, remarks: [...remarks] };
    }),
  };
}
