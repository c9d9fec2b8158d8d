/** Actions of a strategy that is either in or out of a symbol with its equal part of the account. */
import type { ActionName, ActionTable } from '../core/index.js';
import { allInOut, targetWeights } from '../market/index.js';

export interface InOut {
  readonly table: ActionTable;
  readonly enter: ActionName;
  readonly leave: ActionName;
}

/** `parts` 1: all cash in, all out. More: buys up to 1/parts of total equity, sells all. */
export function inOut(parts: number): InOut {
  if (parts === 1) return { table: allInOut, enter: 'BUY_ALL', leave: 'SELL_ALL' };
  return { table: targetWeights(`in-out-1-of-${parts}`, { BUY_PART: 1 / parts, SELL_ALL: 0 }), enter: 'BUY_PART', leave: 'SELL_ALL' };
}
