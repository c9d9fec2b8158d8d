/** A part of market data: some symbols, up to a day, with all that came before it. */
import { type BarSeries, type CorporateAction, DAY_MS, dateOf, type EpochDay, type Instrument, type Symbol } from '../core/index.js';
import { digestsOf } from './digest.js';
import { FeedError } from './errors.js';
import type { MarketData } from './market-data.js';

/** Number of bars up to and with a day. */
function lengthUpTo(series: BarSeries, to: EpochDay): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series.day[middle] as number) <= to) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Statuses as they stood on the evening of a day: what begins later goes, and what had not ended holds on. */
function upTo(instrument: Instrument, day: EpochDay): Instrument {
  const { statuses, ...rest } = instrument;
  const begun = (statuses ?? []).filter(({ from }) => from <= day);
  if (begun.length === 0) return rest;
  return { ...rest, statuses: begun.map(({ to, ...span }) => (to === undefined || to >= day ? span : { ...span, to })) };
}

/**
 * Data of `symbols` up to the session `to`, all earlier bars kept (a run warms up on them, and factors count from the first bar).
 * Columns are views on the old ones. News of later than two days after `to` goes. What lists
 * later has no bars. Throws FeedError for a symbol that isn't there, or when none has bars by then.
 */
export function sliceData(data: MarketData, { symbols, to }: { readonly symbols: readonly Symbol[]; readonly to: EpochDay }): MarketData {
  const wanted = new Set(symbols);
  const instruments = data.instruments.filter((instrument) => wanted.has(instrument.symbol)).map((instrument) => upTo(instrument, to));
  const series = new Map<Symbol, BarSeries>();
  const actions = new Map<Symbol, readonly CorporateAction[]>();
  let some = false;
  for (const symbol of wanted) {
    const whole = data.series.get(symbol);
    if (!whole || !instruments.some((instrument) => instrument.symbol === symbol)) {
      throw new FeedError(`sliceData: expected a symbol of ${data.source}, got ${symbol}. It has ${[...data.series.keys()].join(', ')}.`);
    }
    const length = lengthUpTo(whole, to);
    if (length > 0) some = true;
    series.set(symbol, {
      symbol,
      length,
      day: whole.day.subarray(0, length),
      knownAt: whole.knownAt.subarray(0, length),
      open: whole.open.subarray(0, length),
      high: whole.high.subarray(0, length),
      low: whole.low.subarray(0, length),
      close: whole.close.subarray(0, length),
      volume: whole.volume.subarray(0, length),
      factor: whole.factor.subarray(0, length),
    });
    actions.set(
      symbol,
      (data.actions.get(symbol) ?? []).filter((action) => action.exDay <= to),
    );
  }
  if (!some)
    throw new FeedError(`sliceData: expected bars of ${[...wanted].join(', ')} up to ${dateOf(to)}, got none. Choose a later day.`);
  const news = data.news.filter(
    (item) => item.knownAt < (to + 2) * DAY_MS && (item.symbols.length === 0 || item.symbols.some((s) => wanted.has(s))),
  );
  const known = data.actionsKnown
    ? Object.fromEntries(Object.entries(data.actionsKnown).filter(([symbol]) => wanted.has(symbol)))
    : undefined;
  const { index, actionsKnown: _, ...rest } = data;
  return {
    ...rest,
    instruments,
    series,
    actions,
    ...(known ? { actionsKnown: known } : {}),
    news,
    ...(index !== undefined && wanted.has(index) ? { index } : {}),
    digests: digestsOf({ instruments, series, actions, news }),
  };
}
