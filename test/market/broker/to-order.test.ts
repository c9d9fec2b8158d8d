import { expect, test } from 'vitest';
import type { ActionTable, PortfolioState, Position } from '../../../lib/core/index.js';
import {
  allInOut,
  isRejection,
  type OrderContext,
  type SessionRules,
  seedFive,
  targetWeights,
  toOrder,
} from '../../../lib/market/index.js';
import { mainRules, yuan } from './helpers.js';

const position = (quantity: number, sellableAtFill = quantity, priceTicks = 1000): Position => ({
  symbol: 'A',
  quantity,
  sellableNow: sellableAtFill,
  sellableAtFill,
  averageCostTicks: priceTicks,
  lastPriceTicks: priceTicks,
  tickSize: 0.01,
  marketValueMinor: quantity * priceTicks,
  weight: 0,
  unrealisedPnlMinor: 0,
  lots: [],
});

const portfolio = (cashMinor: number, positions: readonly Position[] = []): PortfolioState => ({
  asOf: 0,
  currency: 'CNY',
  cashMinor,
  frozenCashMinor: 0,
  receivableMinor: 0,
  totalEquityMinor: cashMinor + positions.reduce((sum, { marketValueMinor }) => sum + marketValueMinor, 0),
  positions,
  priceQuality: 'live',
});

/** `side quantity`, with ` all` when all that is sellable leaves; the reason of a rejection; or null. */
function size(
  action: string | null,
  state: PortfolioState,
  table: ActionTable = seedFive,
  rules: SessionRules = mainRules,
  extra: Partial<OrderContext> = {},
): string | null {
  const context: OrderContext = { table, strategy: 's', decidedOn: 7, units: yuan, lastPriceTicks: 1000, ...extra };
  const result = toOrder({ symbol: 'A', action, confidence: 0.5, why: 'because', evidence: [] }, state, rules, context);
  if (result === null) return null;
  return isRejection(result) ? result.reason : `${result.side} ${result.quantity}${result.sellAll ? ' all' : ''}`;
}

test('HOLD and an abstention order nothing; an unknown action is refused', () => {
  expect(size('HOLD', portfolio(1e7))).toBeNull();
  expect(size(null, portfolio(1e7))).toBeNull();
  expect(size('BUY_99', portfolio(1e7))).toBe('unknown-action');
});

test('buys spend a fraction of cash with fees, in lots', () => {
  // 100,000 yuan at 10.00: a quarter is 25,000; 2,500 shares cost 25,000 + 6.25 + 0.50, so 2,400.
  expect(size('BUY_25', portfolio(10_000_000))).toBe('buy 2400');
  expect(size('BUY_50', portfolio(10_000_000))).toBe('buy 4900');
  expect(size('BUY_ALL', portfolio(10_000_000), allInOut)).toBe('buy 9900');
  expect(size('BUY_25', portfolio(300_000))).toBe('below-lot'); // 750 yuan of 3,000
  expect(size('BUY_25', portfolio(100_000))).toBe('no-cash'); // 1,000 yuan: one lot costs 1,005.02
  expect(size('BUY_25', portfolio(10_000_000), seedFive, mainRules, { lastPriceTicks: 0 })).toBe('no-price');
  expect(size('BUY_25', portfolio(10_000_000), seedFive, { ...mainRules, tradable: false })).toBe('not-tradable');
});

test('sells take a fraction of what is sellable at the fill', () => {
  expect(size('SELL_50', portfolio(0, [position(1000)]))).toBe('sell 500');
  expect(size('SELL_50', portfolio(0, [position(1000, 600)]))).toBe('sell 300');
  expect(size('SELL_50', portfolio(0, [position(345)]))).toBe('sell 100');
  expect(size('SELL_50', portfolio(0, [position(100)]))).toBe('below-lot');
  expect(size('SELL_ALL', portfolio(0, [position(345)]))).toBe('sell 345 all');
  expect(size('SELL_ALL', portfolio(0, [position(345, 245)]))).toBe('sell 245 all');
  expect(size('SELL_ALL', portfolio(0, [position(345, 0)]))).toBe('not-sellable');
  expect(size('SELL_ALL', portfolio(1e7))).toBe('no-position');
  // A sale needs no price: a suspended stock's last one may be old.
  expect(size('SELL_ALL', portfolio(0, [position(345)]), seedFive, mainRules, { lastPriceTicks: 0 })).toBe('sell 345 all');
});

const weights = targetWeights('w', { FLAT: 0, HALF: 0.5, FULL: 1 });

test('target weights order the difference, and nothing when it is less than a lot', () => {
  expect(size('HALF', portfolio(10_000_000), weights)).toBe('buy 5000');
  expect(size('FULL', portfolio(10_000_000), weights)).toBe('buy 9900'); // cut to the cash with fees
  expect(size('HALF', portfolio(5_000_000, [position(5000)]), weights)).toBeNull();
  expect(size('HALF', portfolio(5_100_000, [position(5000)]), weights)).toBeNull(); // 50 shares short
  expect(size('HALF', portfolio(0, [position(10_000)]), weights)).toBe('sell 5000');
  expect(size('FLAT', portfolio(0, [position(345)]), weights)).toBe('sell 345 all');
  expect(size('FLAT', portfolio(1e7), weights)).toBeNull();
  expect(size('HALF', portfolio(150_000), weights)).toBe('below-lot');
  expect(size('FULL', portfolio(90_000), weights)).toBe('no-cash');
});

test('deltas of equity and position', () => {
  const row = (side: 'buy' | 'sell', fraction: number, basis: 'equity' | 'position'): ActionTable => ({
    id: 'd',
    rows: [{ name: 'X', size: { kind: 'delta', side, fraction, basis } }],
  });
  const state = portfolio(5_000_000, [position(5000, 2000)]);
  expect(size('X', state, row('buy', 0.1, 'equity'))).toBe('buy 1000');
  expect(size('X', state, row('sell', 0.1, 'equity'))).toBe('sell 1000');
  expect(size('X', state, row('buy', 0.5, 'position'))).toBe('buy 2500');
  // More than is sellable: the broker cuts it, and says so.
  expect(size('X', state, row('sell', 0.5, 'position'))).toBe('sell 2500');
  expect(size('X', portfolio(1e7), row('buy', 0.5, 'position'))).toBe('no-position');
});

test('a draft keeps action, size and reason; at-fill buys carry their part of the cash', () => {
  const context: OrderContext = { table: seedFive, strategy: 's', decidedOn: 7, units: yuan, lastPriceTicks: 1000, sizing: 'at-fill' };
  const intent = { symbol: 'A', action: 'BUY_50', confidence: 0.5, why: 'because', evidence: [] };
  expect(toOrder(intent, portfolio(10_000_000), mainRules, context)).toEqual({
    symbol: 'A',
    side: 'buy',
    quantity: 4900,
    sizing: 'at-fill',
    cashFraction: 0.5,
    sellAll: false,
    action: 'BUY_50',
    size: { kind: 'delta', side: 'buy', fraction: 0.5, basis: 'cash' },
    why: 'because',
    strategy: 's',
    confidence: 0.5,
    decidedOn: 7,
  });
});
