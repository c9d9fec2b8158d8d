import { expect, test } from 'vitest';
import { randomFloat, randomInit, randomNormal } from '../../lib/core/index.js';
import { actorCritic } from '../../lib/rl/actor-critic.js';
import { adamInit } from '../../lib/rl/adam.js';
import { type KernelName, openKernel } from '../../lib/rl/index.js';
import { orthogonalNetwork } from '../../lib/rl/init-orthogonal.js';
import type { Kernel } from '../../lib/rl/kernel.js';
import { openJsKernel } from '../../lib/rl/kernel-js.js';
import { normaliseAdvantages } from '../../lib/rl/ppo-loss.js';
import { ppoUpdate } from '../../lib/rl/ppo-update.js';
import type { Rollout } from '../../lib/rl/rollout.js';
import { drawsFrom, float32s } from './support/draws.js';
import { golden, type NetworksText, networkDistance, networks } from './support/golden.js';

interface Case {
  readonly name: string;
  readonly size: number;
  readonly actions: number;
  readonly policy: readonly number[];
  readonly value: readonly number[];
  readonly steps: number;
  readonly envs: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly activation?: 'relu';
  readonly rate?: number;
  readonly entropy?: number;
  readonly valueClip?: number;
  readonly clip?: number;
  readonly kl?: number;
  readonly rawAdvantages?: boolean;
  readonly maxNorm?: number;
  readonly masked?: boolean;
  readonly orders: readonly (readonly number[])[];
  readonly before: NetworksText;
  readonly after: NetworksText;
  readonly lastGradient: NetworksText;
  readonly norms: readonly number[];
  readonly logProbabilities: string;
  readonly oldValues: string;
  readonly returns: string;
  readonly log: Readonly<Record<'policyLoss' | 'valueLoss' | 'entropy' | 'kl' | 'clipFraction', number>>;
}

/** The learner of a case, on any kernel, with its rollout filled as make.py fills its buffer. */
function learner(one: Case, kernel: Kernel) {
  const activation = one.activation ?? 'tanh';
  const agent = actorCritic(kernel, {
    observationSize: one.size,
    actionCount: one.actions,
    activation,
    policyWidths: one.policy,
    valueWidths: one.value,
  });
  const optimiser = adamInit(kernel, agent.parameterCount);
  const size = one.steps * one.envs;
  const observations = kernel.reserve(size * agent.observationStride);
  const draws = drawsFrom(one.seed);
  const weightCount = [...networks(one.before, activation).policy.layers, ...networks(one.before, activation).value.layers];
  for (const layer of weightCount) for (let i = 0; i < layer.weight.length + layer.bias.length; i++) draws.integer();
  for (let row = 0; row < size; row++) {
    for (let j = 0; j < one.size; j++) kernel.floats[observations + row * agent.observationStride + j] = draws.one();
  }
  const actions = Int32Array.from({ length: size }, () => draws.integer() % one.actions);
  let masks: Uint8Array | null = null;
  if (one.masked) {
    masks = Uint8Array.from({ length: size * one.actions }, () => (draws.integer() % 3 !== 0 ? 1 : 0));
    for (const [row, action] of actions.entries()) masks[row * one.actions + action] = 1;
  }
  for (let i = 0; i < 2 * size; i++) draws.integer();
  const rollout: Rollout = {
    steps: one.steps,
    count: one.envs,
    size,
    observations,
    actions,
    masks,
    logProbabilities: float32s(one.logProbabilities),
    values: float32s(one.oldValues),
    advantages: Float32Array.from({ length: size }, () => draws.one()),
    returns: float32s(one.returns),
    rewards: new Float32Array(size),
    starts: new Uint8Array(size),
    nextStarts: new Uint8Array(one.envs),
  };
  agent.write(networks(one.before, activation));
  const update = ppoUpdate(agent, optimiser, {
    minibatchSize: one.batch,
    epochs: one.epochs,
    normaliseAdvantage: one.rawAdvantages !== true,
    maxGradientNorm: one.maxNorm ?? 0.5,
    targetKl: one.kl ?? null,
  });
  const weights = { clipRange: one.clip ?? 0.2, valueClipRange: one.valueClip ?? null, entropyWeight: one.entropy ?? 0, valueWeight: 0.5 };
  return { agent, optimiser, rollout, update, weights };
}

const cases = golden<{ cases: Case[] }>('update').cases;
const kernels: readonly KernelName[] = ['simd-fma', 'simd', 'js'];

test.each(cases.flatMap((one) => kernels.map((kernel) => ({ one, name: one.name, kernel }))))(
  'an update gives the weights, losses and gradients of stable-baselines3: $name ($kernel)',
  ({ one, kernel: kernelName }) => {
    const { agent, optimiser, rollout, update, weights } = learner(one, openKernel(kernelName));
    const stats = update(rollout, (epoch) => Int32Array.from(one.orders[epoch]!), one.rate ?? 3e-4, weights);
    expect(stats.optimiserSteps).toBe(one.norms.length);
    expect(stats.stopped).toBe(one.kl !== undefined);
    for (const [name, value] of Object.entries(one.log)) {
      expect(Math.abs(stats[name as keyof Case['log']] - value), name).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
    }
    const meanNorm = one.norms.reduce((sum, norm) => sum + norm, 0) / one.norms.length;
    expect(Math.abs(stats.gradientNorm - meanNorm)).toBeLessThan(1e-5 * Math.max(1, meanNorm));
    const activation = one.activation ?? 'tanh';
    // After a step of rate r a weight is known to about r times the relative error of a gradient near 0.
    expect(networkDistance(agent.read(), networks(one.after, activation))).toBeLessThan(one.rate === undefined ? 1e-6 : 1e-5);
    if (one.kl === undefined) {
      // The optimiser's block still holds the gradient of the last minibatch.
      agent.kernel.floats.copyWithin(agent.parameters, optimiser.gradient, optimiser.gradient + agent.parameterCount);
      expect(networkDistance(agent.read(), networks(one.lastGradient, activation))).toBeLessThan(5e-6);
    }
  },
);

test('the KL limit ends an update before the step', () => {
  const one = cases.find((each) => each.kl !== undefined)!;
  expect(one.norms.length).toBeGreaterThan(4);
  expect(one.norms.length).toBeLessThan((one.epochs * one.steps * one.envs) / one.batch);
  const { agent, rollout, update, weights } = learner({ ...one, kl: 1e-9 }, openKernel('simd'));
  const before = agent.read();
  expect(update(rollout, (epoch) => Int32Array.from(one.orders[epoch]!), 1, weights)).toMatchObject({ optimiserSteps: 0, stopped: true });
  expect(networkDistance(agent.read(), before)).toBe(0);
});

test.each(cases.filter((one) => one.activation !== 'relu'))(
  'the gradient is that of the loss, by finite differences over every block of parameters: $name',
  (original) => {
    // One minibatch of all samples, in float64; the mean of the losses before any step is what `update` reports.
    const one: Case = { ...original, batch: original.steps * original.envs, epochs: 1, kl: 1e-12 };
    const { agent, optimiser, rollout, update, weights } = learner(one, openJsKernel('double'));
    const all = Int32Array.from({ length: rollout.size }, (_, i) => i);
    const loss = () => {
      const stats = update(rollout, () => all, 0, weights);
      return stats.policyLoss - weights.entropyWeight * stats.entropy + weights.valueWeight * stats.valueLoss;
    };
    loss();
    const floats = agent.kernel.floats;
    const gradient = floats.slice(optimiser.gradient, optimiser.gradient + agent.parameterCount);
    const h = 1e-5;
    const real = agent.read();
    const count = [...real.policy.layers, ...real.value.layers].reduce((sum, layer) => sum + layer.weight.length + layer.bias.length, 0);
    let checked = 0;
    const share = agent.parameterCount > 1000 ? 1 / 70 : 0.99;
    for (let i = 0; i < agent.parameterCount; i++) {
      const at = agent.parameters + i;
      // Padding is 0, drawn weights never are; of a large network every 61st weight.
      if (floats[at] === 0 || (agent.parameterCount > 1000 && i % 61 !== 0)) continue;
      const kept = floats[at]!;
      floats[at] = kept + h;
      const above = loss();
      floats[at] = kept - h;
      const below = loss();
      floats[at] = kept;
      expect(Math.abs((above - below) / (2 * h) - gradient[i]!)).toBeLessThan(2e-6 * Math.max(1, Math.abs(gradient[i]!)));
      checked++;
    }
    expect(checked).toBeGreaterThan(share * count);
  },
  20_000,
);

test('padding stays zero through updates', () => {
  const one = cases[1]!;
  const { agent, rollout, update, weights } = learner(one, openKernel('simd-fma'));
  update(rollout, (epoch) => Int32Array.from(one.orders[epoch]!), 1e-2, weights);
  const networksAfter = agent.read();
  const again = new Float64Array(agent.kernel.floats.subarray(agent.parameters, agent.parameters + agent.parameterCount));
  agent.kernel.clear(agent.parameters, agent.parameterCount);
  agent.write(networksAfter);
  expect(new Float64Array(agent.kernel.floats.subarray(agent.parameters, agent.parameters + agent.parameterCount))).toEqual(again);
});

test('advantages: sample deviation, and one alone stays', () => {
  const two = Float64Array.of(1, 3, 99);
  normaliseAdvantages(two, 2);
  expect(two[0]).toBeCloseTo(-1 / Math.SQRT2, 7); // (1 - 2) / sqrt(2)
  expect(two[2]).toBe(99);
  const alone = Float64Array.of(5);
  normaliseAdvantages(alone, 1);
  expect(alone[0]).toBe(5);
});

test('orthogonal weights: rows or columns orthonormal times the gain, biases 0, entries as normal draws spread them', () => {
  const network = orthogonalNetwork([48, 64, 32, 5], 'tanh', 0.01, randomInit(5, 'weights'));
  network.layers.forEach(({ inputs, outputs, weight, bias }, i) => {
    const gain = i === 2 ? 0.01 : Math.SQRT2;
    expect(bias.every((b) => b === 0)).toBe(true);
    const [count, length] = [Math.min(inputs, outputs), Math.max(inputs, outputs)];
    const entry = (vector: number, k: number) => (inputs >= outputs ? weight[vector * inputs + k]! : weight[k * inputs + vector]!);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let dot = 0;
        for (let k = 0; k < length; k++) dot += (entry(a, k) / gain) * (entry(b, k) / gain);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 6);
      }
    }
    const mean = weight.reduce((sum, w) => sum + w, 0) / weight.length;
    expect(Math.abs(mean)).toBeLessThan((5 * gain) / Math.sqrt(length * weight.length));
  });
  const signs = Array.from({ length: 400 }, (_, seed) =>
    Math.sign(orthogonalNetwork([1, 1], 'tanh', 1, randomInit(seed)).layers[0]!.weight[0]!),
  );
  expect(Math.abs(signs.reduce((sum, sign) => sum + sign, 0))).toBeLessThan(80); // both signs: 4 standard errors
});

test('a random draw never takes an action of probability 0', async () => {
  const { sampleAction, softmax, softmaxOf } = await import('../../lib/rl/sampling.js');
  const row = softmaxOf(4);
  const random = randomInit(1);
  const logits = Float32Array.from([0.5, 2, -1, 0.3]);
  const seen = [0, 0, 0, 0];
  softmax(row, logits, 0, Uint8Array.of(1, 0, 1, 1), 0);
  for (let i = 0; i < 20_000; i++) seen[sampleAction(row, random)]!++;
  expect(seen[1]).toBe(0);
  const e = [0, 2, 3].map((a) => Math.exp(logits[a]!));
  const total = e.reduce((sum, x) => sum + x, 0);
  [0, 2, 3].forEach((a, i) => {
    expect(Math.abs(seen[a]! / 20_000 - e[i]! / total)).toBeLessThan(0.015);
  });
  expect(randomFloat(random)).toBeLessThan(1);
  expect(randomNormal(random)).not.toBeNaN();
});
