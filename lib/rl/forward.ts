/** The reference of a policy's arithmetic: raw clip, normaliser, clip, float32, layers. Plain and exact rather than fast. */
import { BundleError } from './bundle-error.js';
import type { Network, NormaliserStatistics, PolicyBundle } from './contract.js';

const clamp = (value: number, limit: number): number => (value > limit ? limit : value < -limit ? -limit : value);

/**
 * What the network sees: `observations` is rows x features, as the schema gives them, float32. The normaliser works in float64 and
 * rounds once, as VecNormalize.normalize_obs of stable-baselines3 2.9 does (same bits).
 */
export function networkInputs(
  { rawClip, normaliser }: { readonly rawClip: number | null; readonly normaliser: NormaliserStatistics | null },
  observations: Float32Array,
  width: number,
): Float32Array {
  const inputs = new Float32Array(observations.length);
  for (let i = 0; i < inputs.length; i++) {
    const raw = rawClip === null ? observations[i]! : clamp(observations[i]!, rawClip);
    inputs[i] = raw;
    if (normaliser === null) continue;
    const feature = i % width;
    inputs[i] = clamp((raw - normaliser.mean[feature]!) / Math.sqrt(normaliser.variance[feature]! + normaliser.epsilon), normaliser.clip);
  }
  return inputs;
}

/** Outputs of a network, rows x outputs: sums in float64, each layer's outputs rounded to float32. */
export function networkOutputs({ layers, activation }: Network, inputs: Float32Array): Float32Array {
  let current = inputs;
  layers.forEach(({ inputs: width, outputs, weight, bias }, layer) => {
    const rows = current.length / width;
    const next = new Float32Array(rows * outputs);
    const hidden = layer < layers.length - 1;
    for (let row = 0; row < rows; row++) {
      for (let out = 0; out < outputs; out++) {
        let sum = bias[out]!;
        for (let i = 0; i < width; i++) sum += weight[out * width + i]! * current[row * width + i]!;
        next[row * outputs + out] = !hidden ? sum : activation === 'tanh' ? Math.tanh(sum) : Math.max(0, sum);
      }
    }
    current = next;
  });
  return current;
}

/** Logits, rows x actions, of raw observations, rows x features. Throws BundleError when the observations are no whole rows. */
export function policyLogits(bundle: PolicyBundle, observations: Float32Array): Float32Array {
  const width = bundle.schema.features.length;
  if (observations.length % width !== 0) {
    throw new BundleError(`policyLogits: expected rows of ${width} features, got ${observations.length} numbers. Pass whole rows.`);
  }
  return networkOutputs(bundle.policy, networkInputs(bundle, observations, width));
}
