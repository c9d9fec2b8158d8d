/** What a source of bars offers a replay when the flags don't say: its tradable instruments and the span they share. */
import { dateOf, dayOf, InputError } from '../core/index.js';
import { embeddedData, loadBars, type MarketData } from '../feeds/index.js';
import type { SpecFlags } from './spec-flags.js';

export const DEFAULT_SOURCE = 'embedded:cn';

/** Loads `embedded:cn`, `embedded:us`, or bars under a path. */
export function loadSource(source: string, onBadRow: 'refuse' | 'skip' = 'refuse'): MarketData {
  if (source === 'embedded:cn') return embeddedData('cn');
  if (source === 'embedded:us') return embeddedData('us');
  if (source.startsWith('embedded:')) {
    throw new InputError(`loadSource: expected embedded:cn or embedded:us, got ${source}. Choose one, or give a path to bars.`);
  }
  return loadBars(source, { onBadRow });
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
export function universeOf(data: MarketData, { symbols, from, to, priceOnly = false }: SpecFlags): Universe {
  const traded = data.instruments.filter((one) => one.kind !== 'index' && data.series.has(one.symbol));
  const chosen = symbols ?? traded.filter((one) => priceOnly || one.corporateActions !== 'unknown').map((one) => one.symbol);
  if (chosen.length === 0) {
    throw new InputError(
      `universeOf: expected instruments with known corporate actions in ${data.source}, got none. Give actions.csv beside the bars, or use --price-only.`,
    );
  }
  let first = Number.NEGATIVE_INFINITY;
  let last = Number.POSITIVE_INFINITY;
  for (const symbol of chosen) {
    // A symbol that isn't there is refused by the replay, with the names that are.
    const days = data.series.get(symbol)?.day;
    if (!days || days.length === 0) continue;
    const known = priceOnly ? undefined : data.actionsKnown?.[symbol];
    first = Math.max(first, days[0]!, known?.from ?? first);
    last = Math.min(last, days[days.length - 1]!, known?.to ?? last);
  }
  const empty = !(first <= last);
  if (empty && (from === undefined || to === undefined)) {
    throw new InputError(
      `universeOf: expected sessions that ${chosen.join(', ')} share in ${data.source}, got none. Give --from and --to, or fewer symbols.`,
    );
  }
  if (from !== undefined) dayOf(from);
  if (to !== undefined) dayOf(to);
  return { symbols: chosen, from: from ?? dateOf(first), to: to ?? dateOf(last) };
}
