// biome-ignore-all format: generated, the cells stand as they were written
// biome-ignore-all lint/correctness/noUnusedVariables: other cells of the notebook may use them
// Generated from notebooks/03-reinforcement-learning.ipynb: edit the notebook and run `npx hindcast promote`.
// Promoted cells (id, tag, hash):
//   parameters parameters 233fc8e7023ef7e2
//   input pipeline 81b275811a6fd69f
//   train pipeline 889f7e570505a4f4
//   measure pipeline ff1210e0d0af8859
import { type Effects, fillParameters, liveFigure, pipelineScope, type Results } from '../lib/notebook/index.js';
import { codeStamp, playAccounts, runReplay } from '../lib/replay/index.js';
import { learningCurveFigure } from '../lib/report/index.js';
import { type CurveRow, evaluatePolicies, type Play, type TrainerInput, trainPolicies } from '../lib/rl/index.js';

/** The notebook's cell tagged `parameters`. */
export interface Parameters {
  readonly data: string;
  readonly symbols: string[];
  readonly from: string;
  readonly to: string;
  // quick, default (stable-baselines3's), legacy, big-batch.
  readonly preset: string;
  // Anything else a training takes, such as { totalSteps: 500000, reward: 'differential-sharpe', folds: { count: 3 } }.
  readonly settings: Record<string, unknown>;
}

export const defaults: Parameters = {
  data: 'embedded:cn',
  symbols: ['000001.SZ'],
  from: '2007-06-21',
  to: '2020-06-30',
  preset: 'quick',
  settings: { seeds: 5, kernel: 'deterministic' },
};

/** Runs the notebook's cells tagged `pipeline`; returns what they declared. Throws InputError on an unknown parameter. */
export async function run(parameters: Partial<Parameters>, effects: Effects): Promise<Results> {
  const { data, symbols, from, to, preset, settings } = fillParameters('reinforcement-learning', defaults, parameters);
  const { declare, show, results } = pipelineScope(effects);

  // cell input
  const input = { data, symbols, from, to, preset, ...settings } as TrainerInput;

  // cell train
  type Curves = Map<string, readonly CurveRow[]>;
  const curveFigure = (curves: Curves, title: string, axis: string, pick: (row: CurveRow) => number | null) =>
    learningCurveFigure({
      id: title.toLowerCase().replaceAll(' ', '-'),
      title,
      axis,
      format: 'percent',
      description: `${axis} over environment steps: a line a seed, and their mean.`,
      seeds: [...curves].map(([name, rows]) => ({
        name,
        steps: rows.map(({ steps }) => steps),
        values: rows.map(pick),
      })),
    });
  const onValidation = (curves: Curves) =>
    curveFigure(
      curves,
      'Return on validation',
      'Return on validation',
      ({ validation }) => validation?.totalReturn ?? null,
    );
  const nameOf = ({ fold, seed }: { fold: number; seed: number }) => `fold ${fold + 1}, seed ${seed}`;
  const soFar: Curves = new Map();
  const live = liveFigure(effects, 500);
  const training = await trainPolicies(input, {
    ...effects,
    code: codeStamp(),
    onRow: (member, row) => {
      soFar.set(nameOf(member), [...(soFar.get(nameOf(member)) ?? []), row]);
      live.draw(() => onValidation(soFar));
    },
  });
  live.end();
  const curves: Curves = new Map(training.members.map((member) => [nameOf(member), member.curve]));
  show(onValidation(curves));

  // cell measure
  const play: Play = (strategy, span) =>
    playAccounts({ ...training.spec, ...span, strategies: [strategy] }, effects);
  const evaluation = await evaluatePolicies(training, play, effects);
  // One of them with every decision recorded, so that it can be looked into and verified.
  const lastTest = evaluation.tests[evaluation.tests.length - 1]!;
  const shown = training.members.find((member) => member.fold === evaluation.tests.length - 1)!;
  const recorded = await runReplay(
    {
      ...training.spec,
      symbols: symbols.slice(0, 1),
      ...lastTest,
      strategies: [{ id: 'rl', parameters: { bundle: shown.folder } }],
    },
    { ...effects, trial: false },
  );
  declare({
    training: training.file.train,
    kernel: training.file.kernel.name,
    features: [...training.file.features.used],
    bundles: training.members.map(({ bundle }) => bundle),
    recorded: recorded.row.run,
    market: { ...evaluation.market },
    ...Object.fromEntries(
      evaluation.contenders.map(({ name, over, excess }) => [
        name,
        {
          annualised: over.annualisedReturn && { ...over.annualisedReturn },
          sharpe: over.sharpeAnnual && { ...over.sharpeAnnual },
          turnover: over.turnoverAnnual!.mean,
          excess: excess && { ...excess },
        },
      ]),
    ),
  });

  return results();
}
