/** Breakout (Donchian channels): long after a close above the highest high of the last bars, flat after one below the lowest low. */
import { z } from 'zod';
import type { Step, Strategy } from '../core/index.js';
import { inOut } from './in-out.js';
import { stepTo } from './in-out-step.js';
import { readParameters } from './parameters.js';
import type { Standing } from './standing.js';

export const breakoutSchema = z.strictObject({
  entry: z.int().min(1).max(5000).default(20).describe('sessions of the channel whose high must be exceeded to enter'),
  exit: z.int().min(1).max(5000).default(10).describe('sessions of the channel whose low must be undercut to leave'),
  parts: z.int().min(1).default(1).describe('equal parts of the account; a symbol gets one'),
});

export interface BreakoutState {
  /** Whether all known bars were walked through. */
  begun: boolean;
  long: boolean;
  standing: Standing;
}

/**
 * The channels are those of the bars before the newest, on raw ticks x factor, both comparisons strict (rule of R. Donchian; the
 * "turtle" system's 20 and 10). The state runs over every bar that is known at the first decision, so that it doesn't depend on where
 * the run begins.
 */
export function breakout(parameters: z.input<typeof breakoutSchema> = {}): Strategy<BreakoutState> {
  const { entry, exit, parts } = readParameters('breakout', breakoutSchema, parameters);
  const aim = inOut(parts);
  const span = Math.max(entry, exit) + 1;
  return {
    id: 'breakout',
    scope: 'symbol',
    actions: aim.table,
    init: () => ({ begun: false, long: false, standing: -1 }),
    decide(view, symbols, state): Step<BreakoutState> {
      const symbol = symbols[0]!;
      const { length, high, low, close, factor } = view.bars(symbol, state.begun ? span : Number.POSITIVE_INFINITY);
      for (let i = state.begun ? length - 1 : 0; i < length; i++) {
        const price = close[i]! * factor[i]!;
        if (state.long) state.long = !(i >= exit && price < lowest(low, factor, i - exit, i));
        else state.long = i >= entry && price > highest(high, factor, i - entry, i);
      }
      state.begun = true;
      return stepTo(state.long, state, view, symbol, aim, span, (gap) =>
        gap === 'buy'
          ? `closed above the high of ${entry} sessions`
          : `no close above the high of ${entry} sessions since one below the low of ${exit}`,
      );
    },
  };
}

/** Over bars [from, to). */
function highest(high: Float64Array, factor: Float64Array, from: number, to: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) if (high[i]! * factor[i]! > most) most = high[i]! * factor[i]!;
  return most;
}

function lowest(low: Float64Array, factor: Float64Array, from: number, to: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = from; i < to; i++) if (low[i]! * factor[i]! < least) least = low[i]! * factor[i]!;
  return least;
}
