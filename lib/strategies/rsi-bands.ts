/** RSI bands: long after the index fell below the low band, flat after it rose above the high one. */
import { z } from 'zod';
import type { Step, Strategy } from '../core/index.js';
import { type RsiState, rsi } from '../features/index.js';
import { inOut } from './in-out.js';
import { stepTo } from './in-out-step.js';
import { readParameters } from './parameters.js';
import type { Standing } from './standing.js';

export const rsiBandsSchema = z
  .strictObject({
    period: z.int().min(2).max(5000).default(14).describe('sessions of the index'),
    low: z.number().min(0).max(100).default(30).describe('enter below'),
    high: z.number().min(0).max(100).default(70).describe('leave above'),
    parts: z.int().min(1).default(1).describe('equal parts of the account; a symbol gets one'),
  })
  .refine((p) => p.low <= p.high, { message: 'low must not be above high', path: ['low'] });

export interface RsiBandsState {
  readonly rsi: RsiState;
  /** The newest value; null while it warms up. */
  value: number | null;
  long: boolean;
  standing: Standing;
}

/**
 * RSI as in the features, on raw ticks x factor; both comparisons strict. It runs over every bar that is known at the first decision,
 * so that it doesn't depend on where the run begins.
 */
export function rsiBands(parameters: z.input<typeof rsiBandsSchema> = {}): Strategy<RsiBandsState> {
  const { period, low, high, parts } = readParameters('rsi-bands', rsiBandsSchema, parameters);
  const aim = inOut(parts);
  return {
    id: 'rsi-bands',
    scope: 'symbol',
    actions: aim.table,
    init: () => ({ rsi: rsi.init(period), value: null, long: false, standing: -1 }),
    decide(view, symbols, state): Step<RsiBandsState> {
      const symbol = symbols[0]!;
      const { length, close, factor } = view.bars(symbol, state.rsi.count === 0 ? Number.POSITIVE_INFINITY : 1);
      for (let i = 0; i < length; i++) {
        const value = rsi.update(state.rsi, close[i]! * factor[i]!);
        state.value = Number.isNaN(value) ? null : value;
        if (value < low) state.long = true;
        else if (value > high) state.long = false;
      }
      return stepTo(state.long, state, view, symbol, aim, period + 1, (gap) => {
        const now = `RSI(${period}) ${state.value === null ? 'not known yet' : state.value.toFixed(2)}`;
        return gap === 'buy'
          ? `${now}, below ${low} since it last was above ${high}`
          : `${now}, not below ${low} since it last was above ${high}`;
      });
    },
  };
}
