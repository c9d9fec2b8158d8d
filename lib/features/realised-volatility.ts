/** Realised volatility: the sample standard deviation (ddof 1) of the last `period` log returns, per session, not annualised. */
import { type RollingState, rollingDeviations, rollingInit, rollingPush } from './rolling.js';

export interface RealisedVolatilityState {
  /** The last price; 0 before the first. */
  last: number;
  window: RollingState;
}

const init = (period: number): RealisedVolatilityState => ({ last: 0, window: rollingInit('realisedVolatility', period, 2) });

/** `price`: positive. */
function update(state: RealisedVolatilityState, price: number): number {
  const { last, window } = state;
  state.last = price;
  if (last === 0 || !rollingPush(window, Math.log(price / last))) return Number.NaN;
  return Math.sqrt(rollingDeviations(window) / (window.period - 1));
}

/** Warm-up: the first `period` prices are NaN. */
export const realisedVolatility = {
  init,
  update,
  warmUp: (period: number): number => period,
  series(price: Float64Array, period: number): Float64Array {
    const state = init(period);
    const out = new Float64Array(price.length);
    for (let i = 0; i < price.length; i++) out[i] = update(state, price[i]!);
    return out;
  },
};
