/** SMA cross: long while the fast average of closes stands above the slow one, flat otherwise. */
import { z } from 'zod';
import type { Step, Strategy } from '../core/index.js';
import { inOut } from './in-out.js';
import { barsEvidence, NO_INTENTS } from './intents.js';
import { readParameters } from './parameters.js';
import { gapTo, type Standing } from './standing.js';

export const smaCrossSchema = z
  .strictObject({
    fast: z.int().min(1).default(20).describe('sessions of the fast average'),
    slow: z.int().min(2).max(5000).default(50).describe('sessions of the slow average'),
    parts: z.int().min(1).default(1).describe('equal parts of the account; a symbol gets one'),
  })
  .refine((p) => p.fast < p.slow, { message: 'fast must be below slow', path: ['fast'] });

export interface SmaCrossState {
  /** Bars seen. */
  count: number;
  sumFast: number;
  sumSlow: number;
  /** The last `slow` prices as a ring; the next one goes to `at`. */
  ring: number[];
  at: number;
  standing: Standing;
}

/**
 * Long when at least `slow` bars are known and sumFast x slow > sumSlow x fast (strict). Prices are raw ticks x factor: running sums
 * are exact integers while all factors are 1, else they are summed anew each time the ring turns, so that rounding can't pile up.
 * Asks to buy only when flat, and to sell only when long.
 */
export function smaCross(parameters: z.input<typeof smaCrossSchema> = {}): Strategy<SmaCrossState> {
  const { fast, slow, parts } = readParameters('sma-cross', smaCrossSchema, parameters);
  const { table, enter, leave } = inOut(parts);
  return {
    id: 'sma-cross',
    scope: 'symbol',
    actions: table,
    init: () => ({ count: 0, sumFast: 0, sumSlow: 0, ring: [], at: 0, standing: -1 }),
    decide(view, symbols, state): Step<SmaCrossState> {
      const symbol = symbols[0]!;
      const window = view.bars(symbol, state.count === 0 ? slow : 1);
      for (let i = 0; i < window.length; i++) take(state, window.close[i]! * window.factor[i]!, fast, slow);
      const want = state.count >= slow && state.sumFast * slow > state.sumSlow * fast;
      const gap = gapTo(want, state, view, symbol);
      if (gap === 'none') return { intents: NO_INTENTS, state };
      const ground = view.bars(symbol, slow);
      const intent = {
        symbol,
        action: gap === 'buy' ? enter : leave,
        confidence: 1,
        why: inWords(gap, state, fast, slow),
        evidence: [barsEvidence(ground)],
      };
      return { intents: [intent], state };
    },
  };
}

function take(state: SmaCrossState, price: number, fast: number, slow: number): void {
  const { ring, at, count } = state;
  state.sumFast += price;
  state.sumSlow += price;
  if (count >= fast) state.sumFast -= ring[at >= fast ? at - fast : at - fast + slow]!;
  if (count >= slow) state.sumSlow -= ring[at]!;
  ring[at] = price;
  state.count = count + 1;
  state.at = at + 1;
  if (state.at === slow) {
    state.at = 0;
    if (!Number.isInteger(state.sumSlow)) sumAnew(state, fast, slow);
  }
}

function sumAnew(state: SmaCrossState, fast: number, slow: number): void {
  state.sumFast = 0;
  state.sumSlow = 0;
  for (let i = 0; i < slow; i++) {
    state.sumSlow += state.ring[i]!;
    if (i >= slow - fast) state.sumFast += state.ring[i]!;
  }
}

function inWords(gap: 'buy' | 'sell', state: SmaCrossState, fast: number, slow: number): string {
  const known = Math.min(state.count, slow);
  const averages = `SMA(${fast}) ${(state.sumFast / Math.min(known, fast)).toFixed(2)}, SMA(${slow}) ${(state.sumSlow / known).toFixed(2)} ticks`;
  return gap === 'buy' ? `fast above slow: ${averages}` : `fast not above slow: ${averages}`;
}
