/** The schema `daily8`: eight scale-free features of daily bars, from total-return prices (raw x factor) and split-free volume. */
import { type AtrState, atr } from './atr.js';
import { FeatureError } from './errors.js';
import { type MacdState, macd } from './macd.js';
import type { ObservationSchema } from './observation.js';
import { type RealisedVolatilityState, realisedVolatility } from './realised-volatility.js';
import { type ReturnsState, returns } from './returns.js';
import { type RsiState, rsi } from './rsi.js';
import { type VolumeZScoreState, volumeZScore } from './volume-z-score.js';

export interface Daily8State {
  count: number;
  ret1: ReturnsState;
  ret5: ReturnsState;
  ret20: ReturnsState;
  vol20: RealisedVolatilityState;
  rsi14: RsiState;
  macd: MacdState;
  atr14: AtrState;
  volumeZ20: VolumeZScoreState;
  /** Features of the last bar; 0 where still in warm-up (NaN is not JSON), which `write` gives out as NaN. */
  values: number[];
}

const features = [
  { name: 'ret1', unit: 'ratio', warmUp: returns.warmUp(1) },
  { name: 'ret5', unit: 'ratio', warmUp: returns.warmUp(5) },
  { name: 'ret20', unit: 'ratio', warmUp: returns.warmUp(20) },
  { name: 'vol20', unit: 'log return per session', warmUp: realisedVolatility.warmUp(20) },
  { name: 'rsi14', unit: '0..100', warmUp: rsi.warmUp(14) },
  { name: 'macdHistToClose', unit: 'ratio', warmUp: macd.warmUp() },
  { name: 'atr14ToClose', unit: 'ratio', warmUp: atr.warmUp(14) },
  { name: 'volumeZ20', unit: 'standard deviations', warmUp: volumeZScore.warmUp(20) },
] as const;
const warmUps = features.map((feature) => feature.warmUp);
const longest = Math.max(...warmUps);

const set = (values: number[], i: number, value: number): void => {
  values[i] = Number.isNaN(value) ? 0 : value;
};

export const daily8: ObservationSchema<Daily8State> = {
  name: 'daily8',
  features,
  init: () => ({
    count: 0,
    ret1: returns.init(1),
    ret5: returns.init(5),
    ret20: returns.init(20),
    vol20: realisedVolatility.init(20),
    rsi14: rsi.init(14),
    macd: macd.init(),
    atr14: atr.init(14),
    volumeZ20: volumeZScore.init(20),
    values: new Array<number>(features.length).fill(0),
  }),
  update(state, bar) {
    const { factor } = bar;
    const close = bar.close * factor;
    const high = bar.high * factor;
    const low = bar.low * factor;
    // A split changes the count of shares as it changes the price: volume / factor is free of it (and off by the dividends, a few %).
    const volume = bar.volume / factor;
    // low > 0 is not asked: the bar's own order low <= close <= high is the feed's to check. NaN fails every comparison.
    if (!(close > 0 && close < Infinity && high < Infinity && low > -Infinity && volume >= 0 && volume < Infinity)) {
      throw new FeatureError(
        `daily8: expected positive finite prices and factor and a volume, got close ${bar.close}, factor ${factor}, volume ${bar.volume}. Load the bars through a feed, which refuses such rows.`,
      );
    }
    const { values } = state;
    state.count++;
    set(values, 0, returns.update(state.ret1, close));
    set(values, 1, returns.update(state.ret5, close));
    set(values, 2, returns.update(state.ret20, close));
    set(values, 3, realisedVolatility.update(state.vol20, close));
    set(values, 4, rsi.update(state.rsi14, close));
    set(values, 5, macd.update(state.macd, close) / close);
    set(values, 6, atr.update(state.atr14, high, low, close) / close);
    set(values, 7, volumeZScore.update(state.volumeZ20, volume));
  },
  write(state, out) {
    for (let i = 0; i < warmUps.length; i++) out[i] = state.count > warmUps[i]! ? state.values[i]! : Number.NaN;
  },
  ready: (state) => state.count > longest,
};
