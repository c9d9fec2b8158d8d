/**
 * Limit prices of a session in integer arithmetic: reference close x (1 +- p), rounded half up to a tick. Where that is less than a
 * tick away the limit is one tick away (SSE and SZSE trading rules of 2023, section on price limits); never under one tick.
 */
import { mulDiv } from '../core/index.js';
import type { SessionRules } from './session-rules.js';

/** Highest price of the session in ticks; Infinity without a limit. `referenceTicks`: previous close after ex-right adjustment. */
export function limitUpTicks(referenceTicks: number, rules: SessionRules): number {
  if (rules.priceLimit === null) return Number.POSITIVE_INFINITY;
  const { numerator, denominator } = rules.priceLimit.up;
  return Math.max(referenceTicks + 1, mulDiv(referenceTicks, denominator + numerator, denominator));
}

/** Lowest price of the session in ticks; 0 without a limit. */
export function limitDownTicks(referenceTicks: number, rules: SessionRules): number {
  if (rules.priceLimit === null) return 0;
  const { numerator, denominator } = rules.priceLimit.down;
  return Math.max(1, Math.min(referenceTicks - 1, mulDiv(referenceTicks, denominator - numerator, denominator)));
}
