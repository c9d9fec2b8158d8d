/** What daily returns look like anywhere (Cont, Quantitative Finance 1, 2001), measured on one series of bars. */
import type { BarSeries, EpochDay, Instrument } from '../../core/index.js';
import { limitDownTicks, limitUpTicks, type Rulebook } from '../../market/index.js';
import { FeedError } from '../errors.js';

export interface StylisedFacts {
  /** Log returns measured. */
  readonly returns: number;
  readonly mean: number;
  /** Population deviation a session. */
  readonly deviation: number;
  readonly skew: number;
  /** 3 for a normal distribution. */
  readonly kurtosis: number;
  /** Autocorrelation of returns and of absolute returns, lags 1, 2, ... */
  readonly autocorrelation: readonly number[];
  readonly absoluteAutocorrelation: readonly number[];
  /** Correlation of |return| with log volume against the mean log volume of the 20 bars before; null without volumes. */
  readonly volumeVolatility: number | null;
  /** Part of closes at the upper or lower limit; null when not asked for. */
  readonly limitHitRate: number | null;
}

export interface StylisedOptions {
  /** Largest lag. */
  readonly lags?: number;
  /** Days to measure, both included. */
  readonly from?: EpochDay;
  readonly to?: EpochDay;
  /** Leaves out returns beyond this size: unadjusted ex-days of series without known actions. */
  readonly beyond?: number;
  /** Whose limits count as hit, under which rules. */
  readonly limits?: { readonly instrument: Instrument; readonly rulebook: Rulebook };
}

const VOLUME_BARS = 20;

function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  let [sx, sy] = [0, 0];
  for (let i = 0; i < n; i++) {
    sx += x[i]!;
    sy += y[i]!;
  }
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [x[i]! - sx / n, y[i]! - sy / n];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

/** r(k) = sum (x_t - m)(x_(t+k) - m) / sum (x_t - m)^2, lags 1 to `lags`. */
function autocorrelations(x: Float64Array, lags: number): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  let squares = 0;
  for (const value of x) squares += (value - mean) ** 2;
  return Array.from({ length: lags }, (_, lag) => {
    let sum = 0;
    for (let i = lag + 1; i < x.length; i++) sum += (x[i]! - mean) * (x[i - lag - 1]! - mean);
    return sum / squares;
  });
}

/** Part of the bars whose close is at a limit, among those that have one; null when none has. */
function limitHits(
  series: BarSeries,
  bars: readonly number[],
  { instrument, rulebook }: NonNullable<StylisedOptions['limits']>,
): number | null {
  let [limited, hits] = [0, 0];
  for (const i of bars) {
    const rules = rulebook.rulesFor(instrument, series.day[i]!);
    if (rules.priceLimit === null) continue;
    const reference = Math.round((series.close[i - 1]! * series.factor[i - 1]!) / series.factor[i]!);
    limited++;
    if (series.close[i]! >= limitUpTicks(reference, rules) || series.close[i]! <= limitDownTicks(reference, rules)) hits++;
  }
  return limited === 0 ? null : hits / limited;
}

/** Facts of the total returns (raw x factor) of a series. Throws FeedError when fewer than `lags` + 30 are left to measure. */
export function stylisedFacts(series: BarSeries, options: StylisedOptions = {}): StylisedFacts {
  const { lags = 20, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, beyond = Number.POSITIVE_INFINITY, limits } = options;
  const total = (i: number): number => Math.log(series.close[i]! * series.factor[i]!);
  const bars: number[] = [];
  for (let i = 1; i < series.length; i++) {
    if (series.day[i]! >= from && series.day[i]! <= to && Math.abs(total(i) - total(i - 1)) <= beyond) bars.push(i);
  }
  const n = bars.length;
  if (n < lags + 30)
    throw new FeedError(`stylisedFacts: expected at least ${lags + 30} returns of ${series.symbol}, got ${n}. Measure a longer span.`);
  const returns = Float64Array.from(bars, (i) => total(i) - total(i - 1));
  const absolute = returns.map(Math.abs);
  const mean = returns.reduce((sum, value) => sum + value, 0) / n;
  let [m2, m3, m4] = [0, 0, 0];
  for (const value of returns) {
    const gap = value - mean;
    m2 += gap ** 2 / n;
    m3 += gap ** 3 / n;
    m4 += gap ** 4 / n;
  }
  const above: number[] = [];
  const moves: number[] = [];
  for (let k = 0; k < n; k++) {
    const i = bars[k]!;
    if (i < VOLUME_BARS) continue;
    let before = 0;
    for (let j = i - VOLUME_BARS; j < i; j++) before += Math.log(series.volume[j]!) / VOLUME_BARS;
    const surplus = Math.log(series.volume[i]!) - before;
    if (!Number.isFinite(surplus)) continue;
    above.push(surplus);
    moves.push(absolute[k]!);
  }
  return {
    returns: n,
    mean,
    deviation: Math.sqrt(m2),
    skew: m3 / m2 ** 1.5,
    kurtosis: m4 / m2 ** 2,
    autocorrelation: autocorrelations(returns, lags),
    absoluteAutocorrelation: autocorrelations(absolute, lags),
    volumeVolatility: above.length > 30 ? correlation(above, moves) : null,
    limitHitRate: limits ? limitHits(series, bars, limits) : null,
  };
}
