/** A finished network, ready to answer: its weights on a kernel's heap, rows in, outputs out. */
import type { Network } from './contract.js';
import type { Kernel } from './kernel.js';
import { networkLayout, writeNetwork } from './network-layout.js';
import { forwardPass } from './network-passes.js';

export interface NetworkRunner {
  readonly inputs: number;
  readonly outputs: number;
  /** `rows` x inputs in, rows x outputs into `out`. Rows at most as many as the runner was made for. */
  run(observations: Float32Array, rows: number, out: Float32Array): void;
}

/** Takes its own place on the heap of `kernel`; several runners may share one. */
export function networkRunner(kernel: Kernel, network: Network, maxRows = 1): NetworkRunner {
  const { layers, activation } = network;
  const inputs = layers[0]!.inputs;
  const outputs = layers[layers.length - 1]!.outputs;
  const layout = networkLayout([inputs, ...layers.map((layer) => layer.outputs)], activation);
  const parameters = kernel.reserve(layout.end);
  const pass = forwardPass(kernel, layout, parameters, maxRows);
  const x = kernel.reserve(maxRows * pass.inputWidth);
  writeNetwork(kernel.floats, parameters, layout, network);
  return {
    inputs,
    outputs,
    run(observations, rows, out) {
      const floats = kernel.floats;
      for (let row = 0; row < rows; row++) {
        const to = x + row * pass.inputWidth;
        for (let i = 0; i < inputs; i++) floats[to + i] = observations[row * inputs + i]!;
      }
      const y = pass.forward(x, rows);
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < outputs; i++) out[row * outputs + i] = floats[y + row * pass.outputWidth + i]!;
      }
    },
  };
}
