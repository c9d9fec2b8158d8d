/** How much a sum of cash can buy, fees included. */
import type { Units } from '../core/index.js';
import { totalFeesMinor } from './fees.js';
import { notionalMinor, unitValueMinor } from './notional.js';
import type { SessionRules } from './session-rules.js';

/** What a buy costs with its fees, minor units. */
export function buyCostMinor(quantity: number, priceTicks: number, units: Units, rules: SessionRules): number {
  const notional = notionalMinor(quantity, priceTicks, units);
  return notional + totalFeesMinor(rules, 'buy', quantity, notional);
}

/**
 * Largest quantity in lots whose notional and fees are at most `cashMinor`; 0 when not even the minimum is. Exact: the cost never
 * falls as the quantity grows, so a float estimate is corrected by doubling strides and bisection.
 */
export function affordableQuantity(cashMinor: number, priceTicks: number, units: Units, rules: SessionRules): number {
  if (!(cashMinor > 0 && priceTicks > 0)) return 0;
  const { buyMinimum, buyStep, fees } = rules;
  const unitValue = unitValueMinor(priceTicks, units);
  let unitCost = unitValue;
  for (let i = 0; i < fees.length; i++) {
    const fee = fees[i]!;
    if (fee.side !== 'sell') unitCost += ((fee.basis === 'notional' ? unitValue : 1) * fee.rate.numerator) / fee.rate.denominator;
  }
  // Lot numbers: n stands for buyMinimum + n * buyStep, -1 for nothing at all.
  let affordable = -1;
  let tooMuch = Math.max(0, Math.floor((cashMinor / unitCost - buyMinimum) / buyStep));
  let stride = 1;
  if (buyCostMinor(buyMinimum + tooMuch * buyStep, priceTicks, units, rules) <= cashMinor) {
    affordable = tooMuch;
    while (buyCostMinor(buyMinimum + (affordable + stride) * buyStep, priceTicks, units, rules) <= cashMinor) {
      affordable += stride;
      stride *= 2;
    }
    tooMuch = affordable + stride;
  } else {
    while (tooMuch > stride && buyCostMinor(buyMinimum + (tooMuch - stride) * buyStep, priceTicks, units, rules) > cashMinor) {
      tooMuch -= stride;
      stride *= 2;
    }
    affordable = Math.max(-1, tooMuch - stride);
    if (affordable === 0 && buyCostMinor(buyMinimum, priceTicks, units, rules) > cashMinor) return 0;
  }
  while (tooMuch - affordable > 1) {
    const middle = Math.floor((affordable + tooMuch) / 2);
    if (buyCostMinor(buyMinimum + middle * buyStep, priceTicks, units, rules) <= cashMinor) affordable = middle;
    else tooMuch = middle;
  }
  return affordable < 0 ? 0 : buyMinimum + affordable * buyStep;
}
