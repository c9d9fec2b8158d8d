import { expect, test } from 'vitest';
import { randomBelow, randomInit } from '../../lib/core/index.js';
import { calendarOf, rulebookFor, seedFive } from '../../lib/market/index.js';
import {
  chooseFeatures,
  createPpo,
  type EnvMarket,
  envMarket,
  marketEnv,
  plantedMarket,
  policyLogits,
  ppoDefaults,
  probeFeatures,
  reproducibleKernel,
  rlSchema,
  sealBundle,
  shuffledMarket,
} from '../../lib/rl/index.js';
import { madeUpData } from '../replay/support.js';

const calendar = calendarOf('cn-a');
const symbols = ['600000.SH', '600004.SH', '600006.SH', '600007.SH'];
const data = madeUpData({ symbols, from: '2012-01-04', sessions: 1500 });
const day = (at: number): number => data.series.get(symbols[0]!)!.day[at]!;
const choice = chooseFeatures(rlSchema('scale-free-v1'), ['ret1', 'vol20', 'rsi14', 'positionWeight', 'unrealisedPnl']);
const span = (from: number, to: number): EnvMarket =>
  envMarket({ ...data, rulebook: rulebookFor('cn-a', { calendar }), calendar, choice, from: day(from), to: day(to) });

/** A policy after a short training, as a bundle. */
function trained(market: EnvMarket, seed: number, iterations: number) {
  const env = marketEnv({ market, count: 16, initialCashMinor: 100_000_000, episode: 128 });
  const ppo = createPpo(
    {
      ...ppoDefaults,
      kernel: reproducibleKernel(),
      totalSteps: iterations * 16 * 128,
      stepsPerRollout: 128,
      minibatchSize: 256,
      gamma: 0.9,
      entropyWeight: 0.002,
      learningRate: 1e-3,
      policyWidths: [32, 32],
      valueWidths: [32, 32],
    },
    env,
    seed,
  );
  for (let i = 0; i < iterations; i++) ppo.iterate();
  const { policy, normaliser } = ppo.policy();
  return sealBundle({
    name: 'control',
    schema: { id: 'scale-free-v1', features: choice.features },
    rawClip: null,
    normaliser,
    actions: seedFive,
    policy,
    value: null,
    source: {},
  });
}

/** Log growth of equity over the whole span, mean over the instruments; actions of the policy, or of `instead` (by step and instrument). */
function growth(market: EnvMarket, bundle: ReturnType<typeof trained>, instead?: Int32Array[]) {
  const env = marketEnv({ market, count: symbols.length, initialCashMinor: 100_000_000, start: 'first' });
  const taken: Int32Array[] = [];
  const size = env.observationSize;
  let sum = 0;
  let left = symbols.length;
  for (let step = 0; left > 0; step++) {
    const logits = policyLogits(bundle, env.observations);
    const actions = Int32Array.from(symbols, (_, i) => {
      const row = logits.subarray(i * 5, i * 5 + 5);
      return instead === undefined ? row.indexOf(Math.max(...row)) : instead[step]![i]!;
    });
    taken.push(actions);
    env.step(actions);
    for (let i = 0; i < symbols.length; i++) {
      if (env.dones[i] === 0) continue;
      sum += Math.log(env.equityMinor[i]! / 100_000_000);
      left--;
    }
  }
  expect(size).toBe(choice.features.length);
  return { mean: sum / symbols.length, taken };
}

/** The same actions in another order: random at the same turnover. */
function inAnyOrder(taken: readonly Int32Array[], seed: number): Int32Array[] {
  const random = randomInit(seed, 'order');
  const order = taken.map((actions) => actions.slice());
  for (let s = order.length - 1; s > 0; s--) {
    for (let i = 0; i < symbols.length; i++) {
      const other = randomBelow(random, s + 1);
      const kept = order[s]![i]!;
      order[s]![i] = order[other]![i]!;
      order[other]![i] = kept;
    }
  }
  return order;
}

test('with the next return in the observation a learner gets rich on unseen time', () => {
  const bundle = trained(plantedMarket(span(61, 1000)), 1, 25);
  const unseen = plantedMarket(span(1001, 1499));
  const { mean, taken } = growth(unseen, bundle);
  const luck = growth(unseen, bundle, inAnyOrder(taken, 1)).mean;
  expect(mean).toBeGreaterThan(1);
  expect(luck).toBeLessThan(0.3);
});

test('with it shuffled the learner does not beat random trading of the same turnover on unseen time', () => {
  const seen: number[] = [];
  for (const seed of [1, 2, 3]) {
    const bundle = trained(shuffledMarket(span(61, 1000), seed), seed, 10);
    const unseen = shuffledMarket(span(1001, 1499), seed + 10);
    const { mean, taken } = growth(unseen, bundle);
    const luck = [1, 2, 3, 4, 5].map((order) => growth(unseen, bundle, inAnyOrder(taken, order)).mean);
    seen.push(mean - luck.reduce((a, b) => a + b, 0) / luck.length);
  }
  const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
  const error = Math.sqrt(seen.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (seen.length - 1) / seen.length);
  // One-sided 99 % of Student's t with 2 degrees of freedom.
  expect(mean - 6.965 * error).toBeLessThan(0);
  expect(mean).toBeLessThan(0.3);
});

test('on daily bars the sellable fraction is reported as constant, and the day move as the return again', () => {
  const market = envMarket({
    ...data,
    rulebook: rulebookFor('cn-a', { calendar }),
    calendar,
    choice: chooseFeatures(rlSchema('scale-free-v1')),
  });
  const probe = probeFeatures({ market, count: 8, initialCashMinor: 10_000_000, episode: 64 }, { steps: 400 });
  expect(probe.constant).toEqual(['sellableFraction']);
  expect(probe.features.find(({ name }) => name === 'sellableFraction')).toMatchObject({ constant: 1, deviation: 0 });
  expect(probe.features.filter(({ sameAs }) => sameAs !== null).map(({ name, sameAs }) => [name, sameAs])).toEqual([['dayMove', 'ret1']]);
  expect(probe.varying).toHaveLength(17);
  const narrow = envMarket({
    ...data,
    rulebook: rulebookFor('cn-a', { calendar }),
    calendar,
    choice: chooseFeatures(rlSchema('scale-free-v1'), probe.varying),
  });
  expect(marketEnv({ market: narrow, count: 1, initialCashMinor: 10_000_000 }).observationSize).toBe(17);
});
