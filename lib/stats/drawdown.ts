/** The deepest fall from a peak, and how long it lasted. */
import { dateOf, type TradingDate } from '../core/index.js';
import type { EquitySeries } from './equity-curve.js';

export interface Drawdown {
  /** Fraction of the peak lost at the trough: 0.25 = a quarter. Positive; above 1 only where equity went below zero. */
  readonly depth: number;
  readonly peakDate: TradingDate;
  readonly troughDate: TradingDate;
  /** First session at or above the peak again; null when that has not come yet. */
  readonly recoveryDate: TradingDate | null;
  /** Sessions from the peak to the recovery, or to the last session. */
  readonly lengthSessions: number;
}

/** Null when equity never fell below an earlier value. The earliest of equally deep ones; its peak is the last day at that height. */
export function maxDrawdown({ days, values }: EquitySeries): Drawdown | null {
  let [peak, depth, deepestPeak, trough] = [0, 0, 0, 0];
  for (let i = 1; i < values.length; i++) {
    if (values[i]! >= values[peak]!) peak = i;
    const here = 1 - values[i]! / values[peak]!;
    if (here > depth) [depth, deepestPeak, trough] = [here, peak, i];
  }
  if (depth === 0) return null;
  let end = trough;
  while (end < values.length && values[end]! < values[deepestPeak]!) end++;
  const recovered = end < values.length;
  return {
    depth,
    peakDate: dateOf(days[deepestPeak]!),
    troughDate: dateOf(days[trough]!),
    recoveryDate: recovered ? dateOf(days[end]!) : null,
    lengthSessions: (recovered ? end : values.length - 1) - deepestPeak,
  };
}
