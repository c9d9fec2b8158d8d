// biome-ignore-all format: generated, the cells stand as they were written
// biome-ignore-all lint/correctness/noUnusedVariables: other cells of the notebook may use them
// Generated from notebooks/01-time-travel.ipynb: edit the notebook and run `npx hindcast promote`.
// Promoted cells (id, tag, hash):
//   parameters parameters f44d77b551457499
//   replay pipeline 822360c24922ab33
//   measure pipeline bbff7d312f87bdaa
import { type Effects, fillParameters, pipelineScope, type Results } from '../lib/notebook/index.js';
import { openRun, runReplay } from '../lib/replay/index.js';
import { measureRun } from '../lib/report/index.js';

/** The notebook's cell tagged `parameters`. */
export interface Parameters {
  readonly symbols: string[];
  readonly from: string;
  readonly to: string;
  // Long while the average close of the last `fast` sessions is above that of the last `slow` ones.
  readonly strategies: { id: string; parameters: Record<string, number> }[];
  // Yuan.
  readonly initialCash: number;
  readonly seed: number;
  // Anything else a replay takes, such as { decisionPoint: 'preopen', risk: 'house' }.
  readonly options: Record<string, unknown>;
}

export const defaults: Parameters = {
  symbols: ['000001.SZ'],
  from: '2007-06-21',
  to: '2020-06-30',
  strategies: [{ id: 'sma-cross', parameters: { fast: 20, slow: 60 } }],
  initialCash: 1000000,
  seed: 1,
  options: {  },
};

/** Runs the notebook's cells tagged `pipeline`; returns what they declared. Throws InputError on an unknown parameter. */
export async function run(parameters: Partial<Parameters>, effects: Effects): Promise<Results> {
  const { symbols, from, to, strategies, initialCash, seed, options } = fillParameters('time-travel', defaults, parameters);
  const { declare, results } = pipelineScope(effects);

  // cell replay
  const spec = { data: 'embedded:cn', ...options, symbols, from, to, initialCash, seed };
  const ruleRun = await runReplay({ ...spec, strategies }, effects);
  // An account alone remembers nothing.
  const holding = {
    ...spec,
    strategies: [{ id: 'buy-and-hold' }],
    record: 'account' as const,
    memory: undefined,
  };
  const holdRun = await runReplay(holding, { ...effects, trial: false });

  // cell measure
  const ruled = openRun(ruleRun.folder);
  const held = openRun(holdRun.folder);
  const rule = measureRun(ruled, [ruled, held]);
  const hold = measureRun(held, [ruled, held]);
  declare({
    runs: [ruleRun.row.run, holdRun.row.run],
    ruleReturn: rule.performance.totalReturn,
    ruleSharpe: rule.performance.sharpeAnnual,
    ruleMaxDrawdown: rule.performance.maxDrawdown?.depth ?? null,
    ruleTrades: rule.trades,
    ruleCosts: rule.costs,
    holdReturn: hold.performance.totalReturn,
    holdSharpe: hold.performance.sharpeAnnual,
    holdMaxDrawdown: hold.performance.maxDrawdown?.depth ?? null,
    decisions: ruleRun.row.counts.decisions,
    digests: ruleRun.row.digests,
  });

  return results();
}
