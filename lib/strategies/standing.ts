/**
 * Bringing one position to what is wanted by asking again until the account shows it: an order that meets a limit or a suspension
 * expires, and a strategy that asked only once would be left behind. The account is read only while it isn't known to agree.
 */
import type { Symbol, View } from '../core/index.js';
import { positionIn } from './intents.js';

/** What the account was last seen to hold: 1 long, 0 flat, -1 unknown (at the start, or since an order was asked for). */
export type Standing = -1 | 0 | 1;

/** What is missing to stand as wanted; moves `state.standing`. */
export function gapTo(want: boolean, state: { standing: Standing }, view: View, symbol: Symbol): 'none' | 'buy' | 'sell' {
  const target = want ? 1 : 0;
  if (state.standing === target) return 'none';
  const held = positionIn(view.portfolio(), symbol) !== undefined;
  if (held === want) {
    state.standing = target;
    return 'none';
  }
  state.standing = -1;
  return want ? 'buy' : 'sell';
}
