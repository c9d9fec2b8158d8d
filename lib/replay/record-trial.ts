/** Enters a finished run into the trial ledger: what was tried counts, whether or not it is shown. */
import { openTrials, recordTrial, universeOf } from '../stats/index.js';
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
        universe: universeOf(spec.symbols),
        window: `${spec.from}..${spec.to}`,
        // By the registry's name: a hundred policies of one kind are a hundred trials, not a hundred families of one.
        hypothesis: (effects.strategy === undefined ? spec.strategies : strategies).map(({ id }) => id).join('+'),
      },
      configHash,
      seed: spec.seed,
      run,
      returns,
    },
    effects.clock,
  );
}
