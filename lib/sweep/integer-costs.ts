/**
 * Fees of an order and what a sum can buy, for the rules of one symbol: the arithmetic of lib/market (fees, affordable) with its ratios
 * laid out flat, because a sweep asks for them a million times. The tests hold both against each other.
 */
import { mulDiv, type Units } from '../core/index.js';
import { affordableQuantity, notionalMinor, type SessionRules } from '../market/index.js';

/** Five numbers a component: twice the rate's numerator, its denominator, minimum, maximum (Infinity without), 1 for notional and 0 for quantity. */
type Components = Float64Array;
export const COMPONENT_WIDTH = 5;

export interface IntegerCosts {
  readonly rules: SessionRules;
  readonly units: Units;
  readonly buy: Components;
  readonly sell: Components;
  /** One fee a unit of money on average, for estimates. */
  readonly buyRate: number;
  readonly buyPerUnit: number;
  /** Smallest worth of an order, minor units; 0 without one. */
  readonly leastMinor: number;
}

export function costsOf(rules: SessionRules, units: Units): IntegerCosts {
  let [buyRate, buyPerUnit] = [0, 0];
  for (const { side, basis, rate } of rules.fees) {
    if (side === 'sell') continue;
    if (basis === 'notional') buyRate += rate.numerator / rate.denominator;
    else buyPerUnit += rate.numerator / rate.denominator;
  }
  const [buy, sell] = [componentsOf(rules, 'buy'), componentsOf(rules, 'sell')];
  return { rules, units, buy, sell, buyRate, buyPerUnit, leastMinor: rules.minimumNotionalMinor ?? 0 };
}

function componentsOf(rules: SessionRules, side: 'buy' | 'sell'): Components {
  const own = rules.fees.filter((fee) => fee.side === 'both' || fee.side === side);
  return Float64Array.from(
    own.flatMap(({ rate, minimumMinor, maximumMinor, basis }) => [
      rate.numerator * 2,
      rate.denominator,
      minimumMinor,
      maximumMinor > 0 ? maximumMinor : Number.POSITIVE_INFINITY,
      basis === 'notional' ? 1 : 0,
    ]),
  );
}

/**
 * Sum of the components, each rounded half up on its own. floor((2 x product + d) / 2d) is exact in doubles while the dividend stays
 * under 2^53: a quotient that is no integer lies further from the next one than it is rounded by. Beyond it: mulDiv.
 */
export function feesOf(components: Components, quantity: number, notional: number): number {
  let total = 0;
  for (let i = 0; i < components.length; i += COMPONENT_WIDTH) {
    const basis = components[i + 4] === 1 ? notional : quantity;
    const denominator = components[i + 1]!;
    const dividend = basis * components[i]! + denominator;
    let fee =
      dividend <= Number.MAX_SAFE_INTEGER ? Math.floor(dividend / (denominator * 2)) : mulDiv(basis, components[i]! / 2, denominator);
    if (fee < components[i + 2]!) fee = components[i + 2]!;
    else if (fee > components[i + 3]!) fee = components[i + 3]!;
    total += fee;
  }
  return total;
}

/** As notionalMinor of lib/market. */
export function worthOf(quantity: number, priceTicks: number, units: Units): number {
  const { numerator, denominator } = units.minorPerUnitTick;
  const product = quantity * (priceTicks * numerator);
  if (product * 2 + denominator > Number.MAX_SAFE_INTEGER) return notionalMinor(quantity, priceTicks, units);
  return denominator === 1 ? product : Math.floor((product * 2 + denominator) / (denominator * 2));
}

export function buyCostOf(costs: IntegerCosts, quantity: number, priceTicks: number): number {
  const notional = worthOf(quantity, priceTicks, costs.units);
  return notional + feesOf(costs.buy, quantity, notional);
}

/** As affordableQuantity of lib/market: the largest quantity in lots that `cashMinor` pays for with its fees. */
export function affordableOf(costs: IntegerCosts, cashMinor: number, priceTicks: number): number {
  if (!(cashMinor > 0 && priceTicks > 0)) return 0;
  const { rules, units } = costs;
  const { buyMinimum, buyStep } = rules;
  const value = (priceTicks * units.minorPerUnitTick.numerator) / units.minorPerUnitTick.denominator;
  const unitCost = value * (1 + costs.buyRate) + costs.buyPerUnit;
  // The estimate is mostly right to the lot; where it isn't, the search of lib/market goes on from the start.
  const quantity = buyMinimum + Math.floor((cashMinor / unitCost - buyMinimum) / buyStep) * buyStep;
  if (
    quantity >= buyMinimum &&
    buyCostOf(costs, quantity, priceTicks) <= cashMinor &&
    buyCostOf(costs, quantity + buyStep, priceTicks) > cashMinor
  )
    return quantity;
  return affordableQuantity(cashMinor, priceTicks, units, rules);
}

/** Whether an order is worth too little for the exchange. */
export const tooSmall = (costs: IntegerCosts, quantity: number, priceTicks: number): boolean =>
  costs.leastMinor > 0 && priceTicks > 0 && worthOf(quantity, priceTicks, costs.units) < costs.leastMinor;
