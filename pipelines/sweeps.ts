// biome-ignore-all format: generated, the cells stand as they were written
// biome-ignore-all lint/correctness/noUnusedVariables: other cells of the notebook may use them
// Generated from notebooks/02-sweeps.ipynb: edit the notebook and run `npx hindcast promote`.
// Promoted cells (id, tag, hash):
//   parameters parameters 3c89baa0abe33ddc
//   sweep pipeline 71c07c31129c7f3e
//   measure pipeline 9abbbbabec3e4b07
import { type Effects, fillParameters, pipelineScope, type Results } from '../lib/notebook/index.js';
import { runSearch } from '../lib/sweep/index.js';

/** The notebook's cell tagged `parameters`. */
export interface Parameters {
  readonly data: string;
  readonly symbols: string[];
  readonly from: string;
  readonly to: string;
  readonly strategy: string;
  // A number, a list such as [50, 100], from:to:step, or log:from:to:count.
  readonly grid: Record<string, string | number | number[]>;
  // Tests of the walk-forward, and sessions left out of training before each of them.
  readonly folds: number;
  readonly purge: number;
  // Yuan.
  readonly initialCash: number;
  readonly seed: number;
}

export const defaults: Parameters = {
  data: 'embedded:cn',
  symbols: ['000001.SZ'],
  from: '2007-06-21',
  to: '2020-06-30',
  strategy: 'sma-cross',
  grid: { fast: '5:45:5', slow: '50:200:10' },
  folds: 5,
  purge: 20,
  initialCash: 1000000,
  seed: 1,
};

/** Runs the notebook's cells tagged `pipeline`; returns what they declared. Throws InputError on an unknown parameter. */
export async function run(parameters: Partial<Parameters>, effects: Effects): Promise<Results> {
  const { data, symbols, from, to, strategy, grid, folds, purge, initialCash, seed } = fillParameters('sweeps', defaults, parameters);
  const { declare, results } = pipelineScope(effects);

  // cell sweep
  const found = await runSearch(
    {
      spec: { data, symbols, from, to, initialCash, seed },
      space: { strategies: [{ strategy, parameters: grid }] },
      splits: { folds, mode: 'anchored', trainShare: 0.5, purge, embargo: 0 },
    },
    effects,
  );

  // cell measure
  const { best, significance, stability, walkForward, honest, configurations } = found.file;
  declare({
    configurations: configurations.done,
    best: { ...best!.configuration.parameters },
    sharpe: best!.figures.annualisedSharpe,
    totalReturn: best!.figures.totalReturn,
    maxDrawdown: best!.figures.maxDrawdown,
    effectiveTrials: significance!.effectiveTrials,
    deflatedSharpe: significance!.deflatedSharpe,
    probabilityOfOverfitting: significance!.pbo,
    neighboursMedianSharpe: stability!.objective.median,
    neighboursWorstSharpe: stability!.objective.worst,
    outOfSampleSharpe: walkForward!.outOfSample.sharpe,
    outOfSampleReturn: walkForward!.outOfSample.totalReturn,
    testRanks: walkForward!.folds.map((fold) => fold.rank),
    honestRun: honest!.runs[0]!,
    honestDifferenceMinor: honest!.differenceMinor,
  });

  return results();
}
