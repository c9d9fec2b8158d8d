/** What the search so far leaves of a backtest's Sharpe ratio: every configuration tried on its universe and span counts. */
import type { RunFolder } from '../../replay/index.js';
import { familySignificance, familyTrials, openTrials, trialReturns } from '../../stats/index.js';

export interface TrialNote {
  readonly strategy: string;
  /** Configurations tried on this universe and span under this strategy, this one included. */
  readonly trials: number;
  /** Probability that the Sharpe ratio is above what the best of that many worthless ones would show; null with fewer than two. */
  readonly deflatedSharpe: number | null;
}

/** Notes on runs that the ledger holds; baselines are not in it. */
export function trialNotes(resultsDir: string, runs: readonly RunFolder[]): TrialNote[] {
  const ledger = openTrials(resultsDir);
  return runs.flatMap(({ row: run }) => {
    const trial = ledger.rows.filter((row) => row.configHash === run.configHash && row.seed === run.seed).at(-1);
    if (trial === undefined) return [];
    const { trials, deflatedSharpe } = familySignificance(trial, familyTrials(ledger, trial.family), (row) => trialReturns(ledger, row));
    return [{ strategy: trial.family.hypothesis, trials, deflatedSharpe }];
  });
}
