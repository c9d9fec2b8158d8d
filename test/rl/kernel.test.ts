import { expect, test } from 'vitest';
import { randomFloat, randomInit, randomNormal } from '../../lib/core/index.js';
import { networkOutputs } from '../../lib/rl/forward.js';
import { bestAction, type KernelName, type Network, networkRunner, openKernel } from '../../lib/rl/index.js';
import { orthogonalNetwork } from '../../lib/rl/init-orthogonal.js';
import { padded } from '../../lib/rl/kernel.js';
import { openJsKernel } from '../../lib/rl/kernel-js.js';

const names: readonly KernelName[] = ['simd-fma', 'simd', 'js'];
const rows = 1500;

function policyOf(widths: readonly number[], activation: Network['activation']): Network {
  const random = randomInit(7, widths.join());
  const network = orthogonalNetwork(widths, activation, 1, random);
  for (const layer of network.layers) for (let i = 0; i < layer.bias.length; i++) layer.bias[i] = 0.2 * randomNormal(random);
  return network;
}

function observations(width: number): Float32Array {
  const random = randomInit(3, 'observations');
  return Float32Array.from({ length: rows * width }, () => Math.max(-10, Math.min(10, 2 * randomNormal(random))));
}

test.each([
  { widths: [64, 64, 64, 5], activation: 'tanh' as const },
  { widths: [14, 128, 96, 33, 5], activation: 'tanh' as const },
  { widths: [9, 20, 3], activation: 'relu' as const },
  { widths: [3, 2], activation: 'tanh' as const },
])('all kernels answer $widths $activation as the float64 reference does: within 1e-5, the same action', ({ widths, activation }) => {
  const network = policyOf(widths, activation);
  const [width, actions] = [widths[0]!, widths[widths.length - 1]!];
  const raw = observations(width);
  const reference = networkOutputs(network, raw);
  const answers = names.map((name) => {
    const out = new Float32Array(rows * actions);
    networkRunner(openKernel(name), network, rows).run(raw, rows, out);
    return out;
  });
  for (const answer of answers) {
    for (let i = 0; i < answer.length; i++) expect(Math.abs(answer[i]! - reference[i]!)).toBeLessThan(1e-5);
    for (let row = 0; row < rows; row++) {
      const at = row * actions;
      expect(bestAction(answer, at, actions)).toBe(bestAction(reference, at, actions));
    }
  }
  expect(answers[2]).toEqual(answers[1]); // plain JavaScript has the bits of plain SIMD
});

test.each(names)('%s: a row alone gives the bits it gives among others', (name) => {
  const network = policyOf([11, 40, 24, 5], 'tanh');
  const raw = observations(11);
  const together = new Float32Array(rows * 5);
  networkRunner(openKernel(name), network, rows).run(raw, rows, together);
  const alone = networkRunner(openKernel(name), network);
  const out = new Float32Array(5);
  for (let row = 0; row < rows; row += 37) {
    alone.run(raw.subarray(row * 11), 1, out);
    expect(out).toEqual(together.slice(row * 5, row * 5 + 5));
  }
});

test.each(names)('%s: tanh is within 4e-7 of the true one', (name) => {
  const kernel = openKernel(name);
  const count = 200_000;
  const at = kernel.reserve(count);
  const inputs = Float32Array.from({ length: count }, (_, i) => (i / count - 0.5) * (i % 2 === 0 ? 24 : 2));
  kernel.floats.set(inputs, at);
  kernel.tanhForward(at, count);
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, Math.abs(kernel.floats[at + i]! - Math.tanh(inputs[i]!)));
  expect(most).toBeLessThan(4e-7);
  expect(most).toBeGreaterThan(0);
});

/** Every operation of a training step on the same random heap. */
function operations(name: KernelName): Float32Array {
  const kernel = openKernel(name);
  const random = randomInit(11, 'operations');
  const [batch, inputs, outputs] = [37, padded(13), padded(21)];
  const fill = (count: number, scale = 1) => {
    const at = kernel.reserve(count);
    for (let i = 0; i < count; i++) kernel.floats[at + i] = scale * (randomFloat(random) - 0.5);
    return at;
  };
  const [x, weight, bias] = [fill(batch * inputs), fill(inputs * outputs), fill(outputs)];
  const [y, turned, dx] = [fill(batch * outputs), fill(inputs * outputs), fill(batch * inputs)];
  const [dWeight, dBias] = [fill(inputs * outputs), fill(outputs)];
  const [mean, square] = [fill(inputs * outputs, 0.1), fill(inputs * outputs)];
  for (let i = 0; i < inputs * outputs; i++) kernel.floats[square + i] = Math.abs(kernel.floats[square + i]!);
  kernel.layerForward(y, x, weight, bias, batch, inputs, outputs);
  kernel.tanhForward(y, 20 * outputs);
  kernel.reluForward(y + 20 * outputs, 17 * outputs);
  kernel.layerGradient(dWeight, dBias, x, y, batch, inputs, outputs);
  kernel.turn(turned, weight, inputs, outputs);
  kernel.inputGradient(dx, y, turned, batch, inputs, outputs);
  kernel.tanhBackward(dx, x, 20 * inputs);
  kernel.reluBackward(dx + 20 * inputs, x + 20 * inputs, 17 * inputs);
  const norm = kernel.sumOfSquares(dWeight, inputs * outputs);
  kernel.adam(weight, dWeight, mean, square, inputs * outputs, [0.9, 0.1, 0.999, 0.001, 0.3, 1e-3, 1e-6]);
  kernel.clear(y, 16);
  const last = square + inputs * outputs;
  return Float32Array.from([norm, ...kernel.floats.subarray(x, last)]);
}

test('the kernels do every operation alike: SIMD and JavaScript to the bit, fused multiply-add within 2e-6', () => {
  const [fused, simd, plain] = names.map(operations);
  expect(plain).toEqual(simd);
  expect(fused!.length).toBe(simd!.length);
  for (let i = 0; i < simd!.length; i++) expect(Math.abs(fused![i]! - simd![i]!)).toBeLessThan(2e-6 * Math.max(1, Math.abs(simd![i]!)));
});

test('what was reserved stays when the heap grows', () => {
  for (const kernel of [...names.map(openKernel), openJsKernel('double')]) {
    const first = kernel.reserve(10);
    kernel.floats[first] = 3;
    const later = kernel.reserve(500_000);
    expect(later).toBeGreaterThanOrEqual(first + 10);
    expect(later % 16).toBe(0);
    expect(kernel.floats[first]).toBe(3);
    expect(kernel.floats[later + 499_999]).toBe(0);
  }
});
