/** Fees of one order. Each component rounds half up on its own; minimum and maximum hold per order, never per fill. */
import { mulDiv, type Side } from '../core/index.js';
import type { FeeRule, SessionRules } from './session-rules.js';

/** One component, minor units; 0 for the side that it does not charge. `quantity` in units, above 0. */
export function feeMinor(rule: FeeRule, side: Side, quantity: number, notionalMinor: number): number {
  if (rule.side !== 'both' && rule.side !== side) return 0;
  const fee = mulDiv(rule.basis === 'notional' ? notionalMinor : quantity, rule.rate.numerator, rule.rate.denominator);
  if (fee < rule.minimumMinor) return rule.minimumMinor;
  return rule.maximumMinor > 0 && fee > rule.maximumMinor ? rule.maximumMinor : fee;
}

/** Sum of all components, minor units. */
export function totalFeesMinor(rules: SessionRules, side: Side, quantity: number, notionalMinor: number): number {
  const fees = rules.fees;
  let total = 0;
  for (let i = 0; i < fees.length; i++) total += feeMinor(fees[i] as FeeRule, side, quantity, notionalMinor);
  return total;
}

/** Components by name, those that are 0 left out; names that occur twice are added. */
export function feesByName(rules: SessionRules, side: Side, quantity: number, notionalMinor: number): Record<string, number> {
  const fees: Record<string, number> = {};
  for (const rule of rules.fees) {
    const fee = feeMinor(rule, side, quantity, notionalMinor);
    if (fee !== 0) fees[rule.name] = (fees[rule.name] ?? 0) + fee;
  }
  return fees;
}
