/** A lab market in bars shorter than a session: the minutes of every session, joined; they add up to its daily bars. */
import type { BarSeries, Symbol } from '../../core/index.js';
import { digestsOf } from '../digest.js';
import { FeedError } from '../errors.js';
import type { MarketData } from '../market-data.js';
import { minuteBarsOf } from './minute-bars.js';

const MINUTE_MS = 60_000;
/** Half of a session: bars don't reach over lunch. */
const HALF = 120;
/** Rows of all columns together beyond which the market would not fit beside its work: half a gigabyte. */
const ROWS_MAX = 8_000_000;

/**
 * `data` with its bars cut into bars of `minutes`, which must divide the two hours of half a session. Throws FeedError for another
 * length, or for a market with too many of them.
 */
export function intradayOf(data: MarketData, minutes: number, seed: number): MarketData {
  if (!Number.isInteger(minutes) || minutes < 1 || HALF % minutes !== 0)
    throw new FeedError(
      `labMarket: expected bars of 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 40, 60 or 120 minutes, got ${minutes}. Choose one.`,
    );
  const perSession = (2 * HALF) / minutes;
  const rows = [...data.series.values()].reduce((sum, { length }) => sum + length * perSession, 0);
  if (rows > ROWS_MAX)
    throw new FeedError(`labMarket: expected at most ${ROWS_MAX} bars, got ${rows}. Choose longer bars or a smaller market.`);
  const series = new Map<Symbol, BarSeries>();
  for (const [symbol, daily] of data.series) series.set(symbol, cut(daily, minutes, perSession, seed));
  return {
    ...data,
    source: `${data.source}-${minutes}m`,
    intervalMs: minutes * MINUTE_MS,
    series,
    digests: digestsOf({ ...data, series }),
  };
}

function cut(daily: BarSeries, minutes: number, perSession: number, seed: number): BarSeries {
  const length = daily.length * perSession;
  const column = (): Float64Array => new Float64Array(length);
  const bars = { open: column(), high: column(), low: column(), close: column(), volume: column(), factor: column(), knownAt: column() };
  const day = new Int32Array(length);
  for (let session = 0; session < daily.length; session++) {
    const today = minuteBarsOf(daily, daily.day[session]!, seed);
    for (let b = 0; b < perSession; b++) {
      const at = session * perSession + b;
      const first = b * minutes;
      const last = first + minutes - 1;
      day[at] = today.day[first]!;
      bars.knownAt[at] = today.knownAt[last]!;
      bars.open[at] = today.open[first]!;
      bars.close[at] = today.close[last]!;
      bars.factor[at] = today.factor[first]!;
      let high = today.high[first]!;
      let low = today.low[first]!;
      let volume = 0;
      for (let m = first; m <= last; m++) {
        high = Math.max(high, today.high[m]!);
        low = Math.min(low, today.low[m]!);
        volume += today.volume[m]!;
      }
      bars.high[at] = high;
      bars.low[at] = low;
      bars.volume[at] = volume;
    }
  }
  return { symbol: daily.symbol, length, day, ...bars };
}
