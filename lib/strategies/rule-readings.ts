/** What the rule analyst looks at, kept up to date bar by bar from total-return prices and split-free volume. */
import type { BarWindow } from '../core/index.js';
import {
  type RealisedVolatilityState,
  type ReturnsState,
  type RsiState,
  realisedVolatility,
  returns,
  rsi,
  type SmaState,
  sma,
  type VolumeZScoreState,
  volumeZScore,
} from '../features/index.js';

/** Readings at one bar; NaN while in warm-up. */
export interface RuleReading {
  readonly price: number;
  readonly sma20: number;
  readonly sma60: number;
  readonly return20: number;
  readonly rsi: number;
  /** Standard deviation of 20 daily log returns. */
  readonly volatility: number;
  readonly volumeZ: number;
}

/** Plain JSON. */
export interface RuleReadings {
  count: number;
  sma20: SmaState;
  sma60: SmaState;
  return20: ReturnsState;
  rsi: RsiState;
  volatility: RealisedVolatilityState;
  volume: VolumeZScoreState;
}

export const ruleReadings = {
  init: (): RuleReadings => ({
    count: 0,
    sma20: sma.init(20),
    sma60: sma.init(60),
    return20: returns.init(20),
    rsi: rsi.init(14),
    volatility: realisedVolatility.init(20),
    volume: volumeZScore.init(20),
  }),
  /** Takes bar `i` of a window in. */
  update(state: RuleReadings, window: BarWindow, i: number): RuleReading {
    const factor = window.factor[i]!;
    const price = window.close[i]! * factor;
    state.count++;
    return {
      price,
      sma20: sma.update(state.sma20, price),
      sma60: sma.update(state.sma60, price),
      return20: returns.update(state.return20, price),
      rsi: rsi.update(state.rsi, price),
      volatility: realisedVolatility.update(state.volatility, price),
      volumeZ: volumeZScore.update(state.volume, window.volume[i]! / factor),
    };
  },
};
