/** The running statistics of a VecNormalize that stable-baselines3 pickled (`*_vecnormalize.pkl`), read without running the pickle. */
import { Sb3Error } from './bundle-error.js';
import type { NormaliserStatistics } from './contract.js';
import { type AllowedGlobal, describe, PickledOrderedDict, PickleObject, unpickle } from './pickle.js';
import { numberOf, numpyGlobals, vectorOf } from './pickle-numpy.js';

const VEC_NORMALIZE = 'stable_baselines3.common.vec_env.vec_normalize VecNormalize';
const RUNNING = 'stable_baselines3.common.running_mean_std RunningMeanStd';

const spaces = ['box Box', 'discrete Discrete', 'dict Dict', 'tuple Tuple', 'multi_discrete MultiDiscrete', 'multi_binary MultiBinary'];
const classes = [VEC_NORMALIZE, RUNNING, ...['gymnasium', 'gym'].flatMap((gym) => spaces.map((space) => `${gym}.spaces.${space}`))];

/** Everything that a saved VecNormalize may name; the spaces and generators are carried along unread. */
const globals: ReadonlyMap<string, AllowedGlobal> = new Map<string, AllowedGlobal>([
  ...classes.map((name) => [name, { isClass: true }] as const),
  ...numpyGlobals,
  // gym 0.21 kept its generator as RandomNumberGenerator
  ['gym.utils.seeding RandomNumberGenerator._generator_ctor', { call: (args) => new PickleObject('gym generator', args) }],
  ['collections OrderedDict', { call: () => new PickledOrderedDict() }],
  ['collections deque', { call: (args) => new PickleObject('collections deque', args) }],
]);

const refuse = (expected: string, got: string): never => {
  throw new Sb3Error(`readVecNormalize: expected ${expected}, got ${got}. Use the file that VecNormalize.save wrote beside the model.`);
};

/**
 * The observation statistics; null when the environment was saved with norm_obs off. Throws Sb3Error, naming what was refused, on a hostile
 * or truncated file, on statistics of a Dict observation, and on numbers that can't be.
 */
export function readVecNormalize(bytes: Uint8Array): NormaliserStatistics | null {
  const value = unpickle(bytes, { what: 'the normaliser', globals });
  const fields = fieldsOf(value, VEC_NORMALIZE);
  const keys = fields.get('norm_obs_keys') ?? null;
  if (keys !== null) return refuse('one array as observation', `a Dict observation (norm_obs_keys ${describe(keys)})`);
  const norm = fields.get('norm_obs');
  if (typeof norm !== 'boolean') return refuse('norm_obs', describe(norm));
  if (!norm) return null;
  const statistics = fields.get('obs_rms');
  if (statistics instanceof Map) {
    return refuse('one array as observation', `a Dict observation (statistics of ${[...statistics.keys()].map(describe).join(', ')})`);
  }
  const running = fieldsOf(statistics, RUNNING);
  const [mean, variance] = [vectorOf(running.get('mean')), vectorOf(running.get('var'))];
  const [count, clip, epsilon] = [running.get('count'), fields.get('clip_obs'), fields.get('epsilon')].map(numberOf);
  if (mean.length !== variance.length) return refuse(`${mean.length} variances`, `${variance.length}`);
  if (!mean.every(Number.isFinite)) return refuse('finite means', String(mean.find((value) => !Number.isFinite(value))));
  const wrong = variance.find((value) => !(value >= 0 && value < Infinity));
  if (wrong !== undefined) return refuse('finite variances from 0 up', String(wrong));
  if (!(count! >= 0 && count! < Infinity)) return refuse('a finite count', String(count));
  if (!(clip! > 0 && clip! < Infinity)) return refuse('a positive finite clip_obs', String(clip));
  if (!(epsilon! >= 0 && epsilon! < Infinity)) return refuse('a finite epsilon', String(epsilon));
  return { mean, variance, count: count!, clip: clip!, epsilon: epsilon! };
}

function fieldsOf(value: unknown, type: string): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof PickleObject) || value.type !== type) return refuse(`an object of "${type.replace(' ', '.')}"`, describe(value));
  return value.state instanceof Map ? value.state : refuse(`fields of "${type.replace(' ', '.')}"`, describe(value.state));
}
