/** What an environment's features do before anything is trained on them: which never move, and which say the same twice. */
import { randomBelow, randomInit } from '../core/index.js';
import { type MarketEnvOptions, marketEnv } from './market-env.js';

export interface ProbedFeature {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
  readonly minimum: number;
  readonly maximum: number;
  /** The commonest value, where nearly all observations have it: nothing can be learned from this feature here. Null otherwise. */
  readonly constant: number | null;
  /** An earlier feature that has the same value in every observation. */
  readonly sameAs: string | null;
}

export interface FeatureProbe {
  readonly observations: number;
  readonly features: readonly ProbedFeature[];
  /** Names of the constant ones: leave them out of a policy, whose normaliser would make thousands of sigmas of the first other value. */
  readonly constant: readonly string[];
  /** Names of all others, in order. */
  readonly varying: readonly string[];
}

/** Share of equal observations from which a feature counts as constant. */
const NEARLY_ALL = 0.999;

/**
 * Steps an environment of these options with random actions. On daily bars that fill at the next open T+1 can't bind, so `sellableFraction`
 * is constant there; on bars within the day it is not.
 */
export function probeFeatures(options: MarketEnvOptions, { steps = 2000, seed = 1 } = {}): FeatureProbe {
  const env = marketEnv(options);
  const { count, observationSize: size } = env;
  const random = randomInit(seed, 'probe');
  const actions = new Int32Array(count);
  const columns = Array.from({ length: size }, () => new Float32Array(steps * count));
  env.reset(seed);
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < size; k++) columns[k]![step * count + i] = env.observations[i * size + k]!;
      actions[i] = randomBelow(random, env.actionCount);
    }
    env.step(actions);
  }
  const names = env.market.choice.features.map((feature) => feature.name);
  const features = columns.map((column, k) => {
    const twin = columns.findIndex((other, j) => j < k && other.every((value, i) => value === column[i]));
    return { name: names[k]!, ...summary(column), sameAs: twin < 0 ? null : names[twin]! };
  });
  const constant = features.filter((feature) => feature.constant !== null).map((feature) => feature.name);
  return { observations: steps * count, features, constant, varying: names.filter((name) => !constant.includes(name)) };
}

function summary(column: Float32Array): Omit<ProbedFeature, 'name' | 'sameAs'> {
  const sorted = column.slice().sort();
  const middle = sorted[sorted.length >> 1]!;
  let sum = 0;
  let equal = 0;
  for (const value of sorted) {
    sum += value;
    if (value === middle) equal++;
  }
  const mean = sum / sorted.length;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  return {
    mean,
    deviation: Math.sqrt(squares / sorted.length),
    minimum: sorted[0]!,
    maximum: sorted[sorted.length - 1]!,
    constant: equal >= NEARLY_ALL * sorted.length ? middle : null,
  };
}
