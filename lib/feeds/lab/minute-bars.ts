/** Minute bars of one session, made on demand from its daily bar: they add up to it exactly. */
import { type BarSeries, DAY_MS, dateOf, type EpochDay, randomFloat, randomNormal } from '../../core/index.js';
import { FeedError } from '../errors.js';
import { streamOf } from './random-streams.js';

/** 09:31 to 11:30 and 13:01 to 15:00: each bar bears the end of its minute, when it is known. */
const MINUTES = 240;
const MINUTE_MS = 60_000;
/** 09:30 and, after the break, 11:00 + minute 120 = 13:00, less the eight hours of Shanghai, in minutes after midnight UTC. */
const endOf = (minute: number): number => (minute < 120 ? 91 + minute : 181 + minute) * MINUTE_MS;
/** Deviation and volume by minute: high after the open and before the close, lowest at noon. */
const busy = (minute: number): number => 1 + 1.6 * Math.exp(-minute / 25) + 0.6 * Math.exp(-(MINUTES - 1 - minute) / 20);

/** A path from 0 to `gap` in MINUTES steps, busier at both ends. */
function bridge(gap: number, deviation: number, normal: () => number): Float64Array {
  const path = new Float64Array(MINUTES + 1);
  const time = new Float64Array(MINUTES + 1);
  for (let m = 0; m < MINUTES; m++) {
    time[m + 1] = time[m]! + busy(m) ** 2;
    path[m + 1] = path[m]! + busy(m) * normal();
  }
  const total = time[MINUTES]!;
  const end = path[MINUTES]!;
  for (let m = 1; m <= MINUTES; m++) {
    const part = time[m]! / total;
    path[m] = (deviation / Math.sqrt(total)) * (path[m]! - part * end) + part * gap;
  }
  return path;
}

/**
 * The 240 minutes of the bar on `day`: the first opens at its open, the last closes at its close, the highest high and lowest low are
 * its own, volumes add up to its volume; every minute opens where the last one closed. `factor` is the day's. Same seed, symbol and
 * bar, same minutes. Throws FeedError when the series has no bar on `day`.
 */
export function minuteBarsOf(daily: BarSeries, day: EpochDay, seed: number): BarSeries {
  const at = daily.day.indexOf(day);
  if (at < 0)
    throw new FeedError(
      `minuteBars: expected a session of ${daily.symbol}, got ${dateOf(day)}, on which it did not trade. Choose another.`,
    );
  const [open, high, low, close, volume] = [daily.open[at]!, daily.high[at]!, daily.low[at]!, daily.close[at]!, daily.volume[at]!];
  const state = streamOf(seed, `${daily.symbol}:${dateOf(day)}:minutes`);
  // The mean range of a Brownian path is 1.6 deviations.
  const path = bridge(Math.log(close / open), Math.log(high / low) / 1.6, () => randomNormal(state));
  const column = (): Float64Array => new Float64Array(MINUTES);
  const bars = { open: column(), high: column(), low: column(), close: column(), volume: column() };

  const inside = (ticks: number): number => Math.min(high, Math.max(low, Math.round(ticks)));
  let [top, bottom] = [0, 0];
  for (let m = 0; m < MINUTES; m++) {
    const from = m === 0 ? open : bars.close[m - 1]!;
    const to = m === MINUTES - 1 ? close : inside(open * Math.exp(path[m + 1]!));
    const spread = (Math.log(high / low) / 30) * busy(m);
    bars.open[m] = from;
    bars.close[m] = to;
    bars.high[m] = Math.max(from, to, inside(Math.max(from, to) * (1 + spread * randomFloat(state) ** 2)));
    bars.low[m] = Math.min(from, to, inside(Math.min(from, to) * (1 - spread * randomFloat(state) ** 2)));
    if (bars.high[m]! > bars.high[top]!) top = m;
    if (bars.low[m]! < bars.low[bottom]!) bottom = m;
  }
  bars.high[top] = high;
  bars.low[bottom] = low;

  let weights = 0;
  for (let m = 0; m < MINUTES; m++) weights += bars.volume[m] = busy(m) * (0.4 + randomFloat(state)) ** 2;
  // A share of its own for each minute first, the rest by running totals, so that nothing is lost to rounding.
  const floor = Math.min(100, Math.floor(volume / MINUTES));
  const rest = volume - floor * MINUTES;
  let [sum, given] = [0, 0];
  for (let m = 0; m < MINUTES; m++) {
    sum += bars.volume[m]!;
    const until = m === MINUTES - 1 ? rest : Math.round((rest * sum) / weights);
    bars.volume[m] = floor + until - given;
    given = until;
  }
  return {
    symbol: daily.symbol,
    length: MINUTES,
    day: new Int32Array(MINUTES).fill(day),
    knownAt: Float64Array.from({ length: MINUTES }, (_, m) => day * DAY_MS + endOf(m)),
    ...bars,
    factor: new Float64Array(MINUTES).fill(daily.factor[at]!),
  };
}
