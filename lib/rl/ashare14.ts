/**
 * The schema `ashare14`: the 14-feature observation that older A-share policies of this format were trained on. Raw prices in yuan and volume
 * in lots of 100 shares throughout, so its first features are price levels: kept because such policies know nothing else, not for new ones.
 */
import type { Units } from '../core/index.js';
import { type AtrState, atr, type MacdState, macd, type RsiState, rsi, type SmaState, sma } from '../features/index.js';
import { cashWeight, positionWeight, sellableFraction, unrealisedFraction } from './account-reading.js';
import type { DatedBar, RlSchema } from './schema-contract.js';
import { checkBar, ticksPerMajor } from './schema-market.js';

export interface Ashare14State {
  readonly ticksPerMajor: number;
  rsi14: RsiState;
  macd: MacdState;
  ma10: SmaState;
  ma20: SmaState;
  atr14: AtrState;
  values: number[];
}

/** A lot (手) of the sources that give volume in lots. */
const LOT = 100;

/** During warm-up RSI is 50, and every ratio to an average that is not there yet is 0. */
const or = (value: number, substitute: number): number => (Number.isNaN(value) ? substitute : value);

function update(state: Ashare14State, bar: DatedBar): void {
  checkBar('ashare14', bar);
  const open = bar.open / state.ticksPerMajor;
  const high = bar.high / state.ticksPerMajor;
  const low = bar.low / state.ticksPerMajor;
  const close = bar.close / state.ticksPerMajor;
  const { values } = state;
  values[0] = close / 100;
  values[1] = high / 100;
  values[2] = low / 100;
  values[3] = bar.volume / LOT / 1e6;
  values[4] = (close - open) / open;
  values[5] = or(rsi.update(state.rsi14, close), 50) / 100;
  macd.update(state.macd, close);
  // The line stands from bar 26 on; the histogram, which is not used, later.
  values[6] = Math.tanh(state.macd.line / close);
  values[7] = or(close / sma.update(state.ma10, close), 1) - 1;
  values[8] = or(close / sma.update(state.ma20, close), 1) - 1;
  values[9] = or(atr.update(state.atr14, high, low, close), 0) / close;
}

export const ashare14: RlSchema<Ashare14State> = {
  id: 'ashare14',
  description: '14 features of raw A-share bars and the account, as older policies expect them; clipped to 10 before the normaliser',
  rawClip: 10,
  market: {
    features: [
      { name: 'close', unit: '100 yuan' },
      { name: 'high', unit: '100 yuan' },
      { name: 'low', unit: '100 yuan' },
      { name: 'volume', unit: 'million lots' },
      { name: 'body', unit: 'ratio to open' },
      { name: 'rsi14', unit: '0..1' },
      { name: 'macd', unit: 'tanh of ratio to close' },
      { name: 'closeToMa10', unit: 'ratio' },
      { name: 'closeToMa20', unit: 'ratio' },
      { name: 'atr14ToClose', unit: 'ratio' },
    ],
    warmUp: 0,
    init: (units: Units) => ({
      ticksPerMajor: ticksPerMajor(units),
      rsi14: rsi.init(14),
      macd: macd.init(12, 26, 9),
      ma10: sma.init(10),
      ma20: sma.init(20),
      atr14: atr.init(14),
      values: new Array<number>(10).fill(0),
    }),
    update,
    write(state, out) {
      for (let i = 0; i < 10; i++) out[i] = state.values[i]!;
    },
  },
  account: {
    features: [
      { name: 'cashWeight', unit: 'fraction of equity' },
      { name: 'positionWeight', unit: 'fraction of equity' },
      { name: 'unrealisedPnl', unit: 'fraction of cost' },
      { name: 'canSellRatio', unit: '0..1' },
    ],
    write(account, out) {
      out[0] = cashWeight(account);
      out[1] = positionWeight(account);
      out[2] = unrealisedFraction(account);
      out[3] = sellableFraction(account);
    },
  },
};
