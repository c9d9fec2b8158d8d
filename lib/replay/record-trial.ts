/** Enters a finished run into the trial ledger: what was tried counts, whether or not it is shown. */
import { openTrials, recordTrial } from '../stats/index.js';
import type { PreparedReplay } from './prepare-replay.js';
import type { EquitySeries, ReplayEffects } from './result.js';

/** Strategies that search for nothing: comparing with them is no trial. */
const BASELINES = new Set(['buy-and-hold', 'equal-weight', 'random-same-turnover']);

export function recordRun(prepared: PreparedReplay, run: string, equity: EquitySeries, effects: ReplayEffects): void {
  const { spec, configHash, strategies } = prepared;
  if (spec.frozenFrom !== undefined || strategies.every((strategy) => BASELINES.has(strategy.id))) return;
  const returns = new Float64Array(Math.max(0, equity.equityMinor.length - 1));
  for (let i = 0; i < returns.length; i++) returns[i] = equity.equityMinor[i + 1]! / equity.equityMinor[i]! - 1;
  recordTrial(
    openTrials(effects.resultsDir),
    {
      kind: 'backtest',
      family: {
        universe: spec.symbols.join(','),
        window: `${spec.from}..${spec.to}`,
        hypothesis: strategies.map((strategy) => strategy.id).join('+'),
      },
      configHash,
      seed: spec.seed,
      run,
      returns,
    },
    effects.clock,
  );
}
