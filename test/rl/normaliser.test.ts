import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Normaliser } from '../../lib/rl/normaliser.js';
import { drawsFrom, float64s } from './support/draws.js';
import { golden } from './support/golden.js';

interface Case {
  readonly count: number;
  readonly size: number;
  readonly updates: number;
  readonly seed: number;
  readonly observations: string;
  readonly rewards: string;
  readonly finalObservations: string;
  readonly mean: string;
  readonly variance: string;
  readonly number: number;
  readonly returns: readonly [number, number];
}

const bytes = (array: Float32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

test.each(golden<{ cases: Case[] }>('normaliser').cases)(
  'the bits of VecNormalize over $updates steps of $count environments with $size features',
  ({ count, size, updates, seed, ...expected }) => {
    const draws = drawsFrom(seed);
    const observe = () => Float32Array.from({ length: count * size }, (_, i) => draws.one() * 0.1 + (i % size));
    const normaliser = new Normaliser(size, count, { observationClip: 10, rewardClip: 10, gamma: 0.99 });
    const seen = createHash('sha256');
    const scaled = createHash('sha256');
    const final = createHash('sha256');
    const out = new Float32Array(count * size);
    const learn = (raw: Float32Array) => {
      normaliser.learn(raw, count);
      for (let i = 0; i < count; i++) normaliser.normalise(raw, i * size, out, i * size);
      seen.update(bytes(out));
    };
    learn(observe());
    const rewards = new Float32Array(count);
    for (let step = 0; step < updates; step++) {
      const raw = observe();
      const rawRewards = Float32Array.from({ length: count }, () => draws.one() * 0.37);
      const dones = Array.from({ length: count }, () => draws.integer() % 50 === 0);
      const last = dones.map((done) => (done ? observe() : null));
      learn(raw);
      normaliser.rewards(rawRewards, rewards, 0);
      scaled.update(bytes(rewards));
      dones.forEach((done, i) => {
        if (!done) return;
        const row = new Float32Array(size);
        normaliser.normalise(last[i]!, 0, row, 0);
        final.update(bytes(row));
        normaliser.ended(i);
      });
    }
    const { observations, returns } = normaliser.state;
    expect(Array.from(observations.mean)).toEqual(Array.from(float64s(expected.mean)));
    expect(Array.from(observations.variance)).toEqual(Array.from(float64s(expected.variance)));
    expect(observations.count).toBe(expected.number);
    expect([returns.mean[0], returns.variance[0]]).toEqual(expected.returns);
    expect(seen.digest('hex')).toBe(expected.observations);
    expect(scaled.digest('hex')).toBe(expected.rewards);
    expect(final.digest('hex')).toBe(expected.finalObservations);
  },
);

test('clips, and gives statistics that keep their values', () => {
  const normaliser = new Normaliser(1, 1, { observationClip: 2, rewardClip: 3, gamma: 0.9 });
  const out = new Float32Array(1);
  normaliser.normalise(Float32Array.of(-70), 0, out, 0);
  expect(out[0]).toBe(-2);
  const before = normaliser.statistics();
  normaliser.learn(Float32Array.of(5), 1);
  expect(before).toEqual({ mean: Float64Array.of(0), variance: Float64Array.of(1), count: 1e-4, clip: 2, epsilon: 1e-8 });
  expect(normaliser.statistics().count).toBe(1 + 1e-4);
});
