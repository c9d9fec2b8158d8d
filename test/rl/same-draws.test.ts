/** Whole runs beside stable-baselines3: given our random numbers it takes our steps, until rounding tells the two apart. */
import { expect, test } from 'vitest';
import { createPpo, ppoDefaults } from '../../lib/rl/index.js';
import { cartPole } from './support/cart-pole.js';
import { golden } from './support/golden.js';

interface Row {
  readonly reward: number;
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  readonly kl: number;
  readonly clipFraction: number;
  readonly explainedVariance: number;
}

const { runs } = golden<{ runs: Record<string, Row[]> }>('same-draws');

test.each(Object.keys(runs))('seed %s: the same episodes, losses and entropy, rollout after rollout', (seed) => {
  const settings = { ...ppoDefaults, stepsPerRollout: 256, totalSteps: 40_960, kernel: 'simd' } as const;
  const ppo = createPpo(settings, cartPole(8), Number(seed));
  runs[seed]!.forEach((theirs, i) => {
    const ours = ppo.iterate();
    const { reward, ...figures } = theirs;
    expect(ours.episodes!.reward).toBeCloseTo(reward, 9);
    // Weights are some 1e-6 apart after the first update; each further one multiplies that, since a clip or a limit falls otherwise.
    const within = 1e-5 * 10 ** i;
    for (const [name, value] of Object.entries(figures)) {
      expect(Math.abs(ours[name as keyof typeof figures]! - value), `${name} of rollout ${i + 1}`).toBeLessThan(within);
    }
  });
});
