/** Luck as a baseline: goes in and out at random, as often (in expectation) and for as long as the strategy it is compared with. */
import { z } from 'zod';
import { type RandomState, randomFloat, randomInit, type Step, type Strategy } from '../core/index.js';
import { StrategyError } from './errors.js';
import { inOut } from './in-out.js';
import { barsEvidence, NO_INTENTS } from './intents.js';
import { readParameters } from './parameters.js';
import { gapTo, type Standing } from './standing.js';

export const randomSameTurnoverSchema = z.strictObject({
  tradesPerYear: z
    .number()
    .positive()
    .default(12)
    .describe('buys + sells a year and symbol; with all in, all out this is the yearly turnover of its part'),
  sessionsPerYear: z.number().positive().default(243).describe('243 A-share, 252 US, 365 crypto'),
  exposure: z.number().min(0.02).max(0.98).default(0.5).describe('part of the time in the market'),
  seed: z.int().default(1).describe('seed; each symbol draws from a stream of its own'),
  parts: z.int().min(1).default(1).describe('equal parts of the account; a symbol gets one'),
});

export interface RandomSameTurnoverState {
  random: RandomState | null;
  want: boolean;
  standing: Standing;
}

/** The `tradesPerYear` that matches a reference run: its fills over its decision rows (symbols x sessions). */
export function tradesPerYearOf(fills: number, decisionRows: number, sessionsPerYear: number): number {
  return (fills / decisionRows) * sessionsPerYear;
}

/**
 * A two-state Markov chain. With f = tradesPerYear / sessionsPerYear flips a session and exposure e: in with f / (2(1-e)), out with
 * f / (2e), so that it is in e of the time and flips f times a session in the long run. A wish that the market refuses stands until met.
 */
export function randomSameTurnover(parameters: z.input<typeof randomSameTurnoverSchema> = {}): Strategy<RandomSameTurnoverState> {
  const p = readParameters('random-same-turnover', randomSameTurnoverSchema, parameters);
  const flips = p.tradesPerYear / p.sessionsPerYear;
  const entering = flips / (2 * (1 - p.exposure));
  const leaving = flips / (2 * p.exposure);
  if (entering > 1 || leaving > 1) {
    throw new StrategyError(
      `random-same-turnover: expected fewer trades than sessions allow, got ${p.tradesPerYear} a year at exposure ${p.exposure}. Lower tradesPerYear or move exposure towards 0.5.`,
    );
  }
  const { table, enter, leave } = inOut(p.parts);
  return {
    id: 'random-same-turnover',
    scope: 'symbol',
    actions: table,
    init: () => ({ random: null, want: false, standing: -1 }),
    decide(view, symbols, state): Step<RandomSameTurnoverState> {
      const symbol = symbols[0]!;
      state.random ??= randomInit(p.seed, `random-same-turnover/${symbol}`);
      if (randomFloat(state.random) < (state.want ? leaving : entering)) state.want = !state.want;
      const gap = gapTo(state.want, state, view, symbol);
      if (gap === 'none') return { intents: NO_INTENTS, state };
      const intent = {
        symbol,
        action: gap === 'buy' ? enter : leave,
        confidence: 0.5,
        why: `a draw of the seeded generator (seed ${p.seed}), not a view of the market`,
        evidence: [barsEvidence(view.bars(symbol, 1))],
      };
      return { intents: [intent], state };
    },
  };
}
