/** What the search of a whole family leaves of one trial's Sharpe ratio, from the trial ledger. */
import { deviation } from './moments.js';
import { type Overfitting, overfittingTally } from './overfitting.js';
import {
  deflatedSharpe,
  effectiveTally,
  expectedMaximumSharpe,
  minimumTrackRecord,
  probabilisticSharpe,
  type SharpeSample,
} from './significance.js';
import type { TrialRow } from './trial-row.js';

/** Probabilities 0..1; Sharpe ratios per period, not annualised. A null has its reason in `reasons`. */
export interface Significance {
  readonly sharpePerPeriod: number | null;
  readonly periods: number;
  /** Configurations tried, and how many independent ones they are worth. */
  readonly trials: number;
  readonly effectiveTrials: number | null;
  /** Variance of the trials' Sharpe ratios per period (ddof 1). */
  readonly sharpeVariance: number | null;
  /** What the best of `trials`, and of `effectiveTrials`, worthless configurations would be expected to show. */
  readonly expectedMaximumPerPeriod: number | null;
  readonly expectedMaximumEffectivePerPeriod: number | null;
  readonly probabilisticSharpe: number | null;
  readonly deflatedSharpe: number | null;
  readonly deflatedSharpeEffective: number | null;
  /** Periods needed for a Sharpe above 0 at 95 %. */
  readonly minimumTrackRecordPeriods: number | null;
  readonly overfitting: Overfitting;
  readonly reasons: Readonly<Record<string, string>>;
}

/**
 * `trial`: the one that is reported. `family`: all trials that competed, itself included (familyTrials). `returnsOf`: their returns
 * (trialReturns), null where they can't be had. Trials whose returns are missing or of another length than `trial`'s can't be
 * correlated: each counts as an independent one, and PBO leaves them out.
 */
export function familySignificance(
  trial: TrialRow,
  family: readonly TrialRow[],
  returnsOf: (row: TrialRow) => Float64Array | null,
): Significance {
  const reasons: Record<string, string> = {};
  const figure = (key: string, problem: string | null, value: () => number): number | null => {
    const found = problem === null ? value() : Number.NaN;
    if (Number.isFinite(found)) return found;
    reasons[key] = problem ?? 'the moments of the returns give none';
    return null;
  };
  const { sharpePerPeriod, periods, skew, kurtosis } = trial;
  const sample: SharpeSample | null =
    sharpePerPeriod === null || skew === null || kurtosis === null ? null : { sharpePerPeriod, periods, skew, kurtosis };
  const flat = sample ? null : 'the returns of the trial do not vary';
  if (flat) reasons['sharpePerPeriod'] = flat;

  const trials = family.length;
  const sharpes = family.flatMap((row) => (row.sharpePerPeriod === null ? [] : [row.sharpePerPeriod]));
  const alone = trials < 1 ? 'the family has no trial' : null;
  const unvaried = trials > 1 && sharpes.length < 2 ? 'fewer than two trials have a Sharpe ratio' : null;
  // One trial's returns at a time: a search of a hundred thousand must not need them all at once.
  const [independent, overfitting] = [effectiveTally(), overfittingTally()];
  let aligned = 0;
  for (const row of family) {
    const returns = periods > 1 ? returnsOf(row) : null;
    if (returns?.length !== periods) continue;
    aligned++;
    independent.add(returns);
    overfitting.add(returns);
  }
  const effective = figure('effectiveTrials', alone, () => independent.value() + (trials - aligned));
  const variance = trials === 1 ? 0 : figure('sharpeVariance', alone ?? unvaried, () => deviation(sharpes) ** 2);
  if (trials === 1) reasons['sharpeVariance'] = 'one trial only: nothing was picked';
  const unscaled = variance === null ? reasons['sharpeVariance']! : null;
  const undeflated = flat ?? unscaled;
  return {
    sharpePerPeriod,
    periods,
    trials,
    effectiveTrials: effective,
    sharpeVariance: trials === 1 ? null : variance,
    expectedMaximumPerPeriod: figure('expectedMaximumPerPeriod', unscaled, () => expectedMaximumSharpe(trials, variance!)),
    expectedMaximumEffectivePerPeriod: figure('expectedMaximumEffectivePerPeriod', unscaled, () =>
      expectedMaximumSharpe(effective!, variance!),
    ),
    probabilisticSharpe: figure('probabilisticSharpe', flat, () => probabilisticSharpe(sample!)),
    deflatedSharpe: figure('deflatedSharpe', undeflated, () => deflatedSharpe(sample!, trials, variance!)),
    deflatedSharpeEffective: figure('deflatedSharpeEffective', undeflated, () => deflatedSharpe(sample!, effective!, variance!)),
    minimumTrackRecordPeriods: figure(
      'minimumTrackRecordPeriods',
      flat ?? (sharpePerPeriod! > 0 ? null : 'the Sharpe ratio is not above 0: no record is long enough'),
      () => minimumTrackRecord(sample!),
    ),
    overfitting: overfitting.value(),
    reasons,
  };
}
