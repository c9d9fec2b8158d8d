/** A seeded random policy on a registered schema, whose logits really move with what it sees. */
import { type RandomState, randomInit, randomNormal } from '../../lib/core/index.js';
import { seedFive } from '../../lib/market/index.js';
import { type DenseLayer, type PolicyBundle, rlFeatures, rlSchema, sealBundle } from '../../lib/rl/index.js';

const layer = (random: RandomState, inputs: number, outputs: number): DenseLayer => ({
  inputs,
  outputs,
  weight: Float32Array.from({ length: inputs * outputs }, () => randomNormal(random) / Math.sqrt(inputs)),
  bias: Float32Array.from({ length: outputs }, () => 0.1 * randomNormal(random)),
});

/** `sigma`: standard deviation that the normaliser claims for every feature. */
export function somePolicy({
  schema = 'scale-free-v1',
  seed = 1,
  sigma = 0.05,
  leaveOut = [] as readonly string[],
  hidden = [16, 16],
  masked = false,
} = {}): PolicyBundle {
  const random = randomInit(seed, 'some-policy');
  const known = rlSchema(schema);
  const features = rlFeatures(known).filter(({ name }) => !leaveOut.includes(name));
  const widths = [features.length, ...hidden, seedFive.rows.length];
  return sealBundle({
    name: `policy-${seed}`,
    schema: { id: schema, features },
    rawClip: known.rawClip,
    normaliser: {
      mean: new Float64Array(features.length),
      variance: new Float64Array(features.length).fill(sigma * sigma),
      count: 1000,
      clip: 10,
      epsilon: 1e-8,
    },
    actions: seedFive,
    ...(masked ? { masking: 'refused' as const } : {}),
    policy: { activation: 'tanh', layers: widths.slice(1).map((outputs, i) => layer(random, widths[i]!, outputs)) },
    value: null,
    source: { made: 'for a test' },
  });
}
