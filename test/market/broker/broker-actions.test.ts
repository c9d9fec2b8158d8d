import { expect, test } from 'vitest';
import { type CorporateAction, dayOf } from '../../../lib/core/index.js';
import { type BrokerBar, type SessionRules, SimulatedBroker } from '../../../lib/market/index.js';
import { bar, bookOf, byHolding, freeRules, mainRules, order, ratio, stock } from './helpers.js';

const action = (extra: Partial<CorporateAction>): CorporateAction => ({
  symbol: 'A',
  exDay: 3,
  payDay: 3,
  knownAt: 0,
  origin: 'declared',
  ...extra,
});

function holding(quantity: number, rules: SessionRules, actions: readonly CorporateAction[], cash = 10_000_000): SimulatedBroker {
  const account = new SimulatedBroker({
    instruments: [stock('A')],
    rulebook: bookOf(rules),
    initialCashMinor: cash,
    actions: new Map([['A', actions]]),
  });
  session(account, 1, bar('A', 1200));
  account.submit([order('A', 'buy', quantity)], 2);
  session(account, 2, bar('A', 1200));
  return account;
}

function session(account: SimulatedBroker, day: number, ...bars: BrokerBar[]) {
  account.openSession(day);
  const result = account.fillAtOpen(day, bars);
  account.closeSession(day, bars);
  return result;
}

const taxFree: SessionRules = { ...mainRules, fees: [], dividendTax: { kind: 'none' } };

test('a cash dividend: receivable on the ex-day, price and cost reduced, equity kept, cash on the pay day', () => {
  const account = holding(1000, taxFree, [action({ cash: ratio(170, 10), payDay: 4 })]);
  expect(account.equityMinor()).toBe(10_000_000);
  account.openSession(3);
  expect(account.equityAtOpenMinor()).toBe(10_000_000);
  expect(account.portfolio(3, 3)).toMatchObject({
    receivableMinor: 17_000,
    cashMinor: 8_800_000,
    positions: [{ lastPriceTicks: 1183, averageCostTicks: 1183, marketValueMinor: 1_183_000 }],
  });
  account.fillAtOpen(3, [bar('A', 1183)]);
  account.closeSession(3, [bar('A', 1183)]);
  expect(account.portfolio(3, 4)).toMatchObject({ receivableMinor: 17_000, totalEquityMinor: 10_000_000 });
  session(account, 4, bar('A', 1183));
  expect(account.portfolio(4, 5)).toMatchObject({ receivableMinor: 0, cashMinor: 8_817_000, totalEquityMinor: 10_000_000 });
  expect(account.paid().dividendsMinor).toBe(17_000);
});

test('flat tax: 10送6派1.7 costs 0.077 yuan a share', () => {
  const account = holding(1000, { ...taxFree, dividendTax: { kind: 'flat', rate: ratio(10, 100) } }, [
    action({ cash: ratio(170, 10), bonus: ratio(6, 10) }),
  ]);
  account.openSession(3);
  // 170 yuan less 77; 1,600 shares at 7.39 (7.39375): 6 yuan lost to the rounding of the reference.
  expect(account.portfolio(3, 4)).toMatchObject({
    receivableMinor: 9300,
    positions: [{ quantity: 1600, lastPriceTicks: 739, sellableAtFill: 1600 }],
  });
  account.fillAtOpen(3, [bar('A', 739)]);
  account.closeSession(3, [bar('A', 739)]);
  expect(account.paid()).toMatchObject({ dividendsMinor: 17_000, dividendTaxMinor: 7700 });
  expect(account.portfolio(3, 4)).toMatchObject({ receivableMinor: 0, cashMinor: 8_800_000 + 9300 });
});

test('tax by holding is taken at the sale of each lot, first in first out', () => {
  const [d0, d1, ex, sale] = ['2013-01-09', '2013-01-10', '2013-02-05', '2013-02-11'].map(dayOf) as [number, number, number, number];
  const account = new SimulatedBroker({
    instruments: [stock('A')],
    rulebook: bookOf({ ...taxFree, dividendTax: byHolding }),
    initialCashMinor: 10_000_000,
    actions: new Map([['A', [action({ exDay: ex, payDay: ex, cash: ratio(100, 1) })]]]),
  });
  session(account, d0, bar('A', 1200));
  account.submit([order('A', 'buy', 1000)], d1);
  session(account, d1, bar('A', 1200));
  account.submit([order('A', 'buy', 1000)], d1 + 1);
  session(account, d1 + 1, bar('A', 1200));
  session(account, ex, bar('A', 1100));
  expect(account.cashMinor()).toBe(10_000_000 - 2_400_000 + 200_000);
  account.submit([order('A', 'sell', 1500)], sale);
  // Lot of 10 January: a month and a day, 10 %; 500 of the lot of 11 January: one month, 20 %.
  const [fill] = session(account, sale, bar('A', 1100)).fills;
  expect(fill).toMatchObject({ feesMinor: { dividendTax: 10_000 + 10_000 }, cashDeltaMinor: 1_650_000 - 20_000 });
  account.submit([order('A', 'sell', 500)], sale + 1);
  expect(session(account, sale + 1, bar('A', 1100)).fills[0]!.feesMinor).toEqual({ dividendTax: 5000 }); // a month and a day by now
});

test('shares that are paid later are locked until the close of their day; lots keep their dates', () => {
  const account = holding(1000, taxFree, [action({ bonus: ratio(5, 10), payDay: 4 })]);
  session(account, 3, bar('A', 800));
  const positions = account.portfolio(3, 4).positions;
  expect(positions).toMatchObject([{ quantity: 1500, sellableNow: 1000, sellableAtFill: 1000 }]);
  expect(positions[0]!.lots.map(({ boughtOn, quantity, costMinor }) => [boughtOn, quantity, Math.round(costMinor)])).toEqual([
    [2, 1000, 800_000],
    [2, 500, 400_000],
  ]);
  session(account, 4, bar('A', 800));
  expect(account.portfolio(4, 5).positions[0]).toMatchObject({ sellableNow: 1000, sellableAtFill: 1500 });
});

test('a position scales half up; orders that wait scale with it; all stays all', () => {
  const odd = holding(1, { ...freeRules }, [action({ transfer: ratio(1, 2) })]);
  odd.openSession(3);
  expect(odd.portfolio(3, 4).positions[0]!.quantity).toBe(2);
  const account = holding(1000, taxFree, [action({ transfer: ratio(1, 1) })]);
  account.submit([order('A', 'buy', 300), order('A', 'sell', 400)], 3);
  account.openSession(3);
  expect(account.portfolio(3, 3).positions[0]).toMatchObject({ quantity: 2000, sellableAtFill: 1200 });
  const { fills } = account.fillAtOpen(3, [bar('A', 600)]);
  expect(fills.map(({ side, quantity }) => [side, quantity])).toEqual([
    ['sell', 800],
    ['buy', 600],
  ]);
  const all = holding(700, taxFree, [action({ bonus: ratio(1, 3) })]);
  all.submit([order('A', 'sell', 700, { sellAll: true })], 3);
  all.openSession(3);
  expect(all.fillAtOpen(3, [bar('A', 900)]).fills).toMatchObject([{ quantity: 933 }]);
});

test('what rounding leaves over goes with the order for all', () => {
  // 2 units x 1.4 = 2.8 -> 3; orders of 1 and 1 become 1.4 -> 1 each.
  const account = holding(2, freeRules, [action({ transfer: ratio(4, 10) })]);
  account.submit([order('A', 'sell', 1), order('A', 'sell', 1, { sellAll: true })], 3);
  account.openSession(3);
  expect(account.fillAtOpen(3, [bar('A', 860)]).fills.map(({ quantity }) => quantity)).toEqual([1, 2]);
});

test('the limits of an ex-day stand round the ex-right reference, held or not', () => {
  const account = new SimulatedBroker({
    instruments: [stock('A')],
    rulebook: bookOf(mainRules),
    initialCashMinor: 10_000_000,
    actions: new Map([['A', [action({ transfer: ratio(1, 1) })]]]),
  });
  session(account, 1, bar('A', 1200));
  session(account, 2, bar('A', 1200));
  account.submit([order('A', 'buy', 100)], 3);
  account.openSession(3);
  expect(account.fillAtOpen(3, [bar('A', 660)]).rejections).toMatchObject([{ reason: 'limit-up', quantity: 200 }]);
});

test('a derived dividend is credited at the close of its day, to those who held before it', () => {
  const account = holding(1000, freeRules, [action({ cash: ratio(170, 10), origin: 'derived' })]);
  account.openSession(3);
  expect(account.portfolio(3, 3)).toMatchObject({ receivableMinor: 0, positions: [{ lastPriceTicks: 1200, averageCostTicks: 1200 }] });
  account.submit([order('A', 'buy', 500)], 3);
  account.fillAtOpen(3, [bar('A', 1183)]);
  expect(account.equityAtOpenMinor()).toBe(10_000_000 - 17_000);
  account.closeSession(3, [bar('A', 1183)]);
  expect(account.equityMinor()).toBe(10_000_000);
  expect(account.portfolio(3, 4).positions[0]).toMatchObject({ quantity: 1500, averageCostTicks: 1183, lastPriceTicks: 1183 });
});

test('a derived split changes units at the open', () => {
  const account = holding(1000, freeRules, [action({ transfer: ratio(1, 1), origin: 'derived' })]);
  account.openSession(3);
  expect(account.portfolio(3, 4)).toMatchObject({
    totalEquityMinor: 10_000_000,
    positions: [{ quantity: 2000, lastPriceTicks: 600, averageCostTicks: 600, sellableAtFill: 2000 }],
  });
});

test('an ex-day in a suspension or off the calendar counts at the next session', () => {
  const account = holding(1000, taxFree, [action({ exDay: 4, payDay: 5, cash: ratio(200, 1) })]);
  session(account, 6);
  expect(account.portfolio(6, 7)).toMatchObject({
    cashMinor: 8_800_000 + 200_000,
    receivableMinor: 0,
    totalEquityMinor: 10_000_000,
    priceQuality: 'last-known',
  });
});
