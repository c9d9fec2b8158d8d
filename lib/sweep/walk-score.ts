/** What an account earned over some of its sessions, from its returns alone. */
import { deviation, isFlat, mean, type Span } from '../stats/index.js';

/** By what the best is chosen: Sharpe ratio, total return, or annualised return over the deepest fall. */
export type Objective = 'sharpe' | 'return' | 'calmar';

export const OBJECTIVES: readonly Objective[] = ['sharpe', 'return', 'calmar'];

export interface SpanScore {
  readonly totalReturn: number;
  readonly annualisedReturn: number;
  /** Annualised, ddof 1; null when the returns don't vary. */
  readonly sharpe: number | null;
  /** 0..1. */
  readonly maxDrawdown: number;
}

/**
 * Returns of the sessions of `spans` joined: `returns[i]` is that of session i + 1, so the first session of all has none. An account cut
 * this way comes into a span with the positions that it had.
 */
export function joinedReturns(returns: Float64Array, spans: readonly Span[]): Float64Array {
  const parts = spans.map(([from, to]) => returns.subarray(Math.max(0, from - 1), to - 1));
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function scoreOf(returns: Float64Array, sessionsPerYear: number): SpanScore {
  let [equity, peak, fall] = [1, 1, 0];
  for (const r of returns) {
    equity *= 1 + r;
    if (equity > peak) peak = equity;
    else if (1 - equity / peak > fall) fall = 1 - equity / peak;
  }
  const centre = mean(returns);
  const spread = deviation(returns);
  const flat = returns.length < 2 || isFlat(centre, spread);
  return {
    totalReturn: equity - 1,
    annualisedReturn: returns.length === 0 || !(equity > 0) ? equity - 1 : equity ** (sessionsPerYear / returns.length) - 1,
    sharpe: flat ? null : (centre / spread) * Math.sqrt(sessionsPerYear),
    maxDrawdown: fall,
  };
}

/** The figure that is ranked by; -Infinity where there is none, so that it ranks last. */
export function objectiveOf(
  by: Objective,
  score: {
    readonly sharpe: number | null;
    readonly totalReturn: number | null;
    readonly annualisedReturn: number | null;
    readonly maxDrawdown: number;
  },
): number {
  if (by === 'sharpe') return score.sharpe ?? Number.NEGATIVE_INFINITY;
  if (by === 'return') return score.totalReturn ?? Number.NEGATIVE_INFINITY;
  // An account that never fell has no Calmar ratio: it stands for nothing but cash, or for too short a span.
  return score.annualisedReturn === null || score.maxDrawdown === 0 ? Number.NEGATIVE_INFINITY : score.annualisedReturn / score.maxDrawdown;
}

/** Why nothing could be chosen where no configuration has the figure. A Calmar ratio lacks where an account never fell, too. */
export const nothingToChoose = (by: Objective): string =>
  by === 'calmar'
    ? 'none has a Calmar ratio'
    : by === 'sharpe'
      ? 'none has a Sharpe ratio (nothing traded, or nothing moved)'
      : 'no configuration traded';
