/** One step of a strategy that is in or out of a symbol: asks for what is missing, on the bars that its rule read. */
import type { Step, Symbol, View } from '../core/index.js';
import type { InOut } from './in-out.js';
import { barsEvidence, NO_INTENTS } from './intents.js';
import { gapTo, type Standing } from './standing.js';

/** `barsRead`: newest bars that the rule rests on. `inWords` is only asked when something is missing. */
export function stepTo<S extends { standing: Standing }>(
  want: boolean,
  state: S,
  view: View,
  symbol: Symbol,
  { enter, leave }: InOut,
  barsRead: number,
  inWords: (gap: 'buy' | 'sell') => string,
): Step<S> {
  const gap = gapTo(want, state, view, symbol);
  if (gap === 'none') return { intents: NO_INTENTS, state };
  const evidence = [barsEvidence(view.bars(symbol, barsRead))];
  return { intents: [{ symbol, action: gap === 'buy' ? enter : leave, confidence: 1, why: inWords(gap), evidence }], state };
}
