/** Exponential moving average, k = 2 / (period + 1), seeded as TA-Lib's EMA: the mean of the first `period` values. */
import { checkPeriod } from './errors.js';

export interface EmaState {
  readonly period: number;
  readonly k: number;
  count: number;
  /** The sum of the values during warm-up, the average after it. */
  value: number;
}

function init(period: number): EmaState {
  checkPeriod('ema', period);
  return { period, k: 2 / (period + 1), count: 0, value: 0 };
}

function update(state: EmaState, x: number): number {
  if (state.count === state.period) return (state.value = (x - state.value) * state.k + state.value);
  state.value += x;
  if (++state.count < state.period) return Number.NaN;
  return (state.value /= state.period);
}

/** Warm-up: the first `period - 1` values are NaN; value `period - 1` is the seed. */
export const ema = {
  init,
  update,
  warmUp: (period: number): number => period - 1,
  series(x: Float64Array, period: number): Float64Array {
    const state = init(period);
    const out = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) out[i] = update(state, x[i]!);
    return out;
  },
};
