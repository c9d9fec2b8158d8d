import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buyCostMinor, houseRisk, seedFive, targetWeights } from '../../lib/market/index.js';
import { allocateBuys, exits, ManagerError, MultiStrategyManager, type SignedIntent } from '../../lib/strategies/index.js';
import { account, cny } from './fake-view.js';
import { lotRules, marketOf } from './rules.js';

const intent = (symbol: string, action: string | null, confidence = 0.5, strategy?: string): SignedIntent => ({
  symbol,
  action,
  confidence,
  why: `${action} ${symbol}`,
  evidence: [],
  ...(strategy === undefined ? {} : { strategy }),
});
const five = () => new MultiStrategyManager({ members: [{ id: 'five', actions: seedFive }], risk: null });

test('BUY_25 keeps action, size, confidence and reason on its order', () => {
  // cash 1,000,000 fen x 25 % = 250,000; at 1,000 ticks = 250 units, in lots 200.
  const { orders, rejections } = five().executeSignals(
    [intent('A', 'BUY_25', 0.8)],
    account({ cashMinor: 1_000_000 }),
    marketOf({ A: 1000 }),
  );
  expect(rejections).toEqual([]);
  expect(orders).toEqual([
    {
      id: 1,
      symbol: 'A',
      side: 'buy',
      quantity: 200,
      sizing: 'at-decision',
      sellAll: false,
      action: 'BUY_25',
      size: { kind: 'delta', side: 'buy', fraction: 0.25, basis: 'cash' },
      why: 'BUY_25 A',
      strategy: 'five',
      confidence: 0.8,
      decidedOn: 100,
    },
  ]);
});

test('HOLD orders nothing, an abstention is counted, an unknown action is a typed rejection', () => {
  const manager = five();
  const cash = account({ cashMinor: 1_000_000 });
  expect(manager.executeSignals([intent('A', 'HOLD')], cash, marketOf({ A: 1000 }))).toEqual({
    orders: [],
    rejections: [],
    abstentions: 0,
    warnings: [],
  });
  expect(manager.executeSignals([intent('A', null)], cash, marketOf({ A: 1000 })).abstentions).toBe(1);
  expect(manager.executeSignals([intent('A', null), intent('B', null), intent('C', 'HOLD')], cash, marketOf({}))).toMatchObject({
    orders: [],
    abstentions: 2,
  });
  expect(manager.executeSignals([intent('A', 'BUY_99')], cash, marketOf({ A: 1000 })).rejections).toMatchObject([
    { reason: 'unknown-action', symbol: 'A' },
  ]);
  expect(manager.executeSignals([intent('A', 'SELL_ALL')], cash, marketOf({ A: 1000 })).rejections).toMatchObject([
    { reason: 'no-position' },
  ]);
});

test('SELL_50 of a single lot is a rejection below-lot', () => {
  const held = account({ cashMinor: 0, holdings: [{ symbol: 'A', quantity: 100, price: 1000 }] });
  expect(five().executeSignals([intent('A', 'SELL_50')], held, marketOf({ A: 1000 }))).toMatchObject({
    orders: [],
    rejections: [{ reason: 'below-lot' }],
  });
});

test('buys that ask for more than the cash are scaled pro rata, floored to lots, and the leftover goes by confidence', () => {
  // No fees, cash 1,000,000. Three BUY_50, each asks for 500,000 = 150 % together; each budget is 333,333.
  //   A at 1,000: asks 500 units; 333 -> 300 units = 300,000
  //   B at 1,100: asks 454 -> 400 units = 440,000; C at 700: asks 714 -> 700 units = 490,000
  // Costs asked: 500,000 + 440,000 + 490,000 = 1,430,000. Budgets floor(cost x 1,000,000 / 1,430,000):
  //   A 349,650 -> 300 (300,000); B 307,692 -> 279 -> 200 (220,000); C 342,657 -> 489 -> 400 (280,000). Left 200,000.
  // Leftover by confidence: C (0.9): 200,000 + 280,000 = 480,000 -> 685 -> 600 units (420,000), left 60,000.
  // A (0.5): 60,000 + 300,000 = 360,000 -> 300, nothing more. B (0.1): 60,000 + 220,000 = 280,000 -> 254 -> 200.
  const manager = five();
  const { orders, rejections } = manager.executeSignals(
    [intent('A', 'BUY_50', 0.5), intent('B', 'BUY_50', 0.1), intent('C', 'BUY_50', 0.9)],
    account({ cashMinor: 1_000_000 }),
    marketOf({ A: 1000, B: 1100, C: 700 }),
  );
  expect(orders.map(({ id, symbol, quantity }) => [id, symbol, quantity])).toEqual([
    [1, 'C', 600],
    [2, 'A', 300],
    [3, 'B', 200],
  ]);
  expect(rejections.map(({ orderId, symbol, quantity, reason }) => [orderId, symbol, quantity, reason])).toEqual([
    [1, 'C', 100, 'cut-cash'],
    [2, 'A', 200, 'cut-cash'],
    [3, 'B', 200, 'cut-cash'],
  ]);
});

test('of two equal confidences the symbol that sorts first takes the leftover, and a buy that gets nothing is no-cash', () => {
  // Cash 150,000; A and B at 1,000 ask 100 units = 100,000 each: budgets 75,000 buy no lot; the leftover buys A's lot, then 50,000 is too little.
  const thirds = targetWeights('t', { IN: 2 / 3 });
  const manager = new MultiStrategyManager({ members: [{ id: 't', actions: thirds }], risk: null });
  const { orders, rejections } = manager.executeSignals(
    [intent('B', 'IN'), intent('A', 'IN')],
    account({ cashMinor: 150_000 }),
    marketOf({ A: 1000, B: 1000 }),
  );
  expect(orders.map(({ symbol, quantity }) => [symbol, quantity])).toEqual([['A', 100]]);
  expect(rejections).toMatchObject([{ orderId: null, symbol: 'B', quantity: 100, reason: 'no-cash' }]);
});

test('sells come first and do not add to the cash that buys share', () => {
  const held = account({ cashMinor: 100_000, holdings: [{ symbol: 'Z', quantity: 500, price: 1000 }] });
  const { orders } = five().executeSignals([intent('A', 'BUY_50'), intent('Z', 'SELL_ALL')], held, marketOf({ A: 400, Z: 1000 }));
  // 50,000 / 400 = 125 -> 100 units
  expect(orders.map(({ symbol, side, quantity }) => [symbol, side, quantity])).toEqual([
    ['Z', 'sell', 500],
    ['A', 'buy', 100],
  ]);
});

test('exits beside a strategy: the sale stands, the buy of the same symbol is refused as netted', () => {
  const stop = exits();
  const manager = new MultiStrategyManager({
    members: [
      { id: 'five', actions: seedFive },
      { id: 'exits', actions: stop.actions },
    ],
    risk: null,
  });
  const held = account({ cashMinor: 1_000_000, holdings: [{ symbol: 'A', quantity: 400, price: 900, averageCost: 1000 }] });
  const bought = manager.executeSignals(
    [intent('A', 'BUY_25', 1, 'five'), intent('A', 'STOP_LOSS', 1, 'exits')],
    held,
    marketOf({ A: 900 }),
  );
  expect(bought.orders).toMatchObject([{ strategy: 'exits', side: 'sell', quantity: 400, sellAll: true, action: 'STOP_LOSS' }]);
  expect(bought.rejections).toMatchObject([{ strategy: 'five', reason: 'netted', quantity: 200, side: 'buy' }]);
  const sold = manager.executeSignals(
    [intent('A', 'SELL_50', 1, 'five'), intent('A', 'STOP_LOSS', 1, 'exits')],
    held,
    marketOf({ A: 900 }),
  );
  expect(sold.orders).toMatchObject([{ id: 2, strategy: 'exits', quantity: 400 }]);
  expect(sold.rejections).toMatchObject([{ strategy: 'five', reason: 'netted', quantity: 200, side: 'sell' }]);
});

test('house risk cuts a buy to 10 % of equity and records it against the order', () => {
  // Equity 1,000,000; BUY_25 at 100 ticks asks 2,500 units; 10 % = 100,000 = 1,000 units.
  const manager = new MultiStrategyManager({ members: [{ id: 'five', actions: seedFive }], risk: houseRisk });
  const { orders, rejections, warnings } = manager.executeSignals(
    [intent('A', 'BUY_25')],
    account({ cashMinor: 1_000_000 }),
    marketOf({ A: 100 }),
  );
  expect(orders).toMatchObject([{ id: 1, quantity: 1000 }]);
  expect(rejections).toMatchObject([{ orderId: 1, quantity: 1500, reason: 'cut-risk' }]);
  expect(warnings[0]).toMatch(/sector/i);
});

test('two intents of one strategy for one symbol, an unknown strategy and doubled members are refused', () => {
  const cash = account({ cashMinor: 1_000_000 });
  expect(() => five().executeSignals([intent('A', 'BUY_25'), intent('A', 'BUY_50')], cash, marketOf({ A: 1000 }))).toThrow(ManagerError);
  expect(() => five().executeSignals([intent('A', 'BUY_25', 1, 'other')], cash, marketOf({ A: 1000 }))).toThrow(
    /expected an intent of five/,
  );
  expect(
    () =>
      new MultiStrategyManager({
        members: [
          { id: 'a', actions: seedFive },
          { id: 'a', actions: seedFive },
        ],
        risk: null,
      }),
  ).toThrow(ManagerError);
});

const wishes = fc.uniqueArray(
  fc.record({
    symbol: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'),
    action: fc.constantFrom('BUY_25', 'BUY_50', 'HOLD', 'SELL_50', 'SELL_ALL', null),
    confidence: fc.constantFrom(0.1, 0.5, 0.5, 1),
    price: fc.integer({ min: 1, max: 60_000 }),
    held: fc.integer({ min: 0, max: 2500 }),
  }),
  { selector: (wish) => wish.symbol, minLength: 1 },
);

test('buys with fees never cost more than the cash, and the order of intents does not matter', () => {
  fc.assert(
    fc.property(wishes, fc.integer({ min: 0, max: 50_000_000 }), fc.infiniteStream(fc.nat()), (list, cashMinor, noise) => {
      const rules = lotRules(0.00025, 500);
      const prices = Object.fromEntries(list.map(({ symbol, price }) => [symbol, price]));
      const holdings = list.filter(({ held }) => held > 0).map(({ symbol, held, price }) => ({ symbol, quantity: held, price }));
      const intents = list.map(({ symbol, action, confidence }) => intent(symbol, action, confidence));
      const result = five().executeSignals(intents, account({ cashMinor, holdings }), marketOf(prices, rules));
      const spent = result.orders.reduce(
        (sum, order) => sum + (order.side === 'buy' ? buyCostMinor(order.quantity, prices[order.symbol]!, cny, rules) : 0),
        0,
      );
      expect(spent).toBeLessThanOrEqual(cashMinor);
      expect(result.orders.map(({ id }) => id)).toEqual(result.orders.map((_, i) => i + 1));
      const shuffled = intents
        .map((item) => ({ item, at: noise.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item);
      expect(five().executeSignals(shuffled, account({ cashMinor, holdings }), marketOf(prices, rules))).toEqual(result);
      // Nothing vanishes: each intent that asks for something is an order, a rejection, or both.
      for (const { symbol, action } of list) {
        if (action === null || action === 'HOLD') continue;
        expect([...result.orders, ...result.rejections].some((row) => row.symbol === symbol)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('allocation grants at most the request and never leaves a lot that a request could still have', () => {
  const rules = lotRules(0.0003, 500);
  const request = fc.record({
    symbol: fc.constantFrom('A', 'B', 'C', 'D'),
    strategy: fc.constant('s'),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    quantity: fc.integer({ min: 1, max: 300 }).map((lots) => lots * 100),
    priceTicks: fc.integer({ min: 1, max: 100_000 }),
  });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 1_000_000_000 }), (rows, cash) => {
      const requests = rows.map((row) => ({ ...row, units: cny, rules }));
      const granted = allocateBuys(requests, cash);
      const cost = (i: number, quantity: number) => (quantity === 0 ? 0 : buyCostMinor(quantity, requests[i]!.priceTicks, cny, rules));
      const left = cash - granted.reduce((sum, quantity, i) => sum + cost(i, quantity), 0);
      expect(left).toBeGreaterThanOrEqual(0);
      granted.forEach((quantity, i) => {
        expect(quantity).toBeLessThanOrEqual(requests[i]!.quantity);
        if (quantity < requests[i]!.quantity) expect(cost(i, quantity + 100) - cost(i, quantity)).toBeGreaterThan(left);
      });
    }),
    { numRuns: 300 },
  );
});
