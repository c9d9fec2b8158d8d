import { expect, test } from 'vitest';
import { randomInit, randomNormal, type Step, type Strategy } from '../../lib/core/index.js';
import { ema, rsi } from '../../lib/features/index.js';
import { breakout, emaCross, momentumSign, rsiBands } from '../../lib/strategies/index.js';
import { account, type FakeBar, viewAt } from './fake-view.js';

/** A random walk with a dividend-like step of the factor. */
function walk(count: number): FakeBar[] {
  const random = randomInit(5, 'in-out');
  let price = 2000;
  return Array.from({ length: count }, (_, day) => {
    price = Math.max(100, Math.round(price * (1 + 0.03 * randomNormal(random))));
    const spread = Math.round(price * 0.004);
    return { day, close: price, high: price + spread, low: price - spread, factor: day < 60 ? 1 : 1.0137 };
  });
}

const BARS = walk(150);
const prices = Float64Array.from(BARS, (bar) => bar.close * bar.factor!);

/** What a strategy wants from day `from` on, told by what it asks of a flat and of a long account. */
function wants(make: () => Strategy, from: number): boolean[] {
  const strategy = make();
  const state = strategy.init();
  let long = false;
  return BARS.slice(from).map(({ day }) => {
    const holdings = long ? [{ symbol: 'A', quantity: 100, price: 2000 }] : [];
    const step = strategy.decide(viewAt(day, { A: BARS }, account({ cashMinor: 1e6, holdings, day })), ['A'], state) as Step<unknown>;
    const [intent] = step.intents;
    if (intent) {
      expect(intent.action).toBe(long ? 'SELL_ALL' : 'BUY_ALL');
      expect(intent.evidence).toHaveLength(1);
      expect(intent.why.length).toBeGreaterThan(10);
      long = !long;
    }
    return long;
  });
}

/** The newest of two events up to each bar; flat before any. */
function latched(enters: (i: number) => boolean, leaves: (i: number) => boolean): boolean[] {
  let long = false;
  return BARS.map((_, i) => (long = long ? !leaves(i) : enters(i)));
}

const RULES: readonly [string, () => Strategy, boolean[]][] = [
  [
    'ema-cross',
    () => emaCross({ fast: 4, slow: 11 }) as Strategy,
    BARS.map((_, i) => ema.series(prices, 4)[i]! > ema.series(prices, 11)[i]!),
  ],
  [
    'breakout',
    () => breakout({ entry: 12, exit: 5 }) as Strategy,
    latched(
      (i) => i >= 12 && prices[i]! > Math.max(...BARS.slice(i - 12, i).map((bar) => bar.high! * bar.factor!)),
      (i) => i >= 5 && prices[i]! < Math.min(...BARS.slice(i - 5, i).map((bar) => bar.low! * bar.factor!)),
    ),
  ],
  [
    'momentum-sign',
    () => momentumSign({ lookback: 9, threshold: 0.02 }) as Strategy,
    BARS.map((_, i) => i >= 9 && prices[i]! / prices[i - 9]! - 1 > 0.02),
  ],
  [
    'rsi-bands',
    () => rsiBands({ period: 7, low: 35, high: 65 }) as Strategy,
    latched(
      (i) => rsi.series(prices, 7)[i]! < 35,
      (i) => rsi.series(prices, 7)[i]! > 65,
    ),
  ],
];

test.each(RULES)('%s wants what its definition says, wherever the run begins', (_id, make, expected) => {
  expect(expected.filter((want, i) => want !== (expected[i - 1] ?? false)).length).toBeGreaterThan(4);
  expect(wants(make, 0)).toEqual(expected);
  expect(wants(make, 40)).toEqual(expected.slice(40));
});
