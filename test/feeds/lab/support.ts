/** Readings of a lab market that several tests share. */
import type { BarSeries, EpochDay, Symbol } from '../../../lib/core/index.js';
import type { LabItemTruth, LabMarket } from '../../../lib/feeds/index.js';

export const stocksOf = ({ data }: LabMarket): Symbol[] => data.instruments.filter((i) => i.kind === 'stock').map((i) => i.symbol);

/** Index of the first bar on or after a day. */
export function barFrom(series: BarSeries, day: EpochDay): number {
  let [low, high] = [0, series.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.day[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Pearson correlation with the half-width of 3 standard errors (1 / sqrt(n)). */
export function correlation(x: readonly number[], y: readonly number[]): { r: number; slack: number; n: number } {
  const n = x.length;
  const mean = (v: readonly number[]): number => v.reduce((sum, value) => sum + value, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xy += (x[i]! - mx) * (y[i]! - my);
    xx += (x[i]! - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  }
  return { r: xy / Math.sqrt(xx * yy), slack: 3 / Math.sqrt(n), n };
}

/**
 * Log return from the open of an item's first pushed session to the close of its last, plain and with each session measured in its
 * own deviation; null where a session is missing or lies past the data.
 */
export function horizonReturn(market: LabMarket, item: LabItemTruth): { plain: number; scaled: number } | null {
  const { horizon } = market.truth.settings.news;
  const series = market.data.series.get(item.symbol!)!;
  const { deviation } = market.truth.stocks.get(item.symbol!)!;
  const from = barFrom(series, item.pushFrom);
  const to = from + horizon - 1;
  if (from < 1 || to >= series.length || series.day[from] !== item.pushFrom || series.day[to] !== item.pushTo) return null;
  const total = (column: Float64Array, i: number): number => Math.log(column[i]! * series.factor[i]!);
  let scaled = 0;
  for (let i = from; i <= to; i++)
    scaled += (total(series.close, i) - (i === from ? total(series.open, i) : total(series.close, i - 1))) / deviation[i]!;
  return { plain: total(series.close, to) - total(series.open, from), scaled };
}

/** Items with a signal, and what came of each. */
export function signals(market: LabMarket, which: (item: LabItemTruth) => boolean = () => true) {
  const found: { item: LabItemTruth; plain: number; scaled: number }[] = [];
  for (const item of market.truth.items) {
    if (item.signal === 0 || !which(item)) continue;
    const outcome = horizonReturn(market, item);
    if (outcome) found.push({ item, ...outcome });
  }
  return found;
}
