/** What a quantity is worth at a price: the one place where ticks and units become money. */
import { mulDiv, OverflowError, type Units } from '../core/index.js';

/** Minor units of `quantity` units at `priceTicks`, rounded half up. Throws OverflowError beyond 2^53. */
export function notionalMinor(quantity: number, priceTicks: number, units: Units): number {
  const scaled = priceTicks * units.minorPerUnitTick.numerator;
  if (scaled > Number.MAX_SAFE_INTEGER) {
    throw new OverflowError(`notionalMinor: expected a price below 2^53 minor units, got ${priceTicks} ticks. Use a coarser tick.`);
  }
  return mulDiv(quantity, scaled, units.minorPerUnitTick.denominator);
}

/** Minor units of one unit at a price, unrounded: for estimates and ratios only. */
export const unitValueMinor = (priceTicks: number, units: Units): number =>
  (priceTicks * units.minorPerUnitTick.numerator) / units.minorPerUnitTick.denominator;

/** Largest whole number of units whose notional is at most `valueMinor`. */
export function unitsWorth(valueMinor: number, priceTicks: number, units: Units): number {
  if (valueMinor <= 0 || priceTicks <= 0) return 0;
  let quantity = Math.floor(valueMinor / unitValueMinor(priceTicks, units));
  while (quantity > 0 && notionalMinor(quantity, priceTicks, units) > valueMinor) quantity--;
  return quantity;
}
