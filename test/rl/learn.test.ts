import { expect, test } from 'vitest';
import { createPpo, fastestKernel, type PpoSettings, ppoDefaults } from '../../lib/rl/index.js';
import { TRADE_STEPS, tradeEnv } from '../bench/support/rl-trade-env.js';
import { cartPole } from './support/cart-pole.js';
import { float32s, float64s } from './support/draws.js';
import { golden } from './support/golden.js';

interface CartPoleEpisode {
  readonly start: readonly number[];
  readonly actions: string;
  readonly end: number;
  readonly every: number;
  readonly observations: string;
}

test('CartPole moves as Gymnasium moves it, and ends where it ends', () => {
  const { episodes } = golden<{ episodes: CartPoleEpisode[] }>('cart-pole');
  expect(new Set(episodes.map((episode) => episode.end))).toEqual(new Set([1, 2]));
  for (const { start, actions, end, every, observations } of episodes) {
    const env = cartPole(1, () => start);
    env.reset(0);
    const expected = float32s(observations);
    // The pole multiplies the last bit of a sine by e every quarter of a second, unless someone looks: from step 150 on the rule that made
    // the long episodes decides again, and only the end is compared.
    [...actions].forEach((action, t) => {
      const steered = env.observations[2]! + env.observations[3]! > 0 ? 1 : 0;
      env.step(Int32Array.of(t > 150 ? steered : Number(action)));
      const last = t === actions.length - 1;
      expect(env.dones[0]).toBe(last ? end : 0);
      const seen = last ? env.finalObservations : env.observations;
      if (t % every !== 0 || t > 150) return;
      for (let k = 0; k < 4; k++) expect(Math.abs(seen[k]! - expected[(t / every) * 4 + k]!)).toBeLessThan(1e-6);
    });
  }
});

test('the environment of the speed comparison is its definition, step by step', () => {
  const file = golden<{ start: number; actions: string; rewards: string; observations: Record<string, string> }>('trade-env');
  const env = tradeEnv(2, () => file.start);
  env.reset(0);
  const rewards = float64s(file.rewards);
  const check = (step: number, seen: Float32Array) => {
    const expected = file.observations[step];
    if (expected === undefined) return;
    float32s(expected).forEach((x, k) => {
      expect(Math.abs(seen[k]! - x)).toBeLessThan(1e-6 * Math.max(1, Math.abs(x)));
    });
  };
  check(0, env.observations);
  [...file.actions].forEach((action, t) => {
    env.step(Int32Array.of(Number(action), 2));
    expect(Math.abs(env.rewards[0]! - rewards[t]!)).toBeLessThan(1e-6);
    const last = t === TRADE_STEPS - 1;
    expect(env.dones[0]).toBe(last ? 2 : 0);
    check(t + 1, last ? env.finalObservations : env.observations);
  });
});

const settings: PpoSettings = { ...ppoDefaults, stepsPerRollout: 256, totalSteps: 40_960, kernel: fastestKernel() };

test('PPO learns to hold the pole in 40 thousand steps', () => {
  const ppo = createPpo(settings, cartPole(8), 1);
  let stats = ppo.iterate();
  const first = stats.episodes!.reward;
  while (stats.steps < settings.totalSteps) stats = ppo.iterate();
  expect(first).toBeLessThan(40);
  expect(stats.episodes!.reward).toBeGreaterThan(100);
});
