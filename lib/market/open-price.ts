/** What an open offers to one side of the market: whether an order can fill at it, and at what price. */
import type { RejectionReason, Side } from '../core/index.js';
import { limitDownTicks, limitUpTicks } from './limit-price.js';
import type { SessionRules } from './session-rules.js';
import { slippedTicks } from './slippage.js';

/**
 * Why no order of this side fills at an open, or null. A buy finds no seller at the upper limit, a sale no buyer at the lower one.
 * `referenceTicks`: previous close after ex-right adjustment, 0 = unknown.
 */
export function closedAtOpen(
  side: Side,
  openTicks: number,
  volume: number,
  referenceTicks: number,
  rules: SessionRules,
): RejectionReason | null {
  if (!rules.tradable) return 'not-tradable';
  if (!(openTicks > 0)) return 'no-price';
  if (!(volume > 0)) return 'no-volume';
  if (rules.priceLimit === null) return null;
  if (referenceTicks === 0) return 'no-price';
  if (side === 'buy') return openTicks >= limitUpTicks(referenceTicks, rules) ? 'limit-up' : null;
  return openTicks <= limitDownTicks(referenceTicks, rules) ? 'limit-down' : null;
}

/** Price of a fill at an open, in ticks: worsened by `slippageBp` (basis points), within the limits where a reference is known. */
export function openPriceTicks(side: Side, openTicks: number, referenceTicks: number, rules: SessionRules, slippageBp: number): number {
  if (slippageBp === 0) return openTicks;
  const limited = referenceTicks > 0;
  const up = limited ? limitUpTicks(referenceTicks, rules) : Number.POSITIVE_INFINITY;
  const down = limited ? limitDownTicks(referenceTicks, rules) : 0;
  return slippedTicks(openTicks, side, slippageBp, up, down);
}
