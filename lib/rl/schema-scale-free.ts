/**
 * The schema `scale-free-v1`, the default of new training: no price level, no share count, nothing that grows with the years. Prices
 * are total-return (raw x factor), volume is free of splits (volume / factor).
 */
import {
  type AtrState,
  atr,
  FeatureError,
  type MacdState,
  macd,
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
import { positionWeight, sellableFraction, unrealisedFraction } from './account-reading.js';
import type { DatedBar, RlSchema } from './schema-contract.js';
import { checkBar } from './schema-market.js';

export interface ScaleFreeState {
  ret1: ReturnsState;
  ret5: ReturnsState;
  ret20: ReturnsState;
  ret60: ReturnsState;
  vol5: RealisedVolatilityState;
  vol20: RealisedVolatilityState;
  rsi14: RsiState;
  macd: MacdState;
  sma20: SmaState;
  atr14: AtrState;
  volumeZ20: VolumeZScoreState;
  /** The day of the newest bar, its close, and the last close of the day before. */
  day: number;
  close: number;
  dayBeforeClose: number;
  /** Bars taken in. */
  bars: number;
  /** 0 where still in warm-up: NaN is not JSON. */
  values: number[];
}

const MARKET = [
  { name: 'ret1', unit: 'ratio' },
  { name: 'ret5', unit: 'ratio' },
  { name: 'ret20', unit: 'ratio' },
  { name: 'ret60', unit: 'ratio' },
  { name: 'vol20', unit: 'log return per bar' },
  { name: 'vol5ToVol20', unit: 'ratio less one' },
  { name: 'rsi14', unit: '-1..1' },
  { name: 'macdLineToClose', unit: 'ratio' },
  { name: 'macdHistToClose', unit: 'ratio' },
  { name: 'closeToSma20', unit: 'ratio' },
  { name: 'atr14ToClose', unit: 'ratio' },
  { name: 'volumeZ20', unit: 'standard deviations' },
  { name: 'rangePosition', unit: '-0.5..0.5' },
  { name: 'dayMove', unit: 'ratio to the close of the day before' },
] as const;

/** Bars over which the age of a position is told apart. */
const AGES = 20;

const WARM_UP = returns.warmUp(60);

/** Throws FeatureError on a value that is none after the warm-up: a feature is never made up. */
function set(state: ScaleFreeState, i: number, value: number): void {
  const known = Number.isFinite(value);
  if (!known && state.bars > WARM_UP) {
    throw new FeatureError(
      `scale-free-v1: expected a finite ${MARKET[i]!.name} at bar ${state.bars}, got ${value}. Its bars hold prices or volumes too far apart for doubles: check them.`,
    );
  }
  state.values[i] = known ? value : 0;
}

function update(state: ScaleFreeState, bar: DatedBar): void {
  checkBar('scale-free-v1', bar);
  const { factor } = bar;
  const close = bar.close * factor;
  const high = bar.high * factor;
  const low = bar.low * factor;
  if (bar.day !== state.day) {
    state.dayBeforeClose = state.close;
    state.day = bar.day;
  }
  state.close = close;
  state.bars++;
  const vol5 = realisedVolatility.update(state.vol5, close);
  const vol20 = realisedVolatility.update(state.vol20, close);
  const histogram = macd.update(state.macd, close);
  set(state, 0, returns.update(state.ret1, close));
  set(state, 1, returns.update(state.ret5, close));
  set(state, 2, returns.update(state.ret20, close));
  set(state, 3, returns.update(state.ret60, close));
  set(state, 4, vol20);
  // Where nothing moved there is no ratio, no range, and on the first day no day before: 0 is said of them.
  set(state, 5, vol20 > 0 ? vol5 / vol20 - 1 : 0);
  set(state, 6, (rsi.update(state.rsi14, close) - 50) / 50);
  set(state, 7, state.macd.line / close);
  set(state, 8, histogram / close);
  set(state, 9, close / sma.update(state.sma20, close) - 1);
  set(state, 10, atr.update(state.atr14, high, low, close) / close);
  set(state, 11, volumeZScore.update(state.volumeZ20, bar.volume / factor));
  set(state, 12, bar.high > bar.low ? (bar.close - bar.low) / (bar.high - bar.low) - 0.5 : 0);
  set(state, 13, state.dayBeforeClose > 0 ? close / state.dayBeforeClose - 1 : 0);
}

export const scaleFreeV1: RlSchema<ScaleFreeState> = {
  id: 'scale-free-v1',
  description: '14 scale-free market features from total-return prices and 4 of the account',
  rawClip: null,
  market: {
    features: MARKET,
    warmUp: WARM_UP,
    init: () => ({
      ret1: returns.init(1),
      ret5: returns.init(5),
      ret20: returns.init(20),
      ret60: returns.init(60),
      vol5: realisedVolatility.init(5),
      vol20: realisedVolatility.init(20),
      rsi14: rsi.init(14),
      macd: macd.init(),
      sma20: sma.init(20),
      atr14: atr.init(14),
      volumeZ20: volumeZScore.init(20),
      day: -1e9,
      close: 0,
      dayBeforeClose: 0,
      bars: 0,
      values: new Array<number>(MARKET.length).fill(0),
    }),
    update,
    write(state, out) {
      for (let i = 0; i < MARKET.length; i++) out[i] = state.values[i]!;
    },
  },
  account: {
    features: [
      { name: 'positionWeight', unit: 'fraction of equity' },
      { name: 'unrealisedPnl', unit: 'fraction of cost' },
      { name: 'sellableFraction', unit: '0..1' },
      { name: 'barsSinceTrade', unit: `0..1, full at ${AGES}` },
    ],
    write(account, out) {
      out[0] = positionWeight(account);
      out[1] = unrealisedFraction(account);
      out[2] = sellableFraction(account);
      out[3] = Math.min(account.decisionsSinceChange, AGES) / AGES;
    },
  },
};
