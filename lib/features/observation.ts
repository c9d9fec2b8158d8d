/** Observation schemas: named, ordered, dimensioned feature vectors that a decision row, a policy and a student share. */
import type { BarSeries } from '../core/index.js';

export interface FeatureInfo {
  readonly name: string;
  /** What one is: `ratio`, `0..100`, `per session`, ... */
  readonly unit: string;
  /** Bars, from the first of the history on, for which there is no value. */
  readonly warmUp: number;
}

/** One bar as the view has it: raw prices in ticks, and the factor that makes them total-return prices. All finite, prices and factor positive. */
export interface ObservedBar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly factor: number;
}

/** The state is plain JSON: it continues bit for bit after JSON.parse(JSON.stringify(state)). */
export interface ObservationSchema<S = unknown> {
  readonly name: string;
  readonly features: readonly FeatureInfo[];
  init(): S;
  /** Takes the next bar in, in place. Throws FeatureError on a price that is not positive and finite; the state stays as it was. */
  update(state: S, bar: ObservedBar): void;
  /** Writes the features of the last bar into out[0 .. features.length); NaN for those still in warm-up. */
  write(state: S, out: Float64Array): void;
  /** True once no feature is in warm-up. */
  ready(state: S): boolean;
}

/** All bars of a series through a schema: row-major, one row of `features.length` a bar. */
export function observeSeries(schema: ObservationSchema, series: BarSeries): Float64Array {
  const width = schema.features.length;
  const out = new Float64Array(series.length * width);
  const state = schema.init();
  const bar = { open: 0, high: 0, low: 0, close: 0, volume: 0, factor: 0 };
  for (let i = 0; i < series.length; i++) {
    bar.open = series.open[i]!;
    bar.high = series.high[i]!;
    bar.low = series.low[i]!;
    bar.close = series.close[i]!;
    bar.volume = series.volume[i]!;
    bar.factor = series.factor[i]!;
    schema.update(state, bar);
    schema.write(state, out.subarray(i * width, (i + 1) * width));
  }
  return out;
}
