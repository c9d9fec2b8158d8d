/** Forward and backward through one dense network on a kernel's heap, a chunk of rows at a time. */
import { type Kernel, padded } from './kernel.js';
import type { NetworkLayout } from './network-layout.js';

export interface ForwardPass {
  /** Row stride of the inputs and of the outputs, floats. */
  readonly inputWidth: number;
  readonly outputWidth: number;
  /** x: place of rows x inputWidth, rows at most `maxRows`. Returns the place of the outputs, overwritten by the next call. */
  forward(x: number, rows: number): number;
}

export interface TrainingPasses extends ForwardPass {
  /** To be called after the weights changed, before `backward`. */
  prepareBackward(): void;
  /** Adds the gradients of the rows of the last `forward`. `dOutputs`: rows x outputWidth, d loss / d outputs; `gradients`: a block as the parameters. */
  backward(x: number, dOutputs: number, gradients: number, rows: number): void;
}

/** `parameters`: the block that the layout speaks of. */
export function forwardPass(
  kernel: Kernel,
  layout: NetworkLayout,
  parameters: number,
  maxRows: number,
): ForwardPass & { readonly outputs: readonly number[] } {
  const { layers, activation } = layout;
  const outputs = layers.map((layer) => kernel.reserve(maxRows * padded(layer.outputs)));
  const last = layers.length - 1;
  return {
    inputWidth: padded(layers[0]!.inputs),
    outputWidth: padded(layers[last]!.outputs),
    outputs,
    forward(x, rows) {
      let from = x;
      for (let i = 0; i <= last; i++) {
        const layer = layers[i]!;
        const to = outputs[i]!;
        const width = padded(layer.outputs);
        kernel.layerForward(to, from, parameters + layer.weight, parameters + layer.bias, rows, padded(layer.inputs), width);
        if (i < last && activation === 'tanh') kernel.tanhForward(to, rows * width);
        if (i < last && activation === 'relu') kernel.reluForward(to, rows * width);
        from = to;
      }
      return from;
    },
  };
}

export function trainingPasses(kernel: Kernel, layout: NetworkLayout, parameters: number, maxRows: number): TrainingPasses {
  const { layers, activation } = layout;
  const pass = forwardPass(kernel, layout, parameters, maxRows);
  // The first layer's inputs need no gradient, so it is never turned.
  const turned = layers.map((layer, i) => (i === 0 ? 0 : kernel.reserve(padded(layer.inputs) * padded(layer.outputs))));
  const dHidden = layers.map((layer, i) => (i === 0 ? 0 : kernel.reserve(maxRows * padded(layer.inputs))));
  return {
    ...pass,
    prepareBackward() {
      for (let i = 1; i < layers.length; i++) {
        const { inputs, outputs, weight } = layers[i]!;
        kernel.turn(turned[i]!, parameters + weight, padded(inputs), padded(outputs));
      }
    },
    backward(x, dOutputs, gradients, rows) {
      let d = dOutputs;
      for (let i = layers.length - 1; i >= 0; i--) {
        const { inputs, outputs, weight, bias } = layers[i]!;
        const [wide, out] = [padded(inputs), padded(outputs)];
        const input = i === 0 ? x : pass.outputs[i - 1]!;
        kernel.layerGradient(gradients + weight, gradients + bias, input, d, rows, wide, out);
        if (i === 0) return;
        const to = dHidden[i]!;
        kernel.inputGradient(to, d, turned[i]!, rows, wide, out);
        if (activation === 'tanh') kernel.tanhBackward(to, input, rows * wide);
        else kernel.reluBackward(to, input, rows * wide);
        d = to;
      }
    },
  };
}
