/**
 * How unusual the newest volume is: (volume - mean) / standard deviation (ddof 1), both over the last `period` bars, the newest
 * included. 0 where all of them are equal: no deviation, whatever the unit.
 */
import { type RollingState, rollingDeviations, rollingInit, rollingMean, rollingPush } from './rolling.js';

export type VolumeZScoreState = RollingState;

const init = (period: number): VolumeZScoreState => rollingInit('volumeZScore', period, 2);

function update(state: VolumeZScoreState, volume: number): number {
  if (!rollingPush(state, volume)) return Number.NaN;
  const deviations = rollingDeviations(state);
  return deviations > 0 ? (volume - rollingMean(state)) / Math.sqrt(deviations / (state.period - 1)) : 0;
}

/** Warm-up: the first `period - 1` bars are NaN. */
export const volumeZScore = {
  init,
  update,
  warmUp: (period: number): number => period - 1,
  series(volume: Float64Array, period: number): Float64Array {
    const state = init(period);
    const out = new Float64Array(volume.length);
    for (let i = 0; i < volume.length; i++) out[i] = update(state, volume[i]!);
    return out;
  },
};
