/** The best configuration once more, through the one loop that everything else goes through, and whether it came to the same. */
import { dateOf } from '../core/index.js';
import { openRun, type ReplayEffects, runReplay } from '../replay/index.js';
import { accountSpecs } from './configuration-spec.js';
import type { Configuration, Evaluator, SweepGround } from './contract.js';
import type { Honest } from './results-schema.js';

/**
 * Runs `configuration` as ordinary runs, one an account, which can be reported and verified like any other, and compares equity at every
 * close, fills and fees with what the evaluator gives. Null when it was interrupted: the runs go on with the same call.
 */
export async function honestRun(
  ground: SweepGround,
  configuration: Configuration,
  evaluator: Evaluator,
  effects: ReplayEffects,
): Promise<Honest | null> {
  const { sessions } = evaluator;
  const equity = new Float64Array(sessions.length);
  const runs: string[] = [];
  let [fills, feesMinor] = [0, 0];
  for (const spec of accountSpecs(ground, configuration)) {
    // It is on record as a trial already.
    const result = await runReplay({ ...spec, record: 'account' }, { ...effects, trial: false });
    if (result.interrupted) return null;
    runs.push(result.row.run);
    const run = openRun(result.folder);
    for (let i = 0; i < sessions.length; i++) equity[i]! += run.equity.equityMinor[i]!;
    for (const line of run.fills()) {
      if (line.kind !== 'fill') continue;
      fills++;
      // Tax on dividends that is due at a sale is no fee of the trade.
      feesMinor += line.totalFeesMinor - (line.feesMinor['dividendTax'] ?? 0);
    }
  }
  const fast = await evaluator.evaluate(configuration, { equity: true });
  let [differenceMinor, on] = [0, -1];
  for (let i = 0; i < sessions.length; i++) {
    const difference = Math.abs(fast.equity![i]! - equity[i]!);
    if (difference > differenceMinor || Number.isNaN(difference)) [differenceMinor, on] = [difference, i];
  }
  return {
    runs,
    sessions: sessions.length,
    differenceMinor,
    differenceOn: on < 0 ? null : dateOf(sessions[on]!),
    fillsDifference: fast.fills - fills,
    feesDifferenceMinor: fast.feesMinor - feesMinor,
  };
}

/** Whether the loop gave exactly what the evaluator gave. */
export const isExact = ({ differenceMinor, fillsDifference, feesDifferenceMinor }: Honest): boolean =>
  differenceMinor === 0 && fillsDifference === 0 && feesDifferenceMinor === 0;
