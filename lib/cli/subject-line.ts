/** What a table is about: instruments, span, account; and which instrument cut the span short. */
import { dateOf } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';

export interface Subject {
  readonly symbols: readonly string[];
  readonly from: string;
  readonly to: string;
  /** In yuan, dollars or whatever the data are quoted in. */
  readonly initialCash: number;
}

/** Named on the line; more are counted. */
const NAMED = 6;

/** Shorter by less than this is not worth a line, in days. */
const WORTH_SAYING = 90;

/**
 * `AAPL, FB of embedded:us, 2012-05-18 to 2013-03-01, USD 1,000,000`, and a second line where nobody gave the first date and the
 * youngest instrument hides years of the others.
 */
export function subjectLines(data: MarketData, { symbols, from, to, initialCash }: Subject, wanted: { readonly from?: string }): string[] {
  const named = symbols.length > NAMED ? `${symbols.slice(0, NAMED).join(', ')} and ${symbols.length - NAMED} more` : symbols.join(', ');
  const currency = data.instruments.find(({ symbol }) => symbol === symbols[0])?.units.currency ?? '';
  const bars = data.intervalMs === undefined ? '' : `, bars of ${data.intervalMs / 60_000} minutes`;
  const line = `${named} of ${data.source}${bars}, ${from} to ${to}, ${currency} ${initialCash.toLocaleString('en-US')}`;
  if (wanted.from !== undefined) return [line];
  const starts = symbols.flatMap((symbol) => {
    const day = data.series.get(symbol)?.day[0];
    return day === undefined ? [] : [{ symbol, day }];
  });
  starts.sort((a, b) => a.day - b.day);
  const youngest = starts[starts.length - 1];
  if (youngest === undefined || dateOf(youngest.day) !== from || youngest.day - starts[0]!.day < WORTH_SAYING) return [line];
  return [line, `  The span begins with the first bar of ${youngest.symbol}: fewer --symbols or a --from give a longer one.`];
}
