/** What the bars say, as numbers: all that a role learns of prices. */
import { dateOf, type Instant, type Symbol, type View } from '../core/index.js';
import { realisedVolatility, returns, rsi, sma, volumeZScore } from '../features/index.js';

/** Bars read: enough for Wilder's smoothing to forget its start. */
const HISTORY = 250;

/** Ratios are fractions; null while there are too few bars. */
export interface MarketFacts {
  readonly symbol: Symbol;
  /** Evidence id: `symbol@newest day#count`. */
  readonly id: string;
  readonly knownAt: Instant;
  readonly bars: number;
  /** Raw close, in major units. */
  readonly price: number;
  readonly return1: number | null;
  readonly return5: number | null;
  readonly return20: number | null;
  /** Price against its averages of 20 and 60 bars. */
  readonly toSma20: number | null;
  readonly toSma60: number | null;
  readonly rsi14: number | null;
  /** Standard deviation of 20 daily log returns. */
  readonly volatility20: number | null;
  readonly volumeZ20: number | null;
}

export function marketFacts(view: View, symbol: Symbol): MarketFacts {
  const window = view.bars(symbol, HISTORY);
  const states = {
    return1: returns.init(1),
    return5: returns.init(5),
    return20: returns.init(20),
    sma20: sma.init(20),
    sma60: sma.init(60),
    rsi: rsi.init(14),
    volatility: realisedVolatility.init(20),
    volume: volumeZScore.init(20),
  };
  const { close, factor, volume } = window;
  const last = { price: Number.NaN, return1: Number.NaN, return5: Number.NaN, return20: Number.NaN };
  const slow = { sma20: Number.NaN, sma60: Number.NaN, rsi: Number.NaN, volatility: Number.NaN, volume: Number.NaN };
  for (let i = 0; i < window.length; i++) {
    const price = close[i]! * factor[i]!;
    last.price = price;
    last.return1 = returns.update(states.return1, price);
    last.return5 = returns.update(states.return5, price);
    last.return20 = returns.update(states.return20, price);
    slow.sma20 = sma.update(states.sma20, price);
    slow.sma60 = sma.update(states.sma60, price);
    slow.rsi = rsi.update(states.rsi, price);
    slow.volatility = realisedVolatility.update(states.volatility, price);
    slow.volume = volumeZScore.update(states.volume, volume[i]! / factor[i]!);
  }
  return {
    symbol,
    id: `${symbol}@${window.length === 0 ? 'none' : dateOf(window.day[window.length - 1]!)}#${window.length}`,
    knownAt: window.maxKnownAt,
    bars: window.length,
    price: window.length === 0 ? 0 : Number((close[window.length - 1]! * window.units.tickSize).toFixed(6)),
    return1: finite(last.return1),
    return5: finite(last.return5),
    return20: finite(last.return20),
    toSma20: finite(last.price / slow.sma20 - 1),
    toSma60: finite(last.price / slow.sma60 - 1),
    rsi14: finite(slow.rsi),
    volatility20: finite(slow.volatility),
    volumeZ20: finite(slow.volume),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** -2 .. 2 from numbers alone: trend and momentum against the usual move, halved when the market is not calm. 0 in warm-up. */
export function numbersScore({ toSma20, toSma60, return20, rsi14, volatility20 }: MarketFacts): number {
  if (toSma20 === null || toSma60 === null || return20 === null || rsi14 === null || volatility20 === null) return 0;
  const trend = toSma20 > 0 && toSma60 > toSma20 ? 1 : toSma20 < 0 && toSma60 < toSma20 ? -1 : toSma60 > 0 ? 0.4 : -0.4;
  const usual = 2 * volatility20 * Math.sqrt(20);
  const momentum = usual > 0 ? Math.max(-1, Math.min(1, return20 / usual)) : 0;
  const stretched = rsi14 > 75 ? -0.5 : rsi14 < 25 ? 0.5 : 0;
  const score = trend + momentum + stretched;
  return score > 0 && volatility20 > CALM ? score / 2 : score;
}

/** Daily volatility above which a rise is worth half. */
const CALM = 0.035;
