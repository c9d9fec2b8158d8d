/** The price of a fill: the open worsened by slippage, rounded to a tick against the account, kept inside the limits. */
import { mulDivFloor, type Side } from '../core/index.js';

const SCALE = 1_000_000;

/**
 * Price in ticks. `slippageBp`: basis points, hundredths of one count; limits as {@link limitUpTicks} and {@link limitDownTicks}
 * give them (Infinity and 0 without).
 */
export function slippedTicks(openTicks: number, side: Side, slippageBp: number, limitUp: number, limitDown: number): number {
  if (slippageBp === 0) return openTicks;
  const move = Math.round(slippageBp * 100);
  if (side === 'buy') return Math.min(-mulDivFloor(-openTicks, SCALE + move, SCALE), Math.max(limitUp, openTicks));
  return Math.max(mulDivFloor(openTicks, SCALE - move, SCALE), Math.min(limitDown, openTicks), 1);
}
