import { expect, test } from 'vitest';
import type { Intent, PortfolioState, Step } from '../../lib/core/index.js';
import { seedFive } from '../../lib/market/index.js';
import { ruleAnalyst } from '../../lib/strategies/index.js';
import { ruleScore } from '../../lib/strategies/rule-analyst.js';
import { account, type FakeBar, viewAt } from './fake-view.js';

const flat = account({ cashMinor: 1_000_000 });
const long = account({ cashMinor: 0, holdings: [{ symbol: 'A', quantity: 1000, price: 1000 }] });

/** A trend of `step` ticks a day with a small saw on it. */
const trend = (count: number, step: number, start = 1000): FakeBar[] =>
  Array.from({ length: count }, (_, day) => ({
    day,
    close: Math.round(start + step * day + (day % 4 === 3 ? -2.5 : 0.5) * Math.abs(step)),
    volume: 1000 + (day % 5),
  }));

function walk(bars: FakeBar[], days: readonly number[], portfolio: PortfolioState, parameters = {}): Intent[] {
  const strategy = ruleAnalyst(parameters);
  let state = strategy.init();
  return days.map((day) => {
    const step = strategy.decide(viewAt(day, { A: bars }, portfolio), ['A'], state) as Step<typeof state>;
    state = step.state;
    return step.intents[0]!;
  });
}
const days = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('every bar gets one reasoned intent of seedFive that says rule:v1', () => {
  const intents = walk(trend(120, 3), days(0, 119), flat);
  const names = seedFive.rows.map(({ name }) => name);
  for (const { action, why, confidence, evidence } of intents) {
    expect(why).toMatch(/^rule:v1: /);
    expect(names).toContain(action);
    expect(confidence).toBeGreaterThanOrEqual(0);
    expect(confidence).toBeLessThanOrEqual(1);
    expect(evidence[0]!.id).toMatch(/^A@\d{4}-\d{2}-\d{2}#\d+$/);
  }
  expect(intents[59]).toMatchObject({ action: 'HOLD', confidence: 0, why: 'rule:v1: 60 of the 61 bars it needs' });
  expect(intents[60]!.why).toMatch(/score .*SMA20 .*SMA60 .*20-session return .*RSI14 .*volatility .*volume z/);
});

test('a calm rise is bought, then left for the pause; history before the first call counts', () => {
  const intents = walk(trend(200, 3), days(150, 162), flat);
  expect(intents.map(({ action }) => (action === 'HOLD' ? 0 : 1))).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  expect(intents[0]!.action).toMatch(/^BUY_/);
  expect(intents[1]!.why).toMatch(/BUY_\d+ waits/);
});

test('a fall is sold while held, and is a HOLD that says so when there is nothing to sell', () => {
  const fall = trend(120, -4, 2000);
  const held = walk(fall, days(100, 102), long);
  expect(held.map(({ action }) => action)).toEqual(['SELL_ALL', 'SELL_ALL', 'SELL_ALL']);
  expect(held[0]!.evidence.map(({ kind }) => kind)).toEqual(['bars', 'portfolio']);
  const empty = walk(fall, [100], flat);
  expect(empty[0]).toMatchObject({ action: 'HOLD' });
  expect(empty[0]!.why).toMatch(/SELL_ALL has nothing to sell$/);
});

test('the score by hand', () => {
  const calm = { price: 110, sma20: 105, sma60: 100, return20: 0.08, rsi: 60, volatility: 0.01, volumeZ: 0 };
  // trend 1; momentum 0.08 / (2 x 0.01 x sqrt 20) = 0.894
  expect(ruleScore(calm, 0.035)).toBeCloseTo(1 + 0.08 / (0.02 * Math.sqrt(20)), 12);
  // overbought -0.5, loud volume + 0.25
  expect(ruleScore({ ...calm, rsi: 80, volumeZ: 2 }, 0.035)).toBeCloseTo(1 + 0.08 / (0.02 * Math.sqrt(20)) - 0.25, 12);
  // wild: halved; momentum 0.08 / (2 x 0.05 x sqrt 20)
  expect(ruleScore({ ...calm, volatility: 0.05 }, 0.035)).toBeCloseTo((1 + 0.08 / (0.1 * Math.sqrt(20))) / 2, 12);
  // below both averages, falling 20 % at 2 %: momentum capped at -1, oversold +0.5; not halved
  expect(ruleScore({ price: 80, sma20: 90, sma60: 100, return20: -0.2, rsi: 20, volatility: 0.02, volumeZ: 0 }, 0.01)).toBeCloseTo(
    -1.5,
    12,
  );
});
