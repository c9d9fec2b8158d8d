/** Policies that stable-baselines3 2.9.2 saved answer here as they do there: logits, actions, and the normaliser to the bit. */
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { sha256 } from '../../lib/core/index.js';
import { networkOutputs } from '../../lib/rl/forward.js';
import { importSb3, loadBundle, networkInputs, policyLogits, saveBundle } from '../../lib/rl/index.js';
import { readSb3Model } from '../../lib/rl/sb3-model.js';
import { readVecNormalize } from '../../lib/rl/sb3-normaliser.js';
import { goldenBytes, goldenPath, sb3Answers, sb3Observations } from './sb3-files.js';

const answers = sb3Answers();
const observations = sb3Observations();
const imported = (name: string) => importSb3({ model: goldenPath(`${name}.zip`), normaliser: goldenPath(`${name}.pkl`) });
const argmax = (logits: Float32Array, row: number): number => {
  const five = [...logits.subarray(5 * row, 5 * row + 5)];
  return five.indexOf(Math.max(...five));
};

test.each([...answers.keys()])('%s: 1,000 observations', (name) => {
  const { bundle } = imported(name);
  const expected = answers.get(name)!;
  expect(bundle.normaliser).toEqual({
    mean: Float64Array.from(expected.mean),
    variance: Float64Array.from(expected.variance),
    count: expected.count,
    clip: 10,
    epsilon: 1e-8,
  });
  const inputs = networkInputs(bundle, observations, 14);
  expect(sha256(new Uint8Array(inputs.buffer))).toBe(expected.normalisedSha256);
  const logits = policyLogits(bundle, observations);
  let apart = 0;
  for (let i = 0; i < logits.length; i++) apart = Math.max(apart, Math.abs(logits[i]! - expected.logits[i]!));
  expect(apart).toBeLessThan(1e-5);
  for (let row = 0; row < 1000; row++) expect(argmax(logits, row)).toBe(argmax(expected.logits, row));
  const values = networkOutputs(bundle.value!, inputs.subarray(0, 1400));
  for (let i = 0; i < 100; i++) expect(values[i]).toBeCloseTo(expected.values[i]!, 4);
});

test('the activation is read from the model, and it matters', () => {
  expect(imported('tanh64').bundle.policy.activation).toBe('tanh');
  const { bundle } = imported('relu32-16');
  expect(bundle.policy.activation).toBe('relu');
  expect(bundle.policy.layers.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
    [14, 32],
    [32, 16],
    [16, 5],
  ]);
  const wrong = networkOutputs({ ...bundle.policy, activation: 'tanh' }, networkInputs(bundle, observations, 14));
  expect(Math.abs(wrong[0]! - answers.get('relu32-16')!.logits[0]!)).toBeGreaterThan(1e-3);
});

test('every pickle protocol, and the module names of numpy 1, give the same statistics', () => {
  const expected = readVecNormalize(goldenBytes('tanh64.pkl'));
  for (const file of ['tanh64-protocol2.pkl', 'tanh64-protocol3.pkl', 'tanh64-protocol5.pkl', 'tanh64-numpy1.pkl']) {
    expect(readVecNormalize(goldenBytes(file))).toEqual(expected);
  }
});

test.each(['gym-0.21.pkl', 'gym-0.25.pkl'])('%s: an old gym with its random generators', (file) => {
  // printed by test/rl/golden/sb3/old_gym.py
  const { mean, count } = readVecNormalize(goldenBytes(file))!;
  expect([mean[0], mean[1], count, mean.length]).toEqual([0.04611709283366966, 0.1037058358559727, 258.0001, 14]);
});

test('an environment saved without normalised observations has no statistics, and the import says so', () => {
  const { bundle, features } = importSb3({ model: goldenPath('tanh64.zip'), normaliser: goldenPath('not-normalised.pkl') });
  expect(bundle.normaliser).toBeNull();
  expect(features).toEqual([]);
  expect(bundle.source).toMatchObject({ normalised: false });
});

test('a deflated archive is the same model', () => {
  const bytes = goldenBytes('tanh64.zip');
  expect(readSb3Model(zipSync(unzipSync(bytes), { level: 9 }))).toEqual(readSb3Model(bytes));
});

test('dead and saturated features are reported', () => {
  const { features } = imported('tanh64');
  const states = Object.fromEntries(features.map(({ name, state }) => [name, state]));
  expect(states).toMatchObject({
    close: 'saturated',
    high: 'saturated',
    low: 'saturated',
    canSellRatio: 'constant',
    rsi14: 'ok',
    body: 'ok',
  });
  const last = features.at(-1)!;
  expect(last.sigmasPerHundredth).toBeGreaterThan(30);
  expect(last.why).toMatch(/^always 1 in training: .* sigmas, cut to 10$/);
});

test('the bundle names both files by hash, keeps its samples, and survives its folder', () => {
  const { bundle, samples } = imported('tanh64');
  expect(bundle.source).toEqual({
    kind: 'stable-baselines3',
    version: '2.9.2',
    trainedSteps: 4096,
    seed: 1,
    model: { file: 'tanh64.zip', bytes: goldenBytes('tanh64.zip').length, sha256: sha256(goldenBytes('tanh64.zip')) },
    normaliser: { file: 'tanh64.pkl', bytes: goldenBytes('tanh64.pkl').length, sha256: sha256(goldenBytes('tanh64.pkl')) },
    normalised: true,
  });
  const folder = join(mkdtempSync(join(tmpdir(), 'hindcast-sb3-')), 'policy');
  saveBundle(folder, bundle);
  const again = loadBundle(folder);
  expect(again).toEqual(bundle);
  expect(samples).toHaveLength(5);
  for (const { observation, logits, action } of samples) {
    expect([...policyLogits(again, Float32Array.from(observation))]).toEqual(logits);
    expect(again.actions.rows[logits.indexOf(Math.max(...logits))]!.name).toBe(action);
  }
});

test('what does not fit is refused by name', () => {
  const model = goldenPath('tanh64.zip');
  const normaliser = goldenPath('tanh64.pkl');
  expect(() => importSb3({ model })).toThrow(/normaliser that belongs to tanh64.zip.*beside the model lie:.*tanh64\.pkl/s);
  const alone = join(mkdtempSync(join(tmpdir(), 'hindcast-sb3-')), 'final_model.zip');
  copyFileSync(model, alone);
  expect(() => importSb3({ model: alone })).toThrow(/no \.pkl file lies beside the model/);
  expect(() => importSb3({ model: `${alone}.no`, normaliser })).toThrow(/no such file/);
  expect(() => importSb3({ model, normaliser: goldenPath('dict.pkl') })).toThrow(/a Dict observation/);
  expect(() => importSb3({ model: goldenPath('continuous.zip'), normaliser })).toThrow(/a Discrete action space, got <class '.*Box'>/);
  expect(() => importSb3({ model, normaliser: model })).toThrow(/pickle of protocol 2 to 5/);
  expect(() => importSb3({ model: normaliser, normaliser })).toThrow(/a ZIP archive/);
  expect(() => importSb3({ model, normaliser, schema: 'scale-free-v1' })).toThrow(
    /policy of the 18 features of scale-free-v1, got one of 14/,
  );
  expect(() => importSb3({ model, normaliser, schema: 'no-such' })).toThrow(/ashare14/);
  expect(() => importSb3({ model, normaliser, actions: 'allInOut' })).toThrow(/head of policy to be of 3 outputs, got 5/);
});
