/** A precomputed signal as a strategy of the loop: long where its array says 1, flat where it says 0. */
import { InputError, type Step, type Strategy, type Symbol } from '../core/index.js';
import { gapTo, inOut, type Standing } from '../strategies/index.js';

/** By symbol: one value a bar of its whole series, 1 long, 0 flat; what is wanted once that bar is known. */
export type SignalSet = ReadonlyMap<Symbol, Uint8Array>;

export interface SignalState {
  standing: Standing;
}

/** Its array is looked up by the number of bars known, so that it must be as long as the series that the loop replays. */
export function signalStrategy(signals: SignalSet, parts: number, index = 0): Strategy<SignalState> {
  const { table, enter, leave } = inOut(parts);
  return {
    id: `signal:${index}`,
    scope: 'symbol',
    actions: table,
    init: () => ({ standing: -1 }),
    decide(view, symbols, state): Step<SignalState> {
      const symbol = symbols[0]!;
      const known = view.bars(symbol, Number.POSITIVE_INFINITY).length;
      const gap = gapTo(signalAt(signals, symbol, known - 1) === 1, state, view, symbol);
      if (gap === 'none') return { intents: [], state };
      return {
        intents: [{ symbol, action: gap === 'buy' ? enter : leave, confidence: 1, why: 'precomputed signal', evidence: [] }],
        state,
      };
    },
  };
}

function signalAt(signals: SignalSet, symbol: Symbol, bar: number): number {
  const wanted = signals.get(symbol)?.[bar];
  if (wanted === 0 || wanted === 1) return wanted;
  throw new InputError(
    `signal: expected 0 or 1 for bar ${bar} of ${symbol}, got ${wanted ?? 'none'}. Give an array of one value a bar of the series, earlier bars included.`,
  );
}
