/** Buy and hold: one purchase per symbol, an equal part of the account each, asked for again until it is held, then never touched. */
import { z } from 'zod';
import type { Step, Strategy } from '../core/index.js';
import { inOut } from './in-out.js';
import { barsEvidence, NO_INTENTS, positionIn } from './intents.js';
import { readParameters } from './parameters.js';

export const buyAndHoldSchema = z.strictObject({
  parts: z.int().min(1).default(1).describe('equal parts of the account; a symbol gets one'),
});

export interface BuyAndHoldState {
  held: boolean;
}

export function buyAndHold(parameters: z.input<typeof buyAndHoldSchema> = {}): Strategy<BuyAndHoldState> {
  const { parts } = readParameters('buy-and-hold', buyAndHoldSchema, parameters);
  const { table, enter } = inOut(parts);
  return {
    id: 'buy-and-hold',
    scope: 'symbol',
    actions: table,
    init: () => ({ held: false }),
    decide(view, symbols, state): Step<BuyAndHoldState> {
      if (state.held) return { intents: NO_INTENTS, state };
      const symbol = symbols[0]!;
      state.held = positionIn(view.portfolio(), symbol) !== undefined;
      if (state.held) return { intents: NO_INTENTS, state };
      const why = parts === 1 ? 'buy and hold: nothing held yet' : `buy and hold: nothing held yet of its 1/${parts}`;
      return { intents: [{ symbol, action: enter, confidence: 1, why, evidence: [barsEvidence(view.bars(symbol, 1))] }], state };
    },
  };
}
