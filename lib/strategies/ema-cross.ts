/** EMA cross: long while the fast exponential average of closes stands above the slow one, flat otherwise. */
import { z } from 'zod';
import type { Step, Strategy } from '../core/index.js';
import { type EmaState, ema } from '../features/index.js';
import { inOut } from './in-out.js';
import { stepTo } from './in-out-step.js';
import { readParameters } from './parameters.js';
import type { Standing } from './standing.js';

export const emaCrossSchema = z
  .strictObject({
    fast: z.int().min(1).default(12).describe('sessions of the fast average'),
    slow: z.int().min(2).max(5000).default(26).describe('sessions of the slow average'),
    parts: z.int().min(1).default(1).describe('equal parts of the account; a symbol gets one'),
  })
  .refine((p) => p.fast < p.slow, { message: 'fast must be below slow', path: ['fast'] });

export interface EmaCrossState {
  readonly fast: EmaState;
  readonly slow: EmaState;
  /** The newest averages; null while they warm up. */
  averages: [number, number] | null;
  standing: Standing;
}

/**
 * Long when fast > slow (strict), on raw ticks x factor, averages as `ema` of the features. They run over every bar that is known at
 * the first decision, so that they don't depend on where the run begins.
 */
export function emaCross(parameters: z.input<typeof emaCrossSchema> = {}): Strategy<EmaCrossState> {
  const { fast, slow, parts } = readParameters('ema-cross', emaCrossSchema, parameters);
  const aim = inOut(parts);
  return {
    id: 'ema-cross',
    scope: 'symbol',
    actions: aim.table,
    init: () => ({ fast: ema.init(fast), slow: ema.init(slow), averages: null, standing: -1 }),
    decide(view, symbols, state): Step<EmaCrossState> {
      const symbol = symbols[0]!;
      const { length, close, factor } = view.bars(symbol, state.slow.count === 0 ? Number.POSITIVE_INFINITY : 1);
      for (let i = 0; i < length; i++) {
        const price = close[i]! * factor[i]!;
        const [a, b] = [ema.update(state.fast, price), ema.update(state.slow, price)];
        state.averages = Number.isNaN(b) ? null : [a, b];
      }
      const { averages } = state;
      const want = averages !== null && averages[0] > averages[1];
      return stepTo(want, state, view, symbol, aim, slow, (gap) => {
        const known = averages === null ? 'not known yet' : `${averages[0].toFixed(2)}, EMA(${slow}) ${averages[1].toFixed(2)} ticks`;
        return `fast ${gap === 'buy' ? '' : 'not '}above slow: EMA(${fast}) ${known}`;
      });
    },
  };
}
