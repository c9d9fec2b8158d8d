/** Simple moving average: the mean of the last `period` values. */
import { type RollingState, rollingInit, rollingMean, rollingPush } from './rolling.js';

export type SmaState = RollingState;

const init = (period: number): SmaState => rollingInit('sma', period);
const update = (state: SmaState, x: number): number => (rollingPush(state, x) ? rollingMean(state) : Number.NaN);

/** Warm-up: the first `period - 1` values are NaN, as in TA-Lib's SMA. */
export const sma = {
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
