/** The lab's index: the weighted price of its stocks, without dividends. The only part in which stocks meet. */
import { type BarSeries, type Instrument, randomFloat } from '../../core/index.js';
import { describeSymbol } from '../../market/index.js';
import type { Climate } from './climate.js';
import { streamOf } from './random-streams.js';
import type { Timeline } from './timeline.js';

/** A code that no real index has. */
const INDEX_SYMBOL = '000000.SH';
/** 1,000.00 before the first session. */
const BASE_TICKS = 100_000;

/** Sums by session over the stocks: weights, and weights times the ratio of price to the last close. */
export interface IndexBasket {
  readonly weight: Float64Array;
  readonly open: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export const indexBasket = (sessions: number): IndexBasket => ({
  weight: new Float64Array(sessions),
  open: new Float64Array(sessions),
  close: new Float64Array(sessions),
  volume: new Float64Array(sessions),
});

/** Adds a stock to a session: its value at the last close, corrected for new shares, and what became of it. */
export function addToIndex(basket: IndexBasket, session: number, weight: number, open: number, close: number, volume: number): void {
  basket.weight[session] = basket.weight[session]! + weight;
  basket.open[session] = basket.open[session]! + weight * open;
  basket.close[session] = basket.close[session]! + weight * close;
  basket.volume[session] = basket.volume[session]! + volume;
}

export function indexInstrument(): Instrument {
  const { symbol, market, board, kind, units } = describeSymbol(INDEX_SYMBOL);
  return { symbol, name: 'Lab index (synthetic)', market, board, kind, units, corporateActions: 'none' };
}

/** Bars of the sessions that have a stock. Highs and lows are those of a bridge with the market factor's deviation. */
export function indexSeries(basket: IndexBasket, seed: number, timeline: Timeline, climate: Climate): BarSeries {
  const state = streamOf(seed, 'index');
  const rows = Array.from({ length: timeline.length }, (_, t) => t).filter((t) => basket.weight[t]! > 0);
  const column = (): Float64Array => new Float64Array(rows.length);
  const [knownAt, open, high, low, close, volume] = [column(), column(), column(), column(), column(), column()];
  let level = BASE_TICKS;
  rows.forEach((t, i) => {
    const weight = basket.weight[t]!;
    const opened = (level * basket.open[t]!) / weight;
    level = (level * basket.close[t]!) / weight;
    const gap = Math.log(level / opened);
    const middle = Math.sqrt(level * opened);
    const reach = (): number => Math.exp(Math.sqrt(gap * gap - climate.market.deviation[t]! ** 2 * Math.log(1 - randomFloat(state))) / 2);
    knownAt[i] = timeline.closeAt(t);
    open[i] = Math.round(opened);
    close[i] = Math.round(level);
    high[i] = Math.round(middle * reach());
    low[i] = Math.round(middle / reach());
    volume[i] = basket.volume[t]!;
  });
  return {
    symbol: INDEX_SYMBOL,
    length: rows.length,
    day: Int32Array.from(rows, (t) => timeline.day(t)),
    ...{ knownAt, open, high, low, close, volume },
    factor: new Float64Array(rows.length).fill(1),
  };
}
