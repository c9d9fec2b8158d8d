/** The learning part: a small training on a made market, judged on sessions that it never saw. */
import { dateOf } from '../../core/index.js';
import { labMarket, labPreset } from '../../feeds/index.js';
import { codeStamp } from '../../replay/index.js';
import { trainPolicies } from '../../rl/index.js';
import { partResult, stage, TourInterrupted, type TourPart } from './part.js';

const PRESET = 'clear';
const SEED = 1;
const FROM = '2018-06-01';
const TO = '2022-11-30';

export const rl: TourPart = {
  title: `Reinforcement learning: PPO on one made-up stock of lab:${PRESET}, judged on sessions that it never saw`,
  accounts: 3,
  async run(effects) {
    const { data, truth } = labMarket(labPreset(PRESET), SEED);
    const { symbol } = data.instruments.find(({ kind, listedOn }) => kind === 'stock' && (listedOn ?? 0) <= truth.sessions[0]!)!;
    const source = `lab:${PRESET}@${SEED}`;
    const training = await trainPolicies(
      { preset: 'quick', name: 'tour', data: source, symbols: [symbol], from: FROM, to: TO, seeds: 2, totalSteps: 20_480 },
      { ...effects.replay, code: codeStamp(), data, progress: ({ done, total, at }) => effects.progress('train', done / total, at) },
    );
    if (training.interrupted) throw new TourInterrupted();
    effects.done();
    const { file, members, trained, spec } = training;
    const [{ test }] = file.folds as [(typeof file.folds)[number]];
    const play = stage(effects, data, { data: spec.data, symbols: [symbol], ...test });
    const results = [
      await play([{ id: 'rl', parameters: { bundle: members[0]!.folder } }], 'account'),
      await play([{ id: 'buy-and-hold' }], 'account'),
    ];
    const part = partResult(results);
    const speed = trained.steps === 0 ? 'trained before' : `${Math.round(trained.steps / trained.seconds).toLocaleString('en-US')} steps/s`;
    return {
      ...part,
      summaries: part.summaries.map((summary, i) => (i === 0 ? { ...summary, strategy: `PPO, seed ${members[0]!.seed}` } : summary)),
      notes: [
        ...part.notes,
        `Two seeds of ${file.settings.totalSteps.toLocaleString('en-US')} steps until ${dateOf(training.plan.ground.sessions[training.plan.ground.folds[0]!.validation![1] - 1]!)}: ${speed}, kernel ${file.kernel.name}. So short a training shows the way, not a policy to trade.`,
        'A whole one, its curves and intervals over five seeds: hindcast train --preset quick, or notebooks/03-reinforcement-learning.ipynb',
      ],
    };
  },
};
