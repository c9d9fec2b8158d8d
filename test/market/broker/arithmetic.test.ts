import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CorporateAction, dayOf, type Units } from '../../../lib/core/index.js';
import {
  affordableQuantity,
  buyCostMinor,
  buyLots,
  closedAtOpen,
  exRightMarkTicks,
  exRightReferenceTicks,
  type FeeRule,
  feesByName,
  flatDividendTaxMinor,
  holdingTaxRate,
  limitDownTicks,
  limitUpTicks,
  notionalMinor,
  openPriceTicks,
  referenceCloses,
  type SessionRules,
  sellLots,
  slippedTicks,
  totalFeesMinor,
  unitsWorth,
  volumeCapUnits,
} from '../../../lib/market/index.js';
import { byHolding, freeRules, mainRules, ratio, yuan } from './helpers.js';

const band = (percent: number): SessionRules => ({ ...mainRules, priceLimit: { up: ratio(percent, 100), down: ratio(percent, 100) } });
const star: SessionRules = { ...mainRules, buyMinimum: 200, buyStep: 1, sellStep: 1 };

/** Half up in integers that can't overflow: the definition. */
const halfUp = (numerator: bigint, denominator: bigint): number => Number((numerator * 2n + denominator) / (denominator * 2n));

test('limit prices are exact for every price up to 1000 yuan, where floats are not', () => {
  // SSE and SZSE trading rules: reference x (1 +- p), rounded half up to 0.01, at least one tick away.
  let floatsWrong = 0;
  for (const percent of [5, 10, 20, 30]) {
    const rules = band(percent);
    for (let reference = 1; reference <= 100_000; reference++) {
      const up = Math.max(reference + 1, halfUp(BigInt(reference * (100 + percent)), 100n));
      const down = Math.max(1, Math.min(reference - 1, halfUp(BigInt(reference * (100 - percent)), 100n)));
      if (limitUpTicks(reference, rules) !== up || limitDownTicks(reference, rules) !== down) {
        throw new Error(`${percent} % of ${reference}: expected ${up} and ${down}`);
      }
      if (Math.round((reference / 100) * (1 + percent / 100) * 100) !== up) floatsWrong++;
    }
  }
  expect(floatsWrong).toBeGreaterThan(0);
});

test('limit prices, by hand', () => {
  expect(limitUpTicks(1005, band(10))).toBe(1106); // 11.055
  expect(limitDownTicks(1005, band(10))).toBe(905); // 9.045
  expect(limitUpTicks(3, band(10))).toBe(4); // 0.033 is less than a tick away
  expect(limitDownTicks(1, band(10))).toBe(1);
  expect(limitUpTicks(1005, freeRules)).toBe(Number.POSITIVE_INFINITY);
  expect(limitDownTicks(1005, freeRules)).toBe(0);
});

const action = (extra: Partial<CorporateAction>): CorporateAction => ({
  symbol: 'A',
  exDay: 10,
  payDay: 10,
  knownAt: 0,
  origin: 'declared',
  ...extra,
});

test('ex-right reference close', () => {
  // 10派1.7: 12.00 - 0.17 = 11.83. 10送6派1.7: 11.83 / 1.6 = 7.39375 -> 7.39. 10转5: 12.00 / 1.5 = 8.00.
  expect(exRightReferenceTicks(1200, action({ cash: ratio(170, 10) }), yuan)).toBe(1183);
  expect(exRightReferenceTicks(1200, action({ cash: ratio(170, 10), bonus: ratio(6, 10) }), yuan)).toBe(739);
  expect(exRightReferenceTicks(1200, action({ transfer: ratio(5, 10) }), yuan)).toBe(800);
  // Half a tick rounds up: (10.00 - 0.005) = 9.995 -> 10.00.
  expect(exRightReferenceTicks(1000, action({ cash: ratio(5, 10) }), yuan)).toBe(1000);
  // US units: tick 0.0001 dollar, cents. 100.0000 - 0.25 = 99.7500.
  const dollars: Units = { currency: 'USD', minorPerMajor: 100, tickSize: 0.0001, quantityStep: 1, minorPerUnitTick: ratio(1, 100) };
  expect(exRightReferenceTicks(1_000_000, action({ cash: ratio(25, 1) }), dollars)).toBe(997_500);
});

test('reference closes of a history: the last close of the session before, after every action since', () => {
  // Two bars on day 9, a suspension with two actions, three bars on day 14 (the last below the first), an action on a day of its own.
  const bars = { length: 7, day: Int32Array.of(9, 9, 14, 14, 14, 15, 16), close: Float64Array.of(1190, 1200, 750, 760, 740, 735, 730) };
  const actions = [
    action({ exDay: 13, transfer: ratio(5, 10) }),
    action({ exDay: 12, cash: ratio(170, 10) }),
    action({ exDay: 9, cash: ratio(100, 1) }),
    action({ exDay: 16, cash: ratio(50, 1) }),
    action({ exDay: 17, cash: ratio(50, 1) }),
  ];
  // (12.00 - 0.17) = 11.83, then 11.83 / 1.5 = 7.8867 -> 7.89; 7.35 - 0.50 = 6.85.
  expect([...referenceCloses(bars, actions, yuan)]).toEqual([0, 0, 789, 789, 789, 740, 685]);
});

test('a mark keeps the dividend of an action that was derived from prices', () => {
  const given = { cash: ratio(170, 10), transfer: ratio(5, 10) };
  expect(exRightMarkTicks(1200, action(given), yuan)).toBe(789);
  expect(exRightMarkTicks(1200, action({ ...given, origin: 'derived' }), yuan)).toBe(800);
});

test('an open: which side it is closed to, why, and its price', () => {
  const at = (open: number, volume = 100, reference = 1000, rules = mainRules) =>
    (['buy', 'sell'] as const).map((side) => closedAtOpen(side, open, volume, reference, rules));
  expect(at(1099)).toEqual([null, null]);
  expect(at(1100)).toEqual(['limit-up', null]);
  expect(at(900)).toEqual([null, 'limit-down']);
  expect(at(1050, 0)).toEqual(['no-volume', 'no-volume']);
  expect(at(0)).toEqual(['no-price', 'no-price']);
  expect(at(1050, 100, 0)).toEqual(['no-price', 'no-price']);
  expect(at(1050, 100, 0, freeRules)).toEqual([null, null]);
  expect(at(0, 0, 0, { ...mainRules, tradable: false })).toEqual(['not-tradable', 'not-tradable']);
  // 1 % more than 10.95 is 11.0595, above the limit of 11.00; without a limit it rounds up to a tick.
  expect(openPriceTicks('buy', 1095, 1000, mainRules, 100)).toBe(1100);
  expect(openPriceTicks('buy', 1095, 1000, freeRules, 100)).toBe(1106);
  expect(openPriceTicks('sell', 905, 1000, mainRules, 100)).toBe(900);
  expect(openPriceTicks('sell', 905, 0, freeRules, 100)).toBe(895);
  expect(volumeCapUnits(1003, mainRules)).toBe(250);
  expect(volumeCapUnits(1003, freeRules)).toBe(Number.POSITIVE_INFINITY);
});

test('fees round half up each on its own, with minimum and maximum per order', () => {
  // 1000 x 10.00 sold: commission 2.50 -> minimum 5.00; stamp 10.00; transfer 0.20.
  expect(feesByName(mainRules, 'sell', 1000, 1_000_000)).toEqual({ commission: 500, stamp: 1000, transfer: 20 });
  expect(feesByName(mainRules, 'buy', 1000, 1_000_000)).toEqual({ commission: 500, transfer: 20 });
  // 12,345.67 yuan x 20 %% = 308.64175 fen -> 309; 2/100000 = 24.69 -> 25; 1/1000 = 1234.567 -> 1235.
  expect(feesByName(mainRules, 'sell', 100, 1_234_567)).toEqual({ commission: 500, stamp: 1235, transfer: 25 });
  expect(totalFeesMinor(mainRules, 'sell', 100, 1_234_567)).toBe(1760);
  const perShare: FeeRule = { name: 'taf', side: 'sell', basis: 'quantity', rate: ratio(166, 10_000), minimumMinor: 1, maximumMinor: 830 };
  const us: SessionRules = { ...freeRules, fees: [perShare] };
  expect(totalFeesMinor(us, 'sell', 10, 0)).toBe(1);
  expect(totalFeesMinor(us, 'sell', 1000, 0)).toBe(17); // 16.6
  expect(totalFeesMinor(us, 'sell', 1_000_000, 0)).toBe(830);
  expect(totalFeesMinor(us, 'buy', 1000, 0)).toBe(0);
});

test('lots: main board hundreds, STAR at least 200 then single shares, an odd remainder only with all', () => {
  expect([99, 100, 199, 345].map((q) => buyLots(q, mainRules))).toEqual([0, 100, 100, 300]);
  expect([199, 200, 201, 999].map((q) => buyLots(q, star))).toEqual([0, 200, 201, 999]);
  expect([45, 145, 345, 400].map((q) => sellLots(q, 345, mainRules))).toEqual([0, 100, 345, 345]);
  expect([50, 100].map((q) => sellLots(q, 100, mainRules))).toEqual([0, 100]);
  expect([100, 201, 500].map((q) => sellLots(q, 500, star))).toEqual([0, 201, 500]);
  expect(sellLots(150, 150, star)).toBe(150);
});

test('slippage worsens the price to a whole tick and stays inside the limits', () => {
  expect(slippedTicks(1000, 'buy', 5, Number.POSITIVE_INFINITY, 0)).toBe(1001); // 1000.5
  expect(slippedTicks(1000, 'sell', 5, Number.POSITIVE_INFINITY, 0)).toBe(999);
  expect(slippedTicks(1000, 'buy', 10, Number.POSITIVE_INFINITY, 0)).toBe(1001);
  expect(slippedTicks(1095, 'buy', 100, 1100, 900)).toBe(1100);
  expect(slippedTicks(905, 'sell', 100, 1100, 900)).toBe(900);
  expect(slippedTicks(1, 'sell', 100, Number.POSITIVE_INFINITY, 0)).toBe(1);
});

test('10送6派1.7 costs 0.077 yuan a share at a flat 10 %', () => {
  // Cash 0.17 + 0.6 bonus shares at a par of 1 yuan = 0.77 taxable; transfers from reserves are free.
  const given = action({ cash: ratio(170, 10), bonus: ratio(6, 10), transfer: ratio(4, 10) });
  expect(flatDividendTaxMinor(1000, given, 100, { kind: 'flat', rate: ratio(10, 100) })).toBe(7700);
  expect(flatDividendTaxMinor(1000, given, 100, byHolding)).toBe(0);
});

test('tax by holding: one month and one year are included', () => {
  // 财税〔2012〕85号 article 4: counted from the date to the day before the same date.
  const rate = (from: string, to: string) => holdingTaxRate(byHolding, dayOf(from), dayOf(to)).numerator;
  expect(rate('2013-01-10', '2013-02-10')).toBe(20);
  expect(rate('2013-01-10', '2013-02-11')).toBe(10);
  expect(rate('2013-01-10', '2014-01-10')).toBe(10);
  expect(rate('2013-01-10', '2014-01-11')).toBe(5);
  expect(rate('2013-01-31', '2013-02-28')).toBe(20);
  expect(rate('2013-01-31', '2013-03-01')).toBe(10);
  expect(rate('2012-02-29', '2013-02-28')).toBe(10);
  expect(rate('2012-12-31', '2013-01-31')).toBe(20);
});

test('notional is exact where a double product is not', () => {
  const coin: Units = { currency: 'USD', minorPerMajor: 100, tickSize: 0.01, quantityStep: 1e-8, minorPerUnitTick: ratio(1, 100_000_000) };
  // 123,456.78901234 coins at 98,765.43: the product is beyond 2^53.
  const exact = (12_345_678_901_234n * 9_876_543n * 2n + 100_000_000n) / 200_000_000n;
  expect(notionalMinor(12_345_678_901_234, 9_876_543, coin)).toBe(Number(exact));
  expect(() => notionalMinor(2 ** 50, 2 ** 40, yuan)).toThrow(/expected a result below/);
});

const feeRule = fc.record({
  name: fc.constantFrom('a', 'b'),
  side: fc.constantFrom('buy' as const, 'sell' as const, 'both' as const),
  basis: fc.constantFrom('notional' as const, 'quantity' as const),
  rate: fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom(1000, 10_000, 99_991)).map(([n, d]) => ratio(n, d)),
  minimumMinor: fc.integer({ min: 0, max: 900 }),
  maximumMinor: fc.constantFrom(0, 0, 1000),
});

test('the affordable quantity is the largest: never off by a lot', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20_000 }),
      fc.integer({ min: 1, max: 300 }),
      fc.array(feeRule, { maxLength: 3 }),
      fc.constantFrom([1, 1], [100, 100], [200, 1], [7, 3]),
      fc.constantFrom(ratio(1, 1), ratio(25, 1), ratio(1, 10), ratio(7, 3)),
      (cash, price, fees, [buyMinimum, buyStep], minorPerUnitTick) => {
        const units: Units = { ...yuan, minorPerUnitTick };
        const rules: SessionRules = { ...mainRules, buyMinimum: buyMinimum!, buyStep: buyStep!, fees };
        let best = 0;
        // The cost never falls with the quantity, so the first unaffordable lot ends the search.
        for (let q = buyMinimum!; buyCostMinor(q, price, units, rules) <= cash; q += buyStep!) best = q;
        expect(affordableQuantity(cash, price, units, rules)).toBe(cash === 0 ? 0 : best);
      },
    ),
    { numRuns: 400 },
  );
});

test('units worth a value: the largest whose notional fits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 12 }), fc.integer({ min: 1, max: 10 ** 6 }), (value, price) => {
      const quantity = unitsWorth(value, price, yuan);
      expect(quantity * price).toBeLessThanOrEqual(value);
      expect((quantity + 1) * price).toBeGreaterThan(value);
    }),
  );
});
