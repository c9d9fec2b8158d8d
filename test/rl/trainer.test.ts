/** The trainer: its settings, the same bundle whatever threads or stops there were, its files, its evaluation through the loop. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manualClock } from '../../lib/core/index.js';
import { openLedger } from '../../lib/jobs/index.js';
import { playAccounts } from '../../lib/replay/index.js';
import {
  evaluatePolicies,
  loadBundle,
  planTraining,
  readCurve,
  readTrainFile,
  settingLines,
  type TrainerInput,
  trainerPresets,
  trainerSettings,
  trainPolicies,
  writeTrainFile,
} from '../../lib/rl/index.js';
import type { CurveRow } from '../../lib/rl/train-curve.js';
import { trainMember } from '../../lib/rl/train-member.js';
import { outcomeOf } from '../../lib/rl/train-validate.js';
import { openTrials } from '../../lib/stats/index.js';
import { code } from './support/some-code.js';

const clock = manualClock(1_700_000_000_000);
const folder = (): string => mkdtempSync(join(tmpdir(), 'hindcast-train-'));
const universe = { symbols: ['000001.SZ'], from: '2014-01-02', to: '2020-06-30' };
const input: TrainerInput = {
  ...universe,
  preset: 'quick',
  seeds: 2,
  environments: 4,
  totalSteps: 4 * 64 * 6,
  ppo: { stepsPerRollout: 64, minibatchSize: 64, epochs: 2, policyWidths: [16], valueWidths: [16] },
  checkpointEvery: 2,
  kernel: 'deterministic',
};
const bare = { symbols: ['A'], from: '2020-01-01', to: '2020-12-31' };

test('settings: presets under what is given, every key described, a wrong key answered with the nearest one', () => {
  expect(trainerSettings(bare)).toMatchObject({ seeds: 5, totalSteps: 500_000, ppo: { stepsPerRollout: 2048, minibatchSize: 64 } });
  const quick = trainerSettings({ ...bare, preset: 'quick', ppo: { gamma: 0.5 } });
  expect(quick.ppo).toMatchObject({ gamma: 0.5, epochs: 5, lambda: 0.95, normalise: { observationClip: 10 } });
  expect(trainerSettings({ ...bare, preset: 'legacy' })).toMatchObject({ schema: 'ashare14', reward: 'legacy' });
  for (const { name } of trainerPresets()) expect(() => trainerSettings({ ...bare, preset: name })).not.toThrow();
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ totalStep: 5 }, /got "totalStep"\. Did you mean totalSteps\?/],
    [{ ppo: { learnigRate: 1 } }, /got "ppo\.learnigRate"\. Did you mean ppo\.learningRate\?/],
    [{ preset: 'quik' }, /Did you mean quick\?/],
    [{ schema: 'ashare15' }, /wrong "schema": expected one of scale-free-v1, ashare14/],
    [{ seeds: 0 }, /wrong "seeds"/],
    [{ ppo: { gamma: 1.5 } }, /wrong "ppo\.gamma"/],
    [{ from: '2021-01-01' }, /expected from <= to/],
  ];
  for (const [given, says] of wrong) expect(() => trainerSettings({ ...bare, ...given }), JSON.stringify(given)).toThrow(says);
  const lines = settingLines();
  expect(lines).toContainEqual(expect.stringMatching(/^ppo\.gamma {2}.*\(default 0\.99\)$/));
  expect(lines.filter((line) => /^\S+ {2}( |$)/.test(line)).length).toBeLessThan(20);
});

test('what can not be trained on is refused before anything is written', () => {
  const refused: [Partial<TrainerInput>, RegExp][] = [
    [{ symbols: ['000300.SH'] }, /index 000300\.SH/],
    [{ symbols: ['NOPE'] }, /expected a symbol of embedded:cn, got NOPE/],
    [{ from: '2020-06-01' }, /sessions or more to train on/],
    [{ features: ['ret1', 'nope'] }, /got nope/],
    [{ actions: 'seedSix' }, /expected one of seedFive/],
    [{ risk: '/no/such/file' }, /riskSettings/],
  ];
  for (const [given, says] of refused) expect(() => planTraining({ ...input, ...given }), JSON.stringify(given)).toThrow(says);
});

test('two threads, one thread, and stops on the way give the same bundles to the byte; a finished seed is not trained again', async () => {
  const whole = folder();
  const rows: string[] = [];
  const first = await trainPolicies(input, {
    clock,
    code,
    resultsDir: whole,
    threads: 2,
    onRow: ({ seed }, row) => rows.push(`${seed}/${row.iteration}`),
  });
  expect(first.interrupted).toBe(false);
  expect(rows.sort()).toEqual([1, 2].flatMap((seed) => [1, 2, 3, 4, 5, 6].map((i) => `${seed}/${i}`)));
  expect(new Set(first.members.map(({ bundle }) => bundle)).size).toBe(2);
  const again = await trainPolicies(input, { clock, code, resultsDir: whole });
  expect(again.trained.steps).toBe(0);
  expect(again.members).toEqual(first.members);

  // Stopped after each second iteration, each time from a fresh start of the program as far as the training knows.
  const stopped = folder();
  const { ground, ...plan } = planTraining(input);
  for (const member of plan.members) {
    let result = null;
    for (let turn = 0; turn < 10 && result === null; turn++) {
      let left = 2;
      result = trainMember({ ...plan, code: code.code.treeHash }, member, planTraining(input).ground, join(stopped, plan.train), {
        stopped: () => --left === 0,
      });
      expect(existsSync(join(stopped, plan.train, `seed-${member.seed}`, 'checkpoint.json'))).toBe(result === null);
    }
    const straight = first.members.find(({ seed }) => seed === member.seed)!;
    expect(result).toMatchObject({ bundle: straight.bundle, kept: straight.kept });
    const of = (base: string) => join(base, plan.train, `seed-${member.seed}`);
    expect(readFileSync(join(of(stopped), 'curve.jsonl'), 'utf8')).toBe(readFileSync(join(of(whole), 'curve.jsonl'), 'utf8'));
    for (const file of readdirSync(join(of(whole), 'bundle'))) {
      expect(readFileSync(join(of(stopped), 'bundle', file))).toEqual(readFileSync(join(of(whole), 'bundle', file)));
    }
  }
  expect(ground.folds).toHaveLength(1);
});

test('a signal leaves checkpoints and the same call goes on; the task ledger tells both', async () => {
  const straight = await trainPolicies({ ...input, seeds: 1 }, { clock, code, resultsDir: folder() });
  const resultsDir = folder();
  const ledger = openLedger(resultsDir, { clock });
  const abort = new AbortController();
  const effects = { clock, code, resultsDir, tasks: () => ledger };
  const seen: CurveRow[] = [];
  const first = await trainPolicies(
    { ...input, seeds: 1 },
    {
      ...effects,
      signal: abort.signal,
      onRow(_member, row) {
        seen.push(row);
        abort.abort();
      },
    },
  );
  expect(first).toMatchObject({ interrupted: true, members: [], file: { status: 'interrupted' } });
  expect(ledger.tasks()[0]).toMatchObject({ kind: 'train', state: 'interrupted' });
  const second = await trainPolicies({ ...input, seeds: 1 }, effects);
  expect(second.members[0]!.bundle).toBe(straight.members[0]!.bundle);
  expect(second.members[0]!.curve).toEqual(straight.members[0]!.curve);
  expect(ledger.tasks()[0]).toMatchObject({ state: 'done', progress: 1 });
  expect(seen.length).toBeGreaterThan(0);
  ledger.close();
});

test('a bundle says what made it; the environment and the honest loop agree on what it earns, to the minor unit', async () => {
  const resultsDir = folder();
  const training = await trainPolicies(input, { clock, code, resultsDir });
  const { file, plan, members, folder: at } = training;
  const bundle = loadBundle(members[0]!.folder);
  expect(bundle.name).toBe('policy-s1');
  expect(bundle.source).toMatchObject({
    train: plan.train,
    seed: 1,
    kernel: { name: 'simd', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    data: { '000001.SZ': expect.stringMatching(/^[0-9a-f]{64}$/) },
    test: file.folds[0]!.test,
  });
  expect(file.features.probe.constant).toEqual(['sellableFraction']);
  expect(bundle.schema.features.map(({ name }) => name)).not.toContain('sellableFraction');
  expect(readCurve(join(at, 'seed-1'))).toEqual(members[0]!.curve);

  const play = (strategy: { id: string; parameters: Record<string, string | number> }, span: { from: string; to: string }) =>
    playAccounts({ data: 'embedded:cn', symbols: universe.symbols, ...span, strategies: [strategy] }, {});
  const evaluation = await evaluatePolicies(training, play, { clock, resultsDir });
  members.forEach(({ folder: bundleAt }, i) => {
    const { policy, value, normaliser } = loadBundle(bundleAt);
    const market = plan.ground.market([plan.ground.folds[0]!.test], plan.features);
    const env = outcomeOf({ policy, value: value!, normaliser }, plan.ground.options(market), 'simd');
    expect(evaluation.contenders[0]!.figures[i]!.totalReturn).toBeCloseTo(env.totalReturn, 10);
  });
  expect(evaluation.contenders.map(({ name }) => name)).toEqual(['policy (PPO)', 'buy-and-hold', 'sma-cross', 'random-same-turnover']);
  const [policy, , , luck] = evaluation.contenders;
  expect(policy!.over.annualisedReturn!.count).toBe(2);
  expect(Math.abs(luck!.over.exposure!.mean - policy!.over.exposure!.mean)).toBeLessThan(0.2);
  const trials = openTrials(resultsDir).rows;
  expect(trials.map(({ kind, seed, configHash }) => [kind, seed, configHash])).toEqual([
    ['training', 1, file.configHash],
    ['training', 2, file.configHash],
  ]);
  expect(readTrainFile(at)!.status).toBe('done');
});

test('early stopping looks at validation and keeps the best policy', async () => {
  const { members } = await trainPolicies(
    { ...input, seeds: 1, totalSteps: 4 * 64 * 40, earlyStop: { patience: 3 } },
    { clock, code, resultsDir: folder() },
  );
  const { curve, kept, stoppedBy, iterations } = members[0]!;
  const best = curve.reduce((a, b) => (b.validation!.totalReturn > a.validation!.totalReturn ? b : a));
  expect(kept).toEqual({ iteration: best.iteration, steps: best.steps, score: best.validation!.totalReturn });
  expect(stoppedBy).toBe('patience');
  expect(iterations).toBe(kept.iteration + 3);
});

test('folds of a walk-forward each have policies of their own, tested one after another', async () => {
  const resultsDir = folder();
  const training = await trainPolicies(
    { ...input, seeds: 1, totalSteps: 4 * 64, folds: { count: 2 }, split: { test: 0.4, validation: 0.1, purge: 3, embargo: 5 } },
    { clock, code, resultsDir },
  );
  expect(training.members.map(({ fold, seed }) => [fold, seed])).toEqual([
    [0, 1],
    [1, 1],
  ]);
  expect(existsSync(join(training.folder, 'fold-2', 'seed-1', 'bundle', 'bundle.json'))).toBe(true);
  const play = (strategy: { id: string; parameters: Record<string, string | number> }, span: { from: string; to: string }) =>
    playAccounts({ data: 'embedded:cn', symbols: universe.symbols, ...span, strategies: [strategy] }, {});
  const evaluation = await evaluatePolicies(training, play, { clock, resultsDir, trial: false });
  expect(evaluation.tests).toHaveLength(2);
  expect(evaluation.curves.date).toHaveLength(evaluation.sessions);
  expect(existsSync(join(resultsDir, 'trials.jsonl'))).toBe(false);
});

test("the time of seeds that another code taught is not counted as this one's", async () => {
  const resultsDir = folder();
  const short = { ...input, seeds: 1, totalSteps: 4 * 64 };
  const { folder: at } = await trainPolicies(short, { clock, code, resultsDir });
  const file = readTrainFile(at)!;
  const secondsUnder = async (treeHash: string): Promise<number> => {
    writeTrainFile(at, { ...file, status: 'running', stamp: { ...file.stamp, seconds: 1e9 } });
    await trainPolicies(short, { clock, code: { ...code, code: { ...code.code, treeHash } }, resultsDir });
    return readTrainFile(at)!.stamp.seconds!;
  };
  expect(await secondsUnder(code.code.treeHash)).toBeGreaterThanOrEqual(1e9);
  expect(await secondsUnder('of another')).toBeLessThan(1e9);
});

test('within the day a policy decides at every bar', () => {
  const minutes = planTraining({ data: 'embedded:cn-5m', symbols: ['600036.SH'], from: '2017-06-15', to: '2017-11-17', preset: 'quick' });
  expect(minutes.file).toMatchObject({ sessionsPerYear: 243, decisionsPerYear: 243 * 48 });
  expect(minutes.features).toContain('sellableFraction');
});

test('a risk file that changed is another training', () => {
  const path = join(folder(), 'risk.json');
  const hashWith = (content: unknown): string => {
    writeFileSync(path, JSON.stringify(content));
    return planTraining({ ...input, risk: path }).file.configHash;
  };
  const first = hashWith({ positionCap: 0.1 });
  expect(hashWith({ positionCap: 0.05 })).not.toBe(first);
  expect(hashWith({ positionCap: 0.1 })).toBe(first);
});
