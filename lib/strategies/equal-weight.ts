/** Equal weight: every symbol of the universe that trades holds the same part of the account, put right every N sessions. */
import { z } from 'zod';
import type { ActionName, ActionTable, Step, Strategy } from '../core/index.js';
import { targetWeights } from '../market/index.js';
import { StrategyError } from './errors.js';
import { NO_INTENTS } from './intents.js';
import { readParameters } from './parameters.js';
import { type RebalanceState, rebalanceIntents } from './rebalance.js';

export const equalWeightSchema = z.strictObject({
  every: z.int().min(2).default(21).describe('sessions between rebalances'),
  tolerance: z.number().min(0).max(1).default(0.05).describe('part of its target weight by which a position may be off'),
  parts: z.int().min(1).default(1).describe('largest number of symbols'),
});

/** EQUAL_n brings a symbol to 1/n of total equity, OUT to nothing. */
function equalTable(parts: number): ActionTable {
  const weights: Record<ActionName, number> = { OUT: 0 };
  for (let n = 1; n <= parts; n++) weights[`EQUAL_${n}`] = 1 / n;
  return targetWeights(`equal-weight-${parts}`, weights);
}

export function equalWeight(parameters: z.input<typeof equalWeightSchema> = {}): Strategy<RebalanceState> {
  const { every, tolerance, parts } = readParameters('equal-weight', equalWeightSchema, parameters);
  return {
    id: 'equal-weight',
    scope: 'universe',
    actions: equalTable(parts),
    init: () => ({ since: -1, targets: [] }),
    decide(view, symbols, state): Step<RebalanceState> {
      if (symbols.length > parts) {
        throw new StrategyError(
          `equal-weight: expected at most ${parts} symbols, got ${symbols.length}. Set parts to the universe's size.`,
        );
      }
      state.since = state.since < 0 ? 0 : (state.since + 1) % every;
      if (state.since === 0) {
        state.targets = symbols.map((symbol) => ({ symbol, confidence: 1, why: `equal weight: 1/${symbols.length} of the account` }));
      }
      const n = state.targets.length;
      if (n === 0) {
        state.since = -1;
        return { intents: NO_INTENTS, state };
      }
      const aim = { enter: `EQUAL_${n}`, leave: 'OUT', weight: 1 / n, tolerance, barsRead: 1 };
      return { intents: rebalanceIntents(view, symbols, state, aim), state };
    },
  };
}
