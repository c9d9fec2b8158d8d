/** Momentum of one symbol over time: long while its own past return is above a threshold, flat otherwise. */
import { z } from 'zod';
import type { Step, Strategy } from '../core/index.js';
import { inOut } from './in-out.js';
import { stepTo } from './in-out-step.js';
import { readParameters } from './parameters.js';
import type { Standing } from './standing.js';

export const momentumSignSchema = z.strictObject({
  lookback: z.int().min(1).max(5000).default(126).describe('sessions over which the past return is taken'),
  threshold: z.number().min(-1).max(10).default(0).describe('return that must be exceeded'),
  parts: z.int().min(1).default(1).describe('equal parts of the account; a symbol gets one'),
});

export interface MomentumSignState {
  standing: Standing;
}

/**
 * Time-series momentum (Moskowitz, Ooi and Pedersen, Journal of Financial Economics 104, 2012), long only: total return over `lookback`
 * of the symbol's own bars, on raw ticks x factor.
 */
export function momentumSign(parameters: z.input<typeof momentumSignSchema> = {}): Strategy<MomentumSignState> {
  const { lookback, threshold, parts } = readParameters('momentum-sign', momentumSignSchema, parameters);
  const aim = inOut(parts);
  return {
    id: 'momentum-sign',
    scope: 'symbol',
    actions: aim.table,
    init: () => ({ standing: -1 }),
    decide(view, symbols, state): Step<MomentumSignState> {
      const symbol = symbols[0]!;
      const { length, close, factor } = view.bars(symbol, lookback + 1);
      const gain = length > lookback ? (close[lookback]! * factor[lookback]!) / (close[0]! * factor[0]!) - 1 : Number.NaN;
      return stepTo(gain > threshold, state, view, symbol, aim, lookback + 1, () =>
        Number.isNaN(gain) ? `fewer than ${lookback + 1} bars` : `${lookback}-session return ${(gain * 100).toFixed(2)} %`,
      );
    },
  };
}
