/** Bollinger bands: the mean of the last `period` values, and `width` population standard deviations (ddof 0, as TA-Lib) to either side. */
import { type RollingState, rollingDeviations, rollingInit, rollingMean, rollingPush } from './rolling.js';

export interface BollingerState {
  readonly width: number;
  window: RollingState;
  /** Bands of the last value; meaningful once `update` has given a number. */
  upper: number;
  lower: number;
}

export interface BollingerSeries {
  readonly middle: Float64Array;
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

const init = (period = 20, width = 2): BollingerState => ({ width, window: rollingInit('bollinger', period, 2), upper: 0, lower: 0 });

/** Returns the middle; the bands stand in the state. */
function update(state: BollingerState, x: number): number {
  const { window } = state;
  if (!rollingPush(window, x)) return Number.NaN;
  const middle = rollingMean(window);
  const reach = state.width * Math.sqrt(rollingDeviations(window) / window.period);
  state.upper = middle + reach;
  state.lower = middle - reach;
  return middle;
}

/** Warm-up: the first `period - 1` values are NaN in all three columns. */
export const bollinger = {
  init,
  update,
  warmUp: (period = 20): number => period - 1,
  series(x: Float64Array, period = 20, width = 2): BollingerSeries {
    const state = init(period, width);
    const out = { middle: new Float64Array(x.length), upper: new Float64Array(x.length), lower: new Float64Array(x.length) };
    for (let i = 0; i < x.length; i++) {
      const middle = update(state, x[i]!);
      const ready = !Number.isNaN(middle);
      out.middle[i] = middle;
      out.upper[i] = ready ? state.upper : Number.NaN;
      out.lower[i] = ready ? state.lower : Number.NaN;
    }
    return out;
  },
};
