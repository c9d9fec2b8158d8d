import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CorporateAction, PortfolioState } from '../../lib/core/index.js';
import { randomBelow, randomFloat, randomInit } from '../../lib/core/index.js';
import { allInOut, seedFive, targetWeights } from '../../lib/market/index.js';
import { Ensemble, ManagerError, MultiStrategyManager, type SignedIntent } from '../../lib/strategies/index.js';
import { largestRemainder } from '../../lib/strategies/largest-remainder.js';
import { account } from './fake-view.js';
import { drive, type Session } from './market-drive.js';
import { lotRules, marketOf, stock } from './rules.js';

const intent = (symbol: string, action: string, strategy: string, confidence = 0.5): SignedIntent => ({
  symbol,
  action,
  confidence,
  why: 'w',
  evidence: [],
  strategy,
});
const bar = (symbol: string, price: number, volume = 1_000_000) => ({ symbol, open: price, high: price, low: price, close: price, volume });
const ensembleOf = (ids: readonly string[], cash: number, actions = seedFive) =>
  new Ensemble({ members: ids.map((id) => ({ id, actions })), risk: null, initialCashMinor: cash, instrumentOf: stock });

test('largest remainder: whole parts that add up, equal remainders to the first', () => {
  expect(largestRemainder(10, [1, 1, 1])).toEqual([4, 3, 3]);
  expect(largestRemainder(100, [1, 2, 4])).toEqual([14, 29, 57]); // 14.29, 28.57, 57.14: the missing one to .57
  expect(largestRemainder(-10, [1, 1, 1])).toEqual([-4, -3, -3]);
  expect(largestRemainder(0, [0, 0])).toEqual([0, 0]);
  expect(() => largestRemainder(1, [0, 0])).toThrow(ManagerError);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 52 }),
      fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1, maxLength: 6 }),
      (total, weights) => {
        const parts = largestRemainder(total, weights);
        expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
        const sum = weights.reduce((a, b) => a + b, 0);
        parts.forEach((part, i) => {
          expect(Math.abs(part - (total * weights[i]!) / sum)).toBeLessThanOrEqual(1 + total * 1e-15);
        });
      },
    ),
  );
});

test('books start equal and the remainder goes to the first id', () => {
  expect(ensembleOf(['c', 'a', 'b'], 1001).books.map(({ strategy, cashMinor }) => [strategy, cashMinor])).toEqual([
    ['a', 335],
    ['b', 333],
    ['c', 333],
  ]);
});

test('golden: two buys become one order, its fill is shared pro rata; then a sale meets a buy', () => {
  // Cash 2,000,000 in two books of 1,000,000; no fees. Day 1 close 1,000: a BUY_50 = 500 units, b BUY_25 = 200 units (250 in lots).
  // Day 2 open 1,010 under a volume cap of 25 % of 1,000: 250 -> 200 units; a gets 200 x 500/700 = 142.86, b 57.14: 143 and 57.
  // Day 2 close 1,010: a SELL_ALL 143, b BUY_25 (1,000,000 - 57 x 1,010 = 942,430; 25 % = 235,607; 233 -> 200 units).
  //   Matched 143; the account buys 57 more, under a lot: below-lot. Day 3 open 1,020: 143 units pass for 145,860.
  const rules = { ...lotRules(), volumeCap: { numerator: 1, denominator: 4 } };
  const ensemble = ensembleOf(['a', 'b'], 2_000_000);
  const sessions: Session[] = [{ bars: [bar('A', 1000)] }, { bars: [bar('A', 1010, 1000)] }, { bars: [bar('A', 1020)] }];
  const done = drive(ensemble, sessions, rules, 2_000_000, (day) =>
    day === 1
      ? [intent('A', 'BUY_50', 'a'), intent('A', 'BUY_25', 'b')]
      : day === 2
        ? [intent('A', 'SELL_ALL', 'a'), intent('A', 'BUY_25', 'b')]
        : [],
  );
  expect(done.orders.map(({ id, side, quantity, action, strategy, why }) => [id, side, quantity, action, strategy, why])).toEqual([
    [1, 'buy', 700, 'NET_BUY', 'a+b', 'a: BUY_50, w | b: BUY_25, w'],
  ]);
  expect(
    done.attributions.map(({ day, strategy, side, kind, quantity, cashDeltaMinor }) => [
      day,
      strategy,
      side,
      kind,
      quantity,
      cashDeltaMinor,
    ]),
  ).toEqual([
    [2, 'a', 'buy', 'fill', 143, -144_430],
    [2, 'b', 'buy', 'fill', 57, -57_570],
    [3, 'a', 'sell', 'netted', 143, 145_860],
    [3, 'b', 'buy', 'netted', 143, -145_860],
  ]);
  expect(done.rejections.map(({ reason, quantity, strategy }) => [reason, quantity, strategy])).toEqual([
    ['cut-volume', 500, 'a+b'],
    ['netted', 143, 'a'],
    ['netted', 143, 'b'],
    ['below-lot', 57, 'b'],
  ]);
  expect(ensemble.books.map(({ cashMinor, lots }) => [cashMinor, (lots['A'] ?? []).map(({ quantity }) => quantity)])).toEqual([
    [1_001_430, []],
    [796_570, [57, 143]],
  ]);
});

test('a matched part without an open is cancelled and stays where it was', () => {
  const ensemble = ensembleOf(['a', 'b'], 2_000_000);
  const sessions: Session[] = [{ bars: [bar('A', 1000)] }, { bars: [bar('A', 1000)] }, { bars: [] }];
  const done = drive(ensemble, sessions, lotRules(), 2_000_000, (day) =>
    day === 1 ? [intent('A', 'BUY_50', 'a')] : day === 2 ? [intent('A', 'SELL_ALL', 'a'), intent('A', 'BUY_50', 'b')] : [],
  );
  expect(done.rejections.filter(({ day }) => day === 3).map(({ reason, quantity, strategy }) => [reason, quantity, strategy])).toEqual([
    ['cancelled', 500, 'a'],
    ['cancelled', 500, 'b'],
  ]);
  expect(ensemble.books[0]!.lots['A']).toMatchObject([{ quantity: 500 }]);
});

test('T+1 binds on the account: a net sale is cut to what is sellable there', () => {
  const ensemble = ensembleOf(['a', 'b'], 2_000_000);
  drive(ensemble, [{ bars: [bar('A', 1000)] }, { bars: [bar('A', 1000)] }], lotRules(), 2_000_000, (day) =>
    day === 1 ? [intent('A', 'BUY_50', 'a')] : [],
  );
  const locked = account({ cashMinor: 1_500_000, holdings: [{ symbol: 'A', quantity: 500, price: 1000, sellable: 200 }] });
  const { orders, rejections } = ensemble.executeSignals([intent('A', 'SELL_ALL', 'a')], locked, marketOf({ A: 1000 }));
  expect(orders).toMatchObject([{ side: 'sell', quantity: 200, sellAll: true }]);
  expect(rejections).toEqual([]);
});

test('exits sell out of every book that holds the symbol', () => {
  const members = [
    { id: 'a', actions: seedFive },
    { id: 'b', actions: seedFive },
    { id: 'exits', actions: targetWeights('x', { STOP_LOSS: 0 }), protective: true },
  ];
  const ensemble = new Ensemble({ members, risk: null, initialCashMinor: 2_000_000, instrumentOf: stock });
  const done = drive(
    ensemble,
    [{ bars: [bar('A', 1000)] }, { bars: [bar('A', 900)] }, { bars: [bar('A', 900)] }],
    lotRules(),
    2_000_000,
    (day) =>
      day === 1
        ? [intent('A', 'BUY_50', 'a'), intent('A', 'BUY_25', 'b')]
        : day === 2
          ? [intent('A', 'STOP_LOSS', 'exits'), intent('A', 'BUY_25', 'b')]
          : [],
  );
  expect(done.fills.map(({ side, quantity }) => [side, quantity])).toEqual([
    ['buy', 700],
    ['sell', 700],
  ]);
  expect(done.rejections).toMatchObject([{ reason: 'netted', strategy: 'b', side: 'buy' }]);
  expect(ensemble.books.every(({ lots }) => Object.keys(lots).length === 0)).toBe(true);
});

const SYMBOLS = ['A', 'B', 'C'];
const ACTIONS = ['BUY_25', 'BUY_50', 'SELL_50', 'SELL_ALL', 'HOLD'];

/** Random sessions: prices, suspensions, volume, splits, bonuses and dividends paid at once or later. */
function randomSessions(seed: number, days: number): Session[] {
  const random = randomInit(seed, 'sessions');
  const price = new Map(SYMBOLS.map((symbol) => [symbol, 500 + randomBelow(random, 2000)]));
  return Array.from({ length: days }, (_, i) => {
    const exDay = i + 1;
    const bars = [];
    const actions: CorporateAction[] = [];
    for (const symbol of SYMBOLS) {
      const draw = randomFloat(random);
      const origin = draw < 0.02 ? ('derived' as const) : ('declared' as const);
      const common = { symbol, exDay, payDay: exDay + (origin === 'derived' ? 0 : randomBelow(random, 4)), knownAt: 0, origin };
      if (draw < 0.04) actions.push({ ...common, cash: { numerator: 1 + randomBelow(random, 300), denominator: 10 } });
      else if (draw < 0.06)
        actions.push({ ...common, payDay: exDay, transfer: { numerator: 1 + randomBelow(random, 9), denominator: 10 } });
      else if (draw < 0.08) actions.push({ ...common, cash: { numerator: 17, denominator: 10 }, bonus: { numerator: 3, denominator: 10 } });
      const close = Math.max(50, Math.round(price.get(symbol)! * (0.95 + 0.1 * randomFloat(random))));
      price.set(symbol, close);
      const open = Math.max(50, Math.round(close * (0.98 + 0.04 * randomFloat(random))));
      if (draw < 0.93)
        bars.push({
          symbol,
          open,
          high: Math.max(open, close),
          low: Math.min(open, close),
          close,
          volume: 500 + randomBelow(random, 20_000),
        });
    }
    return { bars, actions };
  });
}

const randomIntents =
  (seed: number, ids: readonly string[]) =>
  (day: number): SignedIntent[] => {
    const random = randomInit(seed * 1000 + day, 'intents');
    const intents: SignedIntent[] = [];
    for (const id of ids)
      for (const symbol of SYMBOLS)
        if (randomFloat(random) < 0.6) intents.push(intent(symbol, ACTIONS[randomBelow(random, 5)]!, id, randomFloat(random)));
    return intents;
  };

const busyRules = {
  ...lotRules(0.00025, 500),
  volumeCap: { numerator: 1, denominator: 4 },
  priceLimit: { up: { numerator: 6, denominator: 100 }, down: { numerator: 6, denominator: 100 } },
};

test('conservation: the books add up to the account, in cash and in units, after every day', () => {
  const conserved = (seed: number, count: number) => {
    const ids = ['a', 'b', 'c', 'd'].slice(0, count);
    const ensemble = ensembleOf(ids, 10_000_001);
    const check = (_day: number, state: PortfolioState) => {
      const views = ids.map((id) => ensemble.portfolioOf(id, state));
      const sum = (pick: (view: PortfolioState) => number) => views.reduce((total, view) => total + pick(view), 0);
      expect(sum((view) => view.cashMinor)).toBe(state.cashMinor + state.frozenCashMinor);
      expect(sum((view) => view.receivableMinor)).toBe(state.receivableMinor);
      for (const { symbol, quantity } of state.positions) {
        expect(sum((view) => view.positions.find((position) => position.symbol === symbol)?.quantity ?? 0)).toBe(quantity);
      }
      expect(Math.abs(sum((view) => view.totalEquityMinor) - state.totalEquityMinor)).toBeLessThanOrEqual(ids.length * 3);
    };
    const done = drive(ensemble, randomSessions(seed, 60), busyRules, 10_000_001, randomIntents(seed, ids), check);
    for (const fill of done.fills) {
      const parts = done.attributions.filter(
        (part) => part.kind === 'fill' && part.day === fill.day && part.symbol === fill.symbol && part.side === fill.side,
      );
      expect(parts.reduce((total, part) => total + part.quantity, 0)).toBe(fill.quantity);
      expect(parts.reduce((total, part) => total + part.cashDeltaMinor, 0)).toBe(fill.cashDeltaMinor);
    }
    return { fills: done.fills.length, netted: done.attributions.filter(({ kind }) => kind === 'netted').length };
  };
  // That books trade, and with each other, is shown on one world that is no chance.
  const { fills, netted } = conserved(1, 4);
  expect(fills).toBeGreaterThan(100);
  expect(netted).toBeGreaterThan(100);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 4 }), (seed, count) => void conserved(seed, count)),
    { numRuns: 60 },
  );
});

test('one strategy through an ensemble trades as it does through the manager alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
      const members = [{ id: 'a', actions: seedFive }];
      const sessions = randomSessions(seed, 60);
      const alone = drive(new MultiStrategyManager({ members, risk: null }), sessions, busyRules, 10_000_000, randomIntents(seed, ['a']));
      const ensemble = ensembleOf(['a'], 10_000_000);
      const together = drive(ensemble, sessions, busyRules, 10_000_000, randomIntents(seed, ['a']), (_day, state) => {
        const { lots: _lots, ...own } = { ...ensemble.portfolioOf('a', state), lots: 0 };
        expect({
          ...own,
          positions: own.positions.map(({ quantity, sellableAtFill, weight }) => [quantity, sellableAtFill, weight]),
        }).toEqual({
          ...state,
          cashMinor: state.cashMinor + state.frozenCashMinor,
          frozenCashMinor: 0,
          positions: state.positions.map(({ quantity, sellableAtFill, weight }) => [quantity, sellableAtFill, weight]),
        });
      });
      expect(together.fills).toEqual(alone.fills);
      expect(together.orders).toEqual(alone.orders);
      const told = (rows: typeof alone.rejections) =>
        rows.map(({ symbol, side, quantity, reason, day }) => [day, symbol, side, quantity, reason].join()).sort();
      expect(told(together.rejections)).toEqual(told(alone.rejections));
    }),
    { numRuns: 60 },
  );
});

test('a snapshot taken in mid-run continues to the byte', () => {
  const ids = ['a', 'b', 'c'];
  const sessions = randomSessions(5, 80);
  const straight = ensembleOf(ids, 9_000_000);
  const resumed = ensembleOf(ids, 9_000_000);
  const first = drive(straight, sessions, busyRules, 9_000_000, randomIntents(5, ids));
  const second = drive(resumed, sessions, busyRules, 9_000_000, randomIntents(5, ids), (day) => {
    if (day % 7 === 0) resumed.restore(JSON.parse(JSON.stringify(resumed.snapshot())));
  });
  expect(second.attributions).toEqual(first.attributions);
  expect(resumed.snapshot()).toEqual(straight.snapshot());
});

test('sizing at the fill is refused, so are books that the account contradicts', () => {
  const ensemble = ensembleOf(['a', 'b'], 1000, allInOut);
  const cash = account({ cashMinor: 1000 });
  expect(() => ensemble.executeSignals([], cash, { ...marketOf({}), sizing: 'at-fill' })).toThrow(ManagerError);
  // Units that no book bought.
  const strange = account({ cashMinor: 1000, holdings: [{ symbol: 'A', quantity: 5, price: 1 }] });
  expect(() => ensemble.executeSignals([], strange, marketOf({}))).toThrow(/add up to the account/);
});
