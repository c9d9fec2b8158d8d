/** Lots: what quantity an exchange takes. An order has the same minimum on both sides; only the sale of all may be odd. */
import type { SessionRules } from './session-rules.js';

/** Largest quantity at or below `quantity` that may be bought; 0 when it is under the minimum. */
export function buyLots(quantity: number, rules: SessionRules): number {
  if (quantity < rules.buyMinimum) return 0;
  return quantity - ((quantity - rules.buyMinimum) % rules.buyStep);
}

/**
 * Largest quantity at or below `quantity` that may be sold out of `sellable`; 0 when that is under the minimum. All that is sellable
 * leaves whole, the odd part included. Part of it leaves in steps and not under the order minimum (STAR: 200, then one by one).
 */
export function sellLots(quantity: number, sellable: number, rules: SessionRules): number {
  if (quantity >= sellable) return sellable;
  const stepped = quantity - (quantity % rules.sellStep);
  return stepped < rules.buyMinimum ? 0 : stepped;
}
