/** A store as market data. */
import { type BarSeries, type CorporateAction, dateOf, type Instrument, type Symbol } from '../../core/index.js';
import { type CalendarId, calendarOf, describeSymbol } from '../../market/index.js';
import { lengthOf } from '../assemble.js';
import { digestsOf } from '../digest.js';
import type { MarketData } from '../market-data.js';
import { sessionClose } from '../session-closes.js';
import { readColumns } from './columns.js';
import { type Entry, readEntry, storedSymbols } from './entry.js';
import { StoreError } from './errors.js';

export interface LoadStoreOptions {
  /** Only these; all by default. */
  readonly symbols?: readonly Symbol[];
  /** Symbol that serves as the index; the one index among the symbols when not given. */
  readonly index?: Symbol;
  /** With `symbols`: load the store's one index of their market too, when it has exactly one. */
  readonly withIndex?: boolean;
}

/** Bars, actions and provenance of `folder`. Throws StoreError for a symbol that isn't there, or whose bytes changed. */
export function loadStore(folder: string, options: LoadStoreOptions = {}): MarketData {
  const symbols = [
    ...new Set([...(options.symbols ?? storedSymbols(folder)), ...(options.withIndex ? indexOf(folder, options.symbols) : [])]),
  ];
  if (symbols.length === 0)
    throw new StoreError(`loadStore: expected symbols in ${folder}, got none. Fetch some: hindcast data fetch --help`);
  const entries = symbols.map((symbol): Entry => {
    const entry = readEntry(folder, symbol);
    if (entry) return entry;
    throw new StoreError(
      `loadStore: expected a symbol of ${folder}, got ${symbol}. It has ${storedSymbols(folder).slice(0, 20).join(', ') || 'none'}.`,
    );
  });
  const markets = [...new Set(entries.map(({ instrument }) => instrument.market))];
  if (markets.length !== 1)
    throw new StoreError(`loadStore: expected symbols of one market, got ${markets.join(' and ')}. Load each market on its own.`);
  const calendar = calendarOf(markets[0] as CalendarId);
  const [intervalMs, ...others] = [...new Set(entries.map((entry) => entry.intervalMs))];
  if (others.length > 0)
    throw new StoreError(
      `loadStore: expected bars of one length, got ${[intervalMs, ...others].map(lengthOf).join(' and ')}. Name the symbols of one of them.`,
    );
  const series = new Map<Symbol, BarSeries>();
  const actions = new Map<Symbol, readonly CorporateAction[]>();
  const actionsKnown: Record<Symbol, { from: number; to: number }> = {};
  for (const entry of entries) {
    const { symbol } = entry;
    const {
      length,
      day,
      knownAt: ends,
      open,
      high,
      low,
      close,
      volume,
      factor,
    } = readColumns(folder, entry.file, entry.sha256, ['open', 'high', 'low', 'close', 'volume', 'factor']);
    const knownAt = new Float64Array(length);
    for (let i = 0, session = calendar.indexAtOrAfter(day[0] as number); i < length; i++, session++) {
      while ((calendar.sessions[session] as number) < (day[i] as number)) session++;
      if (calendar.sessions[session] !== day[i])
        throw new StoreError(
          `loadStore: expected sessions of ${calendar.id}, got a bar of ${symbol} on ${dateOf(day[i] as number)}. Remove the entry and fetch the symbol again.`,
        );
      knownAt[i] = ends?.[i] ?? sessionClose(calendar, session);
      if (ends && day[i + 1] === day[i]) session--;
    }
    series.set(symbol, { symbol, length, day, knownAt, open, high, low, close, volume, factor });
    actions.set(symbol, entry.actions);
    if (entry.actionsKnown) actionsKnown[symbol] = entry.actionsKnown;
  }
  const instruments: Instrument[] = entries.map(({ instrument }) => instrument);
  const indices = instruments.filter(({ kind }) => kind === 'index');
  if (options.index !== undefined && !series.has(options.index))
    throw new StoreError(`loadStore: expected the index ${options.index} among the symbols, got ${symbols.join(', ')}. Add it.`);
  const index = options.index ?? (indices.length === 1 ? indices[0]?.symbol : undefined);
  return {
    source: `store:${folder}`,
    synthetic: entries.some(({ synthetic }) => synthetic),
    calendar: calendar.id,
    ...(intervalMs === undefined ? {} : { intervalMs }),
    instruments,
    series,
    actions,
    ...(Object.keys(actionsKnown).length === 0 ? {} : { actionsKnown }),
    news: [],
    ...(index === undefined ? {} : { index }),
    digests: digestsOf({ instruments, series, actions, news: [] }),
    notes: [...new Set(entries.flatMap(({ notes }) => notes))],
    skipped: {},
  };
}

/** The one index that is stored of the market of `symbols`, if there is one. */
function indexOf(folder: string, symbols: readonly Symbol[] = []): Symbol[] {
  const market = symbols[0] === undefined ? undefined : readEntry(folder, symbols[0])?.instrument.market;
  const indices = storedSymbols(folder).filter((symbol) => {
    if (describeSymbol(symbol).kind !== 'index') return false;
    return readEntry(folder, symbol)?.instrument.market === market;
  });
  return indices.length === 1 ? indices : [];
}
