import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Units } from '../../lib/core/index.js';
import {
  affordableQuantity,
  buyCostMinor,
  buyLots,
  type SessionRules,
  sellLots,
  totalFeesMinor,
  unitsWorth,
} from '../../lib/market/index.js';
import { EnvRules } from '../../lib/rl/env-rules.js';
import { mainRules, ratio, yuan } from '../market/broker/helpers.js';

const fee = fc.record({
  name: fc.constant('fee'),
  side: fc.constantFrom('buy' as const, 'sell' as const, 'both' as const),
  basis: fc.constantFrom('notional' as const, 'quantity' as const),
  rate: fc
    .tuple(fc.constantFrom(0, 1, 3, 5, 25, 487, 1475), fc.constantFrom(1000, 7000, 100_000, 10_000_000))
    .map(([top, bottom]) => ratio(top, bottom)),
  minimumMinor: fc.constantFrom(0, 0, 100, 500),
  maximumMinor: fc.constantFrom(0, 0, 0, 900),
});
const world = fc.record({
  fees: fc.array(fee, { maxLength: 4 }),
  lots: fc.constantFrom([100, 100, 100], [200, 1, 1], [1, 1, 1], [7, 3, 5]),
  perTick: fc.constantFrom(ratio(1, 1), ratio(1, 10), ratio(1, 100), ratio(25, 1), ratio(3, 7)),
  cash: fc.oneof(
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 0, max: 2_000_000_000 }),
    fc.integer({ min: 0, max: 10_000_000 }).map((millions) => millions * 1_000_003),
  ),
  ticks: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 5_000_000 })),
  quantity: fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 1_000_000_000 })),
  sellable: fc.nat({ max: 2000 }),
});

/** What a function gives, or the name of what it throws: both sides refuse what doubles can't hold. */
function orError(give: () => number): number | string {
  try {
    return give();
  } catch (error) {
    return (error as Error).name;
  }
}

test("rows of numbers give the integers of the market room's functions, small and near the end of what is exact", () => {
  fc.assert(
    fc.property(world, ({ fees, lots, perTick, cash, ticks, quantity, sellable }) => {
      const [buyMinimum, buyStep, sellStep] = lots as [number, number, number];
      const rules: SessionRules = { ...mainRules, buyMinimum, buyStep, sellStep, fees };
      const units: Units = { ...yuan, minorPerUnitTick: perTick };
      const book = new EnvRules();
      const at = book.offsetOf(rules, units);
      const other = book.offsetOf({ ...rules, fees: [] }, units);
      expect(book.offsetOf(rules, units)).toBe(at);
      expect(other).not.toBe(at);
      const own = book.arithmetic();
      expect(own.affordable(at, cash, ticks)).toBe(affordableQuantity(cash, ticks, units, rules));
      expect(own.buyLots(at, quantity)).toBe(buyLots(quantity, rules));
      expect(own.sellLots(at, quantity, sellable)).toBe(sellLots(quantity, sellable, rules));
      expect(own.unitsWorth(at, cash, ticks)).toBe(unitsWorth(cash, ticks, units));
      expect(orError(() => own.buyCost(at, quantity, ticks))).toBe(orError(() => buyCostMinor(quantity, ticks, units, rules)));
      expect(own.sellFees(at, quantity, cash)).toBe(totalFeesMinor(rules, 'sell', quantity, cash));
      expect(own.buyFees(at, quantity, cash)).toBe(totalFeesMinor(rules, 'buy', quantity, cash));
    }),
    { numRuns: 5000 },
  );
});
