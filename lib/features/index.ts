/** features: indicators, each as init / update over plain JSON and as a whole-series function with the same bits; observation schemas. */
export { type AtrState, atr } from './atr.js';
export { type BollingerSeries, type BollingerState, bollinger } from './bollinger.js';
export { type Daily8State, daily8 } from './daily8.js';
export { type EmaState, ema } from './ema.js';
export { FeatureError } from './errors.js';
export { type MacdSeries, type MacdState, macd } from './macd.js';
export { type FeatureInfo, type ObservationSchema, type ObservedBar, observeSeries } from './observation.js';
export { type RealisedVolatilityState, realisedVolatility } from './realised-volatility.js';
export { type ReturnKind, type ReturnsState, returns } from './returns.js';
export { type RsiState, rsi } from './rsi.js';
export { observationSchema } from './schemas.js';
export { type SmaState, sma } from './sma.js';
export { type VolumeZScoreState, volumeZScore } from './volume-z-score.js';
