/**
 * Relative strength index, 0..100, by Wilder's smoothing (New Concepts in Technical Trading Systems, 1978), seeded as TA-Lib's RSI: the
 * mean gain and loss of the first `period` changes. A window in which nothing moved gives 50 (TA-Lib gives 0, which reads as oversold).
 */
import { checkPeriod } from './errors.js';

export interface RsiState {
  readonly period: number;
  count: number;
  last: number;
  /** Sums of gains and losses during warm-up, their smoothed means after it. */
  gain: number;
  loss: number;
}

function init(period: number): RsiState {
  checkPeriod('rsi', period);
  return { period, count: 0, last: 0, gain: 0, loss: 0 };
}

function update(state: RsiState, x: number): number {
  const { period } = state;
  const change = x - state.last;
  state.last = x;
  if (state.count === 0) {
    state.count = 1;
    return Number.NaN;
  }
  const gain = change > 0 ? change : 0;
  const loss = change < 0 ? -change : 0;
  if (state.count > period) {
    state.gain = (state.gain * (period - 1) + gain) / period;
    state.loss = (state.loss * (period - 1) + loss) / period;
  } else {
    state.gain += gain;
    state.loss += loss;
    if (++state.count <= period) return Number.NaN;
    state.gain /= period;
    state.loss /= period;
  }
  const both = state.gain + state.loss;
  return both > 0 ? 100 * (state.gain / both) : 50;
}

/** Warm-up: the first `period` values are NaN (the first change needs two values). */
export const rsi = {
  init,
  update,
  warmUp: (period: number): number => period,
  series(x: Float64Array, period: number): Float64Array {
    const state = init(period);
    const out = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) out[i] = update(state, x[i]!);
    return out;
  },
};
