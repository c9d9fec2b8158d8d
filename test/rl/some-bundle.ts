/** A small policy bundle with seeded random weights, for tests. */
import { type RandomState, randomInit, randomNormal } from '../../lib/core/index.js';
import { seedFive } from '../../lib/market/index.js';
import { type DenseLayer, type Network, type PolicyBundle, sealBundle } from '../../lib/rl/index.js';

const layer = (random: RandomState, inputs: number, outputs: number): DenseLayer => ({
  inputs,
  outputs,
  weight: Float32Array.from({ length: inputs * outputs }, () => randomNormal(random) / Math.sqrt(inputs)),
  bias: Float32Array.from({ length: outputs }, () => 0.1 * randomNormal(random)),
});

export interface BundleShape {
  readonly seed?: number;
  readonly features?: number;
  readonly hidden?: readonly number[];
  readonly activation?: Network['activation'];
  readonly rawClip?: number | null;
  readonly normalised?: boolean;
}

export function someBundle({
  seed = 1,
  features = 4,
  hidden = [8, 6],
  activation = 'tanh',
  rawClip = 10,
  normalised = true,
}: BundleShape = {}): PolicyBundle {
  const random = randomInit(seed, 'some-bundle');
  const network = (outputs: number): Network => {
    const sizes = [features, ...hidden, outputs];
    return { activation, layers: sizes.slice(1).map((size, i) => layer(random, sizes[i]!, size)) };
  };
  return sealBundle({
    name: `some-${seed}`,
    schema: { id: 'some', features: Array.from({ length: features }, (_, i) => ({ name: `f${i}`, unit: 'ratio' })) },
    rawClip,
    normaliser: normalised
      ? {
          mean: Float64Array.from({ length: features }, () => randomNormal(random)),
          variance: Float64Array.from({ length: features }, () => Math.exp(randomNormal(random))),
          count: 1234.0001,
          clip: 10,
          epsilon: 1e-8,
        }
      : null,
    actions: seedFive,
    policy: network(seedFive.rows.length),
    value: network(1),
    source: { made: 'for a test' },
  });
}
