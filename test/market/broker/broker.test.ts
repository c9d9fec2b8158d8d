import { expect, test } from 'vitest';
import type { Fill, Instrument, Rejection } from '../../../lib/core/index.js';
import { type BrokerBar, type SessionRules, SimulatedBroker, type SimulatedBrokerOptions } from '../../../lib/market/index.js';
import { bar, bookOf, freeRules, mainRules, order, ratio, stock } from './helpers.js';

const broker = (rules: SessionRules = mainRules, extra: Partial<SimulatedBrokerOptions> = {}): SimulatedBroker =>
  new SimulatedBroker({ instruments: [stock('A'), stock('B')], rulebook: bookOf(rules), initialCashMinor: 10_000_000, ...extra });

/** One whole session; closes equal opens unless the bar says otherwise. */
function session(account: SimulatedBroker, day: number, ...bars: BrokerBar[]) {
  account.openSession(day);
  const result = account.fillAtOpen(day, bars);
  account.closeSession(day, bars);
  return result;
}

const done = (fills: readonly Fill[]): string[] =>
  fills.map(({ side, symbol, quantity, priceTicks }) => `${side} ${symbol} ${quantity} @ ${priceTicks}`);
const not = (rejections: readonly Rejection[]): string[] => rejections.map(({ reason, quantity }) => `${reason} ${quantity}`);

test('a buy fills at the next open with its fees; T+1 holds per lot', () => {
  const account = broker();
  session(account, 1, bar('A', 1000));
  expect(account.submit([order('A', 'buy', 1000)], 2)).toEqual([]);
  // Frozen: 1000 x 10.00 + commission 5.00 (minimum) + transfer 0.20.
  expect(account.portfolio(1, 2)).toMatchObject({
    cashMinor: 8_999_480,
    frozenCashMinor: 1_000_520,
    totalEquityMinor: 10_000_000,
    positions: [],
  });
  const { fills, rejections } = session(account, 2, bar('A', 1010, 1020));
  expect(rejections).toEqual([]);
  expect(fills).toMatchObject([
    {
      day: 2,
      quantity: 1000,
      priceTicks: 1010,
      notionalMinor: 1_010_000,
      feesMinor: { commission: 500, transfer: 20 },
      totalFeesMinor: 520,
      cashDeltaMinor: -1_010_520,
    },
  ]);
  const [held] = account.portfolio(2, 3).positions;
  expect(held).toMatchObject({
    quantity: 1000,
    sellableNow: 0,
    sellableAtFill: 1000,
    averageCostTicks: 1010.52,
    lastPriceTicks: 1020,
    marketValueMinor: 1_020_000,
    unrealisedPnlMinor: 9480,
  });
  account.submit([order('A', 'buy', 500), order('A', 'sell', 300)], 3);
  expect(account.portfolio(2, 3).positions[0]).toMatchObject({ sellableAtFill: 700 });
  expect(done(session(account, 3, bar('A', 1020)).fills)).toEqual(['sell A 300 @ 1020', 'buy A 500 @ 1020']);
  // Day 3's lot can't leave before day 4; the order for all of it takes the old lot only when it fills on day 3.
  expect(account.portfolio(3, 3).positions[0]).toMatchObject({ quantity: 1200, sellableNow: 700, sellableAtFill: 700 });
  expect(account.portfolio(3, 4).positions[0]).toMatchObject({ sellableAtFill: 1200 });
});

test('first in, first out', () => {
  const account = broker(freeRules);
  session(account, 1, bar('A', 1000));
  account.submit([order('A', 'buy', 10)], 2);
  session(account, 2, bar('A', 1000));
  account.submit([order('A', 'buy', 10)], 3);
  session(account, 3, bar('A', 1100));
  account.submit([order('A', 'sell', 15)], 4);
  session(account, 4, bar('A', 1200));
  expect(account.portfolio(4, 5).positions[0]!.lots).toEqual([{ quantity: 5, boughtOn: 3, costMinor: 5500 }]);
});

test('limits: a buy is refused at the upper one, a sell at the lower one, the other sides go through', () => {
  const up = broker();
  session(up, 1, bar('A', 1005));
  up.submit([order('A', 'buy', 1000)], 2);
  session(up, 2, bar('A', 1005));
  up.submit([order('A', 'buy', 100), order('A', 'sell', 200)], 3);
  const atUp = session(up, 3, bar('A', 1106)); // 10.05 x 1.1 = 11.055 -> 11.06
  expect([done(atUp.fills), not(atUp.rejections)]).toEqual([['sell A 200 @ 1106'], ['limit-up 100']]);
  up.submit([order('A', 'buy', 100), order('A', 'sell', 200)], 4);
  const atDown = session(up, 4, bar('A', 995)); // 11.06 x 0.9 = 9.954 -> 9.95
  expect([done(atDown.fills), not(atDown.rejections)]).toEqual([['buy A 100 @ 995'], ['limit-down 200']]);
  expect(atDown.rejections[0]!.detail).toBe('open 995 at the lower limit of 995 ticks');
});

test('suspended, delisted, no volume, no price', () => {
  const gone: Instrument = stock('B', { delistedOn: 3 });
  const account = broker(mainRules, { instruments: [stock('A'), gone] });
  expect(not(account.submit([order('A', 'buy', 100)], 1))).toEqual(['no-price 100']);
  session(account, 1, bar('A', 1000), bar('B', 1000));
  account.submit([order('A', 'buy', 100), order('B', 'buy', 100)], 2);
  expect(not(session(account, 2, bar('B', 1000, 1000, 0)).rejections)).toEqual(['suspended 100', 'no-volume 100']);
  expect(account.portfolio(2, 3)).toMatchObject({ cashMinor: 10_000_000, frozenCashMinor: 0 });
  account.submit([order('B', 'buy', 100)], 3);
  expect(not(session(account, 3, bar('A', 1000)).rejections)).toEqual(['delisted 100']);
  expect(not(account.submit([order('B', 'buy', 100)], 4))).toEqual(['delisted 100']);
});

test('the volume cap cuts in lots, for the account as a whole, and the rest expires', () => {
  const account = broker(mainRules);
  session(account, 1, bar('A', 1000));
  account.submit([order('A', 'buy', 600), order('A', 'buy', 600)], 2);
  const result = session(account, 2, bar('A', 1000, 1000, 3000)); // a quarter of 3000 is 750
  expect([done(result.fills), not(result.rejections)]).toEqual([['buy A 600 @ 1000', 'buy A 100 @ 1000'], ['cut-volume 500']]);
  expect(session(account, 3, bar('A', 1000)).fills).toEqual([]);
});

test('a buy that the open made too dear is cut to lots; sells pay for buys; earlier orders come first', () => {
  const account = broker(mainRules);
  session(account, 1, bar('A', 1000), bar('B', 1000));
  account.submit([order('A', 'buy', 9900)], 2);
  const dear = session(account, 2, bar('A', 1050), bar('B', 1000));
  expect([done(dear.fills), not(dear.rejections)]).toEqual([['buy A 9500 @ 1050'], ['cut-cash 400']]);
  account.submit([order('B', 'buy', 3000), order('B', 'buy', 9900), order('A', 'sell', 9500, { sellAll: true })], 3);
  const swap = session(account, 3, bar('A', 1000), bar('B', 1000));
  // 223.06 of cash before, 95,000 - 23.75 - 95.00 - 1.90 of the sale, 30,008.10 for the first 3,000: 6,500 cost 65,017.55 of 65,094.31.
  expect(done(swap.fills)).toEqual(['sell A 9500 @ 1000', 'buy B 3000 @ 1000', 'buy B 6500 @ 1000']);
  expect(not(swap.rejections)).toEqual(['cut-cash 3400']);
});

test('what is asked above the sellable is cut and recorded; lots on both sides', () => {
  const account = broker();
  session(account, 1, bar('A', 1000));
  expect(not(account.submit([order('A', 'sell', 100)], 2))).toEqual(['no-position 100']);
  expect(not(account.submit([order('A', 'buy', 1050)], 2))).toEqual(['cut-lot 50']);
  session(account, 2, bar('A', 1000));
  expect(not(account.submit([order('A', 'sell', 50)], 3))).toEqual(['below-lot 50']);
  expect(not(account.submit([order('A', 'sell', 1500)], 3))).toEqual(['cut-sellable 500']);
  expect(not(account.submit([order('A', 'sell', 100)], 3))).toEqual(['not-sellable 100']);
  expect(done(session(account, 3, bar('A', 1000)).fills)).toEqual(['sell A 1000 @ 1000']);
});

test('cash that covers the price but not the fees buys a lot less', () => {
  const account = broker(mainRules, { initialCashMinor: 1_000_519 });
  session(account, 1, bar('A', 1000));
  account.submit([order('A', 'buy', 1000)], 2);
  const result = session(account, 2, bar('A', 1000));
  expect([done(result.fills), not(result.rejections)]).toEqual([['buy A 900 @ 1000'], ['cut-cash 100']]);
});

test('an order for all takes all that is sellable, whatever its quantity says; a restored account knows what waits', () => {
  const account = broker();
  session(account, 1, bar('A', 1000));
  account.submit([order('A', 'buy', 1000)], 2);
  session(account, 2, bar('A', 1000));
  account.submit([order('A', 'sell', 300, { sellAll: true })], 3);
  const resumed = broker();
  resumed.restore(JSON.parse(JSON.stringify(account.snapshot())));
  for (const each of [account, resumed]) {
    expect(each.portfolio(2, 3).positions[0]).toMatchObject({ quantity: 1000, sellableAtFill: 0 });
    expect(done(session(each, 3, bar('A', 1000)).fills)).toEqual(['sell A 1000 @ 1000']);
  }
});

test('slippage is against the account and inside the limits', () => {
  const account = broker(mainRules, { slippageBp: 30 });
  session(account, 1, bar('A', 1000));
  account.submit([order('A', 'buy', 1000)], 2);
  expect(done(session(account, 2, bar('A', 1001, 1000)).fills)).toEqual(['buy A 1000 @ 1005']); // 1004.003 up
  account.submit([order('A', 'sell', 1000)], 3);
  expect(done(session(account, 3, bar('A', 902)).fills)).toEqual(['sell A 1000 @ 900']); // 899.294, limit 900
});

test('at-fill buys share the cash of the open', () => {
  const account = broker(freeRules);
  session(account, 1, bar('A', 1000), bar('B', 1000));
  const half = { sizing: 'at-fill', cashFraction: 0.5 } as const;
  account.submit([order('A', 'buy', 5000, half), order('B', 'buy', 5000, half)], 2);
  expect(done(session(account, 2, bar('A', 800), bar('B', 1250)).fills)).toEqual(['buy A 6250 @ 800', 'buy B 4000 @ 1250']);
});

test('a sale whose costs exceed its proceeds and the cash is refused', () => {
  const account = broker({ ...mainRules, priceLimit: null, buyMinimum: 1, buyStep: 1, sellStep: 1 }, { initialCashMinor: 1510 });
  session(account, 1, bar('A', 1000));
  account.submit([order('A', 'buy', 1)], 2);
  session(account, 2, bar('A', 1000));
  account.submit([order('A', 'sell', 1)], 3);
  const result = session(account, 3, bar('A', 100));
  expect([done(result.fills), not(result.rejections)]).toEqual([[], ['no-cash 1']]);
});

test('equity at the open is before the fills, prices stay known in a suspension', () => {
  const account = broker(freeRules);
  session(account, 1, bar('A', 1000), bar('B', 500));
  account.submit([order('A', 'buy', 1000)], 2);
  session(account, 2, bar('A', 1000), bar('B', 500));
  account.openSession(3);
  account.fillAtOpen(3, [bar('A', 1100, 1200)]);
  expect(account.equityAtOpenMinor()).toBe(10_100_000);
  account.closeSession(3, [bar('A', 1100, 1200)]);
  expect(account.equityMinor()).toBe(10_200_000);
  expect(account.portfolio(3, 4).priceQuality).toBe('live');
  session(account, 4, bar('B', 500));
  expect(account.portfolio(4, 5)).toMatchObject({ priceQuality: 'last-known', totalEquityMinor: 10_200_000 });
});

test('the portfolio is kept until something changes; only asOf differs', () => {
  const account = broker(freeRules);
  session(account, 1, bar('A', 1000));
  const first = account.portfolio(10, 2);
  expect(account.portfolio(10, 2)).toBe(first);
  session(account, 2, bar('A', 1100));
  const second = account.portfolio(20, 3);
  expect(second).toEqual({ ...first, asOf: 20 });
  expect(second.positions).toBe(first.positions);
});

test('totals by name', () => {
  const account = broker();
  session(account, 1, bar('A', 1000));
  account.submit([order('A', 'buy', 1000)], 2);
  session(account, 2, bar('A', 1000));
  account.submit([order('A', 'sell', 1000)], 3);
  session(account, 3, bar('A', 1000));
  expect(account.paid()).toEqual({
    feesMinor: { commission: 1000, transfer: 40, stamp: 1000 },
    turnoverMinor: 2_000_000,
    dividendTaxMinor: 0,
    dividendsMinor: 0,
    fills: 2,
  });
  expect(account.cashMinor()).toBe(10_000_000 - 2040);
});

test('closes from before the first session are the first reference', () => {
  const account = broker(mainRules, { lastCloses: new Map([['A', { day: 0, closeTicks: 1000 }]]) });
  session(account, 1, bar('B', 500));
  account.submit([order('A', 'buy', 100)], 2);
  expect(not(session(account, 2, bar('A', 1100)).rejections)).toEqual(['limit-up 100']);
});

test('misuse is an error that says what to do', () => {
  const account = broker();
  account.openSession(5);
  expect(() => account.openSession(5)).toThrow(/expected a day after 5, got 5/);
  expect(() => account.fillAtOpen(6, [])).toThrow(/Call openSession first/);
  expect(() => account.submit([], 4)).toThrow(/fill day from 5 on/);
  expect(() => account.submit([order('C', 'buy', 1)], 6)).toThrow(/symbol of its universe, got C/);
  expect(() => account.submit([order('A', 'buy', 1.5)], 6)).toThrow(/whole units/);
  expect(() => account.restore({ version: 2 })).toThrow(/snapshot of version 1/);
  expect(() => broker(mainRules, { initialCashMinor: 0.5 })).toThrow(/whole minor units/);
  expect(() => broker(mainRules, { slippageBp: -1 })).toThrow(/basis points/);
  const dollars = stock('C', { units: { ...stock('C').units, currency: 'USD', minorPerUnitTick: ratio(1, 1) } });
  expect(() => broker(mainRules, { instruments: [stock('A'), dollars] })).toThrow(/one currency, got CNY, USD/);
});
