/** A whole training as a user runs it: five seeds over all cores, walk-forward, the intervals of the seeds; and five minutes of bars within the day. */
import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/core/index.js';
import { playAccounts } from '../../lib/replay/index.js';
import { evaluatePolicies, loadBundle, type Play, trainPolicies } from '../../lib/rl/index.js';
import { outcomeOf } from '../../lib/rl/train-validate.js';
import { code } from '../rl/support/some-code.js';

const clock = systemClock();
const folder = (): string => mkdtempSync(join(tmpdir(), 'hindcast-slow-train-'));
const bank = { symbols: ['000001.SZ'], from: '2007-06-21', to: '2020-06-30', kernel: 'deterministic' as const };

test('five seeds at the defaults use all cores, and give what one thread gives', async () => {
  const input = { ...bank, totalSteps: 49_152 };
  const begun: number[] = [];
  const all = await trainPolicies(input, { clock, code, resultsDir: folder(), onRow: ({ seed }) => begun.push(seed) });
  const threads = Math.min(5, availableParallelism());
  expect(all.trained.threads).toBe(threads);
  // Each thread is at work before any seed has ended: 3 iterations make one.
  const ended = begun.findIndex((seed, i) => begun.slice(0, i).filter((other) => other === seed).length === 2);
  expect(new Set(begun.slice(0, ended + 1)).size).toBe(threads);
  const one = await trainPolicies(input, { clock, code, resultsDir: folder(), threads: 1 });
  expect(one.members.map(({ bundle }) => bundle)).toEqual(all.members.map(({ bundle }) => bundle));
  const rate = ({ trained }: typeof all): string => `${Math.round(trained.steps / trained.seconds)} steps/s on ${trained.threads} threads`;
  console.log(`${rate(all)}, ${rate(one)}`);
}, 300_000);

test('bars within the day: the sellable fraction varies, is kept, and the loop gives what the environment gives', async () => {
  const resultsDir = folder();
  const training = await trainPolicies(
    {
      data: 'embedded:cn-5m',
      symbols: ['600036.SH'],
      from: '2017-06-20',
      to: '2017-11-17',
      preset: 'quick',
      seeds: 2,
      kernel: 'deterministic',
    },
    { clock, code, resultsDir },
  );
  expect(training.file.features.used).toContain('sellableFraction');
  expect(training.spec.decisionPoint).toBe('every');
  const play: Play = (strategy, span) => playAccounts({ ...training.spec, ...span, strategies: [strategy] }, {});
  const { contenders } = await evaluatePolicies(training, play, { clock, resultsDir, trial: false });
  console.log(contenders.map(({ name, over }) => `${name} ${((over.annualisedReturn?.mean ?? 0) * 100).toFixed(1)} %`).join(', '));
  const { plan, members, spec, file } = training;
  const market = plan.ground.market([plan.ground.folds[0]!.test], plan.features);
  const played = await play({ id: 'rl', parameters: { bundle: members[0]!.folder } }, file.folds[0]!.test);
  const { policy, value, normaliser } = loadBundle(members[0]!.folder);
  const env = outcomeOf({ policy, value: value!, normaliser }, plan.ground.options(market), 'simd');
  const last = played.equityMinor[played.equityMinor.length - 1]!;
  expect(last).toBeCloseTo(100 * spec.initialCash * (1 + env.totalReturn), 4);
}, 300_000);
