/** The best of a search, and what the search leaves of it. */
import {
  familySignificance,
  familyTrials,
  LedgerError,
  type TrialFamily,
  type TrialLedger,
  type TrialRow,
  trialReturns,
} from '../stats/index.js';
import type { SweepRows } from './results-rows.js';
import type { SweepSignificance } from './results-schema.js';
import type { Objective } from './walk-score.js';

/** Positions of the best `count` rows, best first; the earlier of equals first. */
export function bestOf(rows: SweepRows, by: Objective, count: number): number[] {
  const ranked = Float64Array.from({ length: rows.done }, (_, i) => rows.ranked(i, by));
  return Array.from(ranked.keys())
    .sort((a, b) => ranked[b]! - ranked[a]! || a - b)
    .slice(0, count);
}

/**
 * What is left of a configuration's Sharpe ratio once all that was tried on its universe and span under any of the `families` counts:
 * here and in every run before. Null when the ledger does not hold it.
 */
export function significanceOf(
  ledger: TrialLedger,
  families: readonly TrialFamily[],
  configHash: string,
  seed: number,
): SweepSignificance | null {
  const tried = families.flatMap((family) => familyTrials(ledger, family));
  const trial = tried.find((row) => row.configHash === configHash && row.seed === seed);
  if (trial === undefined) return null;
  const found = familySignificance(trial, tried, (row) => returnsOrNull(ledger, row));
  return {
    trials: found.trials,
    effectiveTrials: found.effectiveTrials,
    sharpePerPeriod: found.sharpePerPeriod,
    expectedMaximumPerPeriod: found.expectedMaximumPerPeriod,
    probabilisticSharpe: found.probabilisticSharpe,
    deflatedSharpe: found.deflatedSharpe,
    deflatedSharpeEffective: found.deflatedSharpeEffective,
    pbo: found.overfitting.pbo,
    pboReason: found.overfitting.reason,
    reasons: { ...found.reasons },
  };
}

/** A run whose folder was deleted still counts as a trial: as an independent one, which is the strict side. */
function returnsOrNull(ledger: TrialLedger, row: TrialRow): Float64Array | null {
  try {
    return trialReturns(ledger, row);
  } catch (error) {
    if (error instanceof LedgerError) return null;
    throw error;
  }
}
