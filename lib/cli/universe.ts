/** What a source of bars offers a replay when the flags don't say: its tradable instruments and the span they share. */
import { nearest } from '../config/index.js';
import { dateOf, dayOf, InputError } from '../core/index.js';
import { describeMapping, loadSource, type MarketData } from '../feeds/index.js';

export const DEFAULT_SOURCE = 'embedded:cn';

/** Loads a source by name or path, of a store only `symbols` where they are given; `understood` tells how the columns of each file were read. */
export function openSource(
  source: string,
  onBadRow: 'refuse' | 'skip' = 'refuse',
  symbols?: readonly string[],
): { data: MarketData; understood: string[] } {
  const data = loadSource(source, onBadRow, symbols);
  return { data, understood: data.mappings.map(describeMapping) };
}

/** What was already said of a universe. */
export interface Wanted {
  readonly symbols?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly priceOnly?: boolean;
}

export interface Universe {
  readonly symbols: string[];
  readonly from: string;
  readonly to: string;
}

/**
 * Symbols and span: the flags' own, else all that trades with known corporate actions (or whatever trades, with price-only), over the
 * sessions that all of them share.
 */
export function universeOf(data: MarketData, { symbols, from, to, priceOnly = false }: Wanted): Universe {
  const traded = data.instruments.filter((one) => one.kind !== 'index' && data.series.has(one.symbol));
  const chosen = symbols ?? traded.filter((one) => priceOnly || one.corporateActions !== 'unknown').map((one) => one.symbol);
  if (chosen.length === 0) {
    throw new InputError(
      `universeOf: expected instruments with known corporate actions in ${data.source}, got none. Give actions.csv beside the bars, or use --price-only.`,
    );
  }
  const known = data.instruments.map((one) => one.symbol);
  for (const symbol of chosen) {
    if (data.series.has(symbol)) continue;
    const like = nearest(symbol, known);
    throw new InputError(
      `universeOf: expected symbols of ${data.source}, got ${symbol}. ${like ? `Did you mean ${like}?` : `It has ${known.join(', ')}.`}`,
    );
  }
  let first = Number.NEGATIVE_INFINITY;
  let last = Number.POSITIVE_INFINITY;
  for (const symbol of chosen) {
    const { day, length } = data.series.get(symbol)!;
    const span = priceOnly ? undefined : data.actionsKnown?.[symbol];
    first = Math.max(first, day[0] ?? Number.POSITIVE_INFINITY, span?.from ?? first);
    last = Math.min(last, day[length - 1] ?? Number.NEGATIVE_INFINITY, span?.to ?? last);
  }
  if (first > last && (from === undefined || to === undefined)) {
    throw new InputError(
      `universeOf: expected sessions that ${chosen.join(', ')} share in ${data.source}, got none. Give --from and --to, or fewer symbols.`,
    );
  }
  if (from !== undefined && dayOf(from) > last && to === undefined) {
    throw new InputError(`universeOf: expected --from up to ${dateOf(last)}, the end of ${data.source}, got ${from}. Give an earlier one.`);
  }
  if (to !== undefined && dayOf(to) < first && from === undefined) {
    throw new InputError(`universeOf: expected --to from ${dateOf(first)} on, the start of ${data.source}, got ${to}. Give a later one.`);
  }
  return { symbols: [...chosen], from: from ?? dateOf(first), to: to ?? dateOf(last) };
}
