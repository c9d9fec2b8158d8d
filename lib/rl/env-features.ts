/** The market part of every observation as one matrix, by the arithmetic of a live decision. */
import type { BarSeries, Units } from '../core/index.js';
import { clipped } from './observation.js';
import type { FeatureChoice } from './schema.js';

/** Rows of all series end to end, `choice.market.length` wide, float32; rows in warm-up hold what the schema gives out then. */
export function marketMatrix(choice: FeatureChoice, lists: readonly { readonly units: Units; readonly bars: BarSeries }[]): Float32Array {
  const { schema, market: picked } = choice;
  const width = picked.length;
  const all = new Float64Array(schema.market.features.length);
  const clip = schema.rawClip ?? Number.POSITIVE_INFINITY;
  const out = new Float32Array(lists.reduce((sum, { bars }) => sum + bars.length, 0) * width);
  const bar = { day: 0, open: 0, high: 0, low: 0, close: 0, volume: 0, factor: 1 };
  let at = 0;
  for (const { units, bars } of lists) {
    const state = schema.market.init(units);
    for (let i = 0; i < bars.length; i++) {
      bar.day = bars.day[i]!;
      bar.open = bars.open[i]!;
      bar.high = bars.high[i]!;
      bar.low = bars.low[i]!;
      bar.close = bars.close[i]!;
      bar.volume = bars.volume[i]!;
      bar.factor = bars.factor[i]!;
      schema.market.update(state, bar);
      schema.market.write(state, all);
      for (let k = 0; k < width; k++) out[at++] = clipped(all[picked[k]!]!, clip);
    }
  }
  return out;
}
