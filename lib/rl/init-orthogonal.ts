/** Orthogonal initialisation: rows or columns of a weight are orthonormal, times a gain (Saxe et al., arXiv 1312.6120). */
import { type RandomState, randomNormal } from '../core/index.js';
import type { DenseLayer, Network } from './contract.js';

/**
 * `count` orthonormal vectors of `length` numbers (count <= length): normal draws made orthogonal one after the other, twice, since once
 * leaves rounding. The same distribution as the Q of a QR decomposition with positive diagonal, which torch.nn.init.orthogonal_ takes.
 */
function orthonormalVectors(count: number, length: number, random: RandomState): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from({ length }, () => randomNormal(random));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) {
        let along = 0;
        for (let i = 0; i < length; i++) along += vector[i]! * other[i]!;
        for (let i = 0; i < length; i++) vector[i] = vector[i]! - along * other[i]!;
      }
    }
    const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    vectors.push(vector.map((x) => x / norm));
  }
  return vectors;
}

function orthogonalLayer(inputs: number, outputs: number, gain: number, random: RandomState): DenseLayer {
  const wide = inputs >= outputs;
  const vectors = orthonormalVectors(Math.min(inputs, outputs), Math.max(inputs, outputs), random);
  const weight = new Float32Array(outputs * inputs);
  for (let out = 0; out < outputs; out++) {
    for (let input = 0; input < inputs; input++)
      weight[out * inputs + input] = gain * (wide ? vectors[out]![input]! : vectors[input]![out]!);
  }
  return { inputs, outputs, weight, bias: new Float32Array(outputs) };
}

/** Hidden layers have gain sqrt(2), the head `headGain` (stable-baselines3: 0.01 for a policy, 1 for a value); biases are 0. */
export function orthogonalNetwork(
  widths: readonly number[],
  activation: Network['activation'],
  headGain: number,
  random: RandomState,
): Network {
  const last = widths.length - 2;
  const layers = widths.slice(1).map((outputs, i) => orthogonalLayer(widths[i]!, outputs, i === last ? headGain : Math.SQRT2, random));
  return { activation, layers };
}
