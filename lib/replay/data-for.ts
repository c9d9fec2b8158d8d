/** The data of a spec: loaded, narrowed to its symbols, and refused where a replay could not be honest on it. */
import { dateOf, dayOf, InputError, type Symbol } from '../core/index.js';
import { loadSource, type MarketData, sliceData, withQuantityStep } from '../feeds/index.js';
import type { ReplaySpec } from './spec.js';

/** Loads what `spec.data` names. Throws InputError on an unknown set or symbol, a span in which none of them traded, or on unknown corporate actions without price-only. */
export function dataFor(spec: ReplaySpec, loaded?: MarketData): MarketData {
  const whole = loaded ?? loadSource(spec.data, spec.onBadRow, spec.symbols);
  const known = new Set(whole.instruments.map((instrument) => instrument.symbol));
  for (const symbol of spec.symbols) {
    if (!known.has(symbol)) {
      throw new InputError(`dataFor: expected a symbol of ${whole.source}, got ${symbol}. It has ${[...known].join(', ')}.`);
    }
  }
  const wanted = whole.index !== undefined && !spec.symbols.includes(whole.index) ? [...spec.symbols, whole.index] : spec.symbols;
  const data = sliceData(whole, { symbols: wanted, to: dayOf(spec.to) });
  const outside: Symbol[] = [];
  for (const symbol of spec.symbols) {
    const instrument = data.instruments.find((known) => known.symbol === symbol)!;
    const series = data.series.get(symbol)!;
    if (instrument.kind === 'index')
      throw new InputError(`dataFor: expected something that trades, got the index ${symbol}. Choose a stock.`);
    if (instrument.corporateActions === 'unknown' && !spec.priceOnly) {
      throw new InputError(
        `dataFor: expected known corporate actions, got none for ${symbol}. Give them in actions.csv beside the bars, or replay on prices alone with --price-only (the report says so).`,
      );
    }
    if (series.length === 0 || series.day[series.length - 1]! < dayOf(spec.from)) outside.push(symbol);
    const span = whole.actionsKnown?.[symbol];
    if (span !== undefined && !spec.priceOnly && (dayOf(spec.from) < span.from || dayOf(spec.to) > span.to)) {
      throw new InputError(
        `dataFor: expected a span within ${dateOf(span.from)}..${dateOf(span.to)}, where the corporate actions of ${symbol} are known, got ${spec.from}..${spec.to}. Narrow it, or use --price-only.`,
      );
    }
  }
  if (outside.length === spec.symbols.length) {
    const { length, day } = data.series.get(outside[0]!)!;
    throw new InputError(
      `dataFor: expected bars of ${outside.join(', ')} between ${spec.from} and ${spec.to}, got ${length === 0 ? 'none' : `the last on ${dateOf(day[length - 1]!)}`}. Choose another span.`,
    );
  }
  return finished(outside.length === 0 ? data : { ...data, notes: [...data.notes, absent(outside, spec)] }, spec);
}

/** A universe may hold what lists later, or is gone. */
const absent = (symbols: readonly Symbol[], { from, to }: ReplaySpec): string =>
  `No bars between ${from} and ${to}: ${symbols.join(', ')} (listed later, or gone before).`;

function finished(data: MarketData, spec: ReplaySpec): MarketData {
  const stepped = spec.quantityStep === undefined ? data : withQuantityStep(data, spec.quantityStep);
  return spec.priceOnly ? onPricesAlone(stepped) : stepped;
}

/** The same bars without any adjustment: no actions, all factors 1. */
function onPricesAlone(data: MarketData): MarketData {
  const series = new Map(
    [...data.series].map(([symbol, bars]) => [symbol, { ...bars, factor: new Float64Array(bars.length).fill(1) }] as const),
  );
  return { ...data, series, actions: new Map() };
}
