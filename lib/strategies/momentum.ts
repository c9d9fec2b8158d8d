/** Momentum: holds the k symbols with the highest past return in equal parts, chosen anew every N sessions. */
import { z } from 'zod';
import type { Step, Strategy, Symbol, View } from '../core/index.js';
import { targetWeights } from '../market/index.js';
import { NO_INTENTS } from './intents.js';
import { readParameters } from './parameters.js';
import { newestDay, type RebalanceState, rebalanceIntents, type Target } from './rebalance.js';

export const momentumSchema = z.strictObject({
  lookback: z.int().min(1).max(5000).default(126).describe('sessions over which the past return is taken'),
  skip: z.int().min(0).default(0).describe('newest sessions left out of it'),
  top: z.int().min(1).default(1).describe('how many symbols are held'),
  every: z.int().min(2).default(21).describe('sessions between choices'),
  tolerance: z.number().min(0).max(1).default(0.05).describe('part of its target weight by which a position may be off'),
});

/**
 * Past return = price(t - skip) / price(t - skip - lookback) - 1 on raw x factor, counted in the symbol's own bars. Only symbols that
 * traded in the newest session and have the bars for it stand for choice; ties go to the name that sorts first.
 */
export function momentum(parameters: z.input<typeof momentumSchema> = {}): Strategy<RebalanceState> {
  const { lookback, skip, top, every, tolerance } = readParameters('momentum', momentumSchema, parameters);
  const barsRead = lookback + skip + 1;
  const aim = { enter: 'TOP', leave: 'OUT', weight: 1 / top, tolerance, barsRead };
  return {
    id: 'momentum',
    scope: 'universe',
    actions: targetWeights(`momentum-top-${top}`, { OUT: 0, TOP: 1 / top }),
    init: () => ({ since: -1, targets: [] }),
    decide(view, symbols, state): Step<RebalanceState> {
      const next = state.since < 0 ? 0 : (state.since + 1) % every;
      if (next === 0) {
        const targets = strongest(view, symbols, lookback, skip, top);
        if (targets.length === 0 && state.since < 0) return { intents: NO_INTENTS, state };
        state.targets = targets;
      }
      state.since = next;
      return { intents: rebalanceIntents(view, symbols, state, aim), state };
    },
  };
}

function strongest(view: View, symbols: readonly Symbol[], lookback: number, skip: number, top: number): Target[] {
  const today = newestDay(view, symbols);
  const ranked: { symbol: Symbol; gain: number }[] = [];
  for (const symbol of symbols) {
    const { length, day, close, factor } = view.bars(symbol, lookback + skip + 1);
    if (length <= lookback + skip || day[length - 1] !== today) continue;
    const to = length - 1 - skip;
    const from = to - lookback;
    ranked.push({ symbol, gain: (close[to]! * factor[to]!) / (close[from]! * factor[from]!) - 1 });
  }
  ranked.sort((a, b) => b.gain - a.gain || (a.symbol < b.symbol ? -1 : 1));
  return ranked.slice(0, top).map(({ symbol, gain }, rank) => ({
    symbol,
    confidence: (top - rank) / top,
    why: `rank ${rank + 1} of ${ranked.length} by ${lookback}-session return ${(gain * 100).toFixed(2)} %`,
  }));
}
