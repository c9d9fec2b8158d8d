/**
 * Average true range by Wilder's smoothing, seeded as TA-Lib's ATR: the mean of the true ranges of bars 1 .. `period` (bar 0 has no
 * previous close, so its range is left out). In the unit of the prices.
 */
import { checkPeriod, FeatureError } from './errors.js';

export interface AtrState {
  readonly period: number;
  /** Bars seen, no further than period + 1. */
  count: number;
  lastClose: number;
  /** The sum of true ranges during warm-up, the average after it. */
  value: number;
}

function init(period: number): AtrState {
  checkPeriod('atr', period);
  return { period, count: 0, lastClose: 0, value: 0 };
}

function update(state: AtrState, high: number, low: number, close: number): number {
  const { period, lastClose } = state;
  state.lastClose = close;
  if (state.count === 0) {
    state.count = 1;
    return Number.NaN;
  }
  let range = high - low;
  const up = high > lastClose ? high - lastClose : lastClose - high;
  const down = low > lastClose ? low - lastClose : lastClose - low;
  if (up > range) range = up;
  if (down > range) range = down;
  if (state.count > period) return (state.value = (state.value * (period - 1) + range) / period);
  state.value += range;
  if (++state.count <= period) return Number.NaN;
  return (state.value /= period);
}

/** Warm-up: the first `period` bars are NaN. */
export const atr = {
  init,
  update,
  warmUp: (period: number): number => period,
  /** Three columns of one length; FeatureError otherwise. */
  series(high: Float64Array, low: Float64Array, close: Float64Array, period: number): Float64Array {
    if (high.length !== close.length || low.length !== close.length) {
      throw new FeatureError(
        `atr: expected columns of one length, got high ${high.length}, low ${low.length}, close ${close.length}. Cut them to the same bars.`,
      );
    }
    const state = init(period);
    const out = new Float64Array(close.length);
    for (let i = 0; i < close.length; i++) out[i] = update(state, high[i]!, low[i]!, close[i]!);
    return out;
  },
};
