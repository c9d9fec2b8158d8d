import { expect, test } from 'vitest';
import { randomInit } from '../../lib/core/index.js';
import { actorCritic } from '../../lib/rl/actor-critic.js';
import { estimateAdvantages } from '../../lib/rl/advantage.js';
import { EpisodeLog } from '../../lib/rl/episode-log.js';
import type { VectorEnv } from '../../lib/rl/index.js';
import { createPpo, type KernelName, openKernel, type PpoSettings, ppoDefaults } from '../../lib/rl/index.js';
import { Normaliser } from '../../lib/rl/normaliser.js';
import { scheduled } from '../../lib/rl/ppo-settings.js';
import { collector } from '../../lib/rl/rollout.js';
import { tradeEnv } from '../bench/support/rl-trade-env.js';
import { drawsFrom, float32s, float64s, uint8s } from './support/draws.js';
import { golden, type NetworksText, networks } from './support/golden.js';
import { signalMarket } from './support/signal-market.js';

/** The scripted environments of test/rl/golden/ppo/make.py: whatever the actions. */
function scripted(): VectorEnv {
  const count = 3;
  const draws = Array.from({ length: count }, (_, i) => drawsFrom(100 + i));
  const observations = new Float32Array(count * 4);
  const finalObservations = new Float32Array(count * 4);
  const rewards = new Float32Array(count);
  const dones = new Uint8Array(count);
  const observe = (i: number) =>
    observations.set(
      [0, 0, 0, 0].map(() => draws[i]!.one()),
      i * 4,
    );
  return {
    count,
    observationSize: 4,
    actionCount: 2,
    observations,
    finalObservations,
    rewards,
    dones,
    reset: () => draws.forEach((_, i) => void observe(i)),
    step() {
      draws.forEach((draw, i) => {
        observe(i);
        rewards[i] = draw.one();
        const terminated = draw.integer() % 11 === 0;
        const truncated = draw.integer() % 7 === 0;
        dones[i] = terminated ? 1 : truncated ? 2 : 0;
        if (dones[i] === 0) return;
        finalObservations.set(observations.subarray(i * 4, i * 4 + 4), i * 4);
        observe(i);
      });
    },
    snapshot: () => null,
    restore: () => {},
  };
}

interface RolloutText {
  readonly observations: string;
  readonly rewards: string;
  readonly values: string;
  readonly advantages: string;
  readonly returns: string;
  readonly starts: string;
}

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
};

test('two rollouts hold what those of stable-baselines3 hold: normalised observations to the bit, time limits bootstrapped, advantages', () => {
  const file = golden<{ weights: NetworksText; rollouts: RolloutText[]; mean: string; variance: string }>('rollout');
  const env = scripted();
  const kernel = openKernel('simd');
  const agent = actorCritic(kernel, { observationSize: 4, actionCount: 2, activation: 'tanh', policyWidths: [8], valueWidths: [8] });
  agent.write(networks(file.weights, 'tanh'));
  const settings: PpoSettings = { ...ppoDefaults, stepsPerRollout: 40, kernel: 'simd', totalSteps: 240 };
  const normaliser = new Normaliser(4, 3, { observationClip: 10, rewardClip: 10, gamma: 0.99 });
  const episodes = new EpisodeLog(3);
  const play = collector(agent, env, settings, normaliser, episodes, randomInit(1));
  play.reset(0);
  let bootstrapped = 0;
  for (const expected of file.rollouts) {
    play.collect();
    const { rollout } = play;
    const rows = Array.from({ length: rollout.size }, (_, i) => {
      const at = rollout.observations + i * agent.observationStride;
      return Array.from(kernel.floats.subarray(at, at + 4));
    });
    expect(rows.flat()).toEqual(Array.from(float32s(expected.observations)));
    expect(Array.from(rollout.starts)).toEqual(Array.from(uint8s(expected.starts)));
    expect(far(rollout.rewards, float32s(expected.rewards))).toBeLessThan(1e-6);
    expect(far(rollout.values, float32s(expected.values))).toBeLessThan(1e-6);
    expect(far(rollout.advantages, float32s(expected.advantages))).toBeLessThan(5e-6);
    expect(far(rollout.returns, float32s(expected.returns))).toBeLessThan(5e-6);
    bootstrapped += rollout.starts.reduce((sum, start) => sum + start, 0);
  }
  expect(bootstrapped).toBeGreaterThan(20);
  expect(Array.from(normaliser.state.observations.mean)).toEqual(Array.from(float64s(file.mean)));
  expect(Array.from(normaliser.state.observations.variance)).toEqual(Array.from(float64s(file.variance)));
  expect(episodes.state.ended).toBeGreaterThan(20);
});

test('advantages by their definition: sums of discounted temporal differences up to the end of the episode', () => {
  const draws = drawsFrom(3);
  const [steps, count, gamma, lambda] = [50, 3, 0.9, 0.8];
  const size = steps * count;
  const array = (length: number) => Float32Array.from({ length }, () => draws.one());
  const inputs = {
    rewards: array(size),
    values: array(size),
    starts: Uint8Array.from({ length: size }, () => (draws.integer() % 6 === 0 ? 1 : 0)),
    count,
    lastValues: array(count),
    lastStarts: Uint8Array.of(0, 1, 0),
  };
  const advantages = new Float32Array(size);
  const returns = new Float32Array(size);
  estimateAdvantages(inputs, gamma, lambda, advantages, returns);
  const ends = (t: number, env: number) => (t === steps - 1 ? inputs.lastStarts[env] : inputs.starts[(t + 1) * count + env]) === 1;
  const valueAfter = (t: number, env: number) =>
    ends(t, env) ? 0 : t === steps - 1 ? inputs.lastValues[env]! : inputs.values[(t + 1) * count + env]!;
  for (let env = 0; env < count; env++) {
    for (let t = 0; t < steps; t++) {
      let sum = 0;
      let weight = 1;
      for (let k = t; k < steps; k++) {
        sum += weight * (inputs.rewards[k * count + env]! + gamma * valueAfter(k, env) - inputs.values[k * count + env]!);
        weight *= gamma * lambda;
        if (ends(k, env)) break;
      }
      expect(Math.abs(advantages[t * count + env]! - sum)).toBeLessThan(1e-5);
      expect(returns[t * count + env]).toBe(Math.fround(advantages[t * count + env]! + inputs.values[t * count + env]!));
    }
  }
});

const small: Omit<PpoSettings, 'kernel'> = {
  ...ppoDefaults,
  stepsPerRollout: 64,
  epochs: 3,
  policyWidths: [16],
  valueWidths: [16, 16],
  entropyWeight: 0.01,
  targetKl: 0.05,
  learningRate: { from: 3e-3, to: 0 },
  clipRange: { from: 0.2, to: 0.1 },
  totalSteps: 64 * 4 * 6,
};
const kernels: readonly KernelName[] = ['simd-fma', 'simd', 'js'];

test.each(kernels)('%s: a run taken up from a snapshot goes on to the byte, and the same seed gives the same weights', (kernel) => {
  const make = (seed = 5) => createPpo({ ...small, kernel }, tradeEnv(4), seed);
  const whole = make();
  const stats = Array.from({ length: 6 }, () => whole.iterate());
  const first = make();
  for (let i = 0; i < 3; i++) first.iterate();
  const paper = JSON.stringify(first.snapshot());
  const second = make(99);
  second.iterate();
  second.restore(JSON.parse(paper));
  expect(JSON.stringify(second.snapshot())).toBe(paper);
  const rest = Array.from({ length: 3 }, () => second.iterate());
  expect(rest).toEqual(stats.slice(3));
  expect(second.hash()).toBe(whole.hash());
  expect(second.policy()).toEqual(whole.policy());
  expect(JSON.stringify(second.snapshot())).toBe(JSON.stringify(whole.snapshot()));
  expect(make(6).hash()).not.toBe(make(5).hash());
  expect(whole.kernel.name).toBe(kernel);
  expect(whole.kernel.hash === null).toBe(kernel === 'js');
});

test('plain JavaScript trains to the bits of plain SIMD', () => {
  const [simd, js] = (['simd', 'js'] as const).map((kernel) => {
    const ppo = createPpo({ ...small, kernel }, signalMarket(5), 1);
    for (let i = 0; i < 4; i++) ppo.iterate();
    return ppo.hash();
  });
  expect(js).toBe(simd);
});

test('a snapshot of other settings is refused', () => {
  const one = createPpo({ ...small, kernel: 'js' }, signalMarket(2), 1);
  const other = createPpo({ ...small, policyWidths: [24], kernel: 'js' }, signalMarket(2), 1);
  expect(() => other.restore(one.snapshot())).toThrow(/expected \d+ bytes, got \d+/);
});

test('schedules fall with the steps, and the last value holds', () => {
  expect([0, 0.25, 1, 1.7].map((done) => scheduled({ from: 4, to: 2 }, done))).toEqual([4, 3.5, 2, 2]);
  expect(scheduled(0.3, 0.9)).toBe(0.3);
  const ppo = createPpo({ ...small, kernel: 'simd' }, signalMarket(4), 1);
  // stable-baselines3: the rollout at hand counts as done
  expect(ppo.iterate().learningRate).toBeCloseTo(3e-3 * (5 / 6), 12);
});

test('without a normaliser the observations go in as they are', () => {
  const ppo = createPpo({ ...small, normalise: null, kernel: 'simd' }, signalMarket(4), 1);
  const stats = ppo.iterate();
  expect(ppo.policy().normaliser).toBeNull();
  expect(stats.steps).toBe(256);
  expect(stats.episodes?.length).toBe(64);
});

test('a forbidden action is never taken, and a policy can learn beside it', () => {
  const env = signalMarket(4);
  const masks = new Uint8Array(4 * 3).fill(1);
  const taken = [0, 0, 0];
  const masked: VectorEnv = {
    ...env,
    masks,
    step(actions) {
      for (const [i, action] of actions.entries()) {
        taken[action]!++;
        expect(masks[i * 3 + action]).toBe(1);
      }
      env.step(actions);
      // no short position while the signal is negative
      for (let i = 0; i < 4; i++) masks[i * 3] = env.observations[i * 2]! < 0 ? 0 : 1;
    },
  };
  const ppo = createPpo({ ...small, kernel: 'simd' }, masked, 1);
  for (let i = 0; i < 3; i++) ppo.iterate();
  expect(Math.min(...taken)).toBeGreaterThan(20);
});
