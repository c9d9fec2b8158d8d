/** Where the weights of a dense network lie in a block of parameters, and their passage from and to layers as files have them. */
import { HindcastError } from '../core/index.js';
import type { DenseLayer, Network } from './contract.js';
import { type Floats, padded } from './kernel.js';

/** Places are relative to the block; weight is padded(inputs) x padded(outputs), bias padded(outputs). */
export interface LayerPlace {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: number;
  readonly bias: number;
}

export interface NetworkLayout {
  readonly activation: Network['activation'];
  readonly layers: readonly LayerPlace[];
  /** First place after the network. */
  readonly end: number;
}

/** `widths`: inputs, hidden widths, outputs. */
export function networkLayout(widths: readonly number[], activation: Network['activation'], start = 0): NetworkLayout {
  let end = start;
  const layers = widths.slice(1).map((outputs, i): LayerPlace => {
    const inputs = widths[i]!;
    const weight = end;
    const bias = weight + padded(inputs) * padded(outputs);
    end = bias + padded(outputs);
    return { inputs, outputs, weight, bias };
  });
  return { activation, layers, end };
}

/** Throws HindcastError when the widths differ. */
export function writeNetwork(floats: Floats, base: number, layout: NetworkLayout, { layers }: Network): void {
  layout.layers.forEach((place, i) => {
    const layer = layers[i];
    if (layers.length !== layout.layers.length || layer?.inputs !== place.inputs || layer.outputs !== place.outputs) {
      const widths = (list: readonly { inputs: number; outputs: number }[]) => list.map((one) => `${one.inputs}x${one.outputs}`).join(' ');
      throw new HindcastError(
        `writeNetwork: expected layers ${widths(layout.layers)}, got ${widths(layers)}. Use a network of the same widths.`,
      );
    }
    const stride = padded(place.outputs);
    floats.set(layer.bias, base + place.bias);
    for (let out = 0; out < place.outputs; out++) {
      for (let input = 0; input < place.inputs; input++) {
        floats[base + place.weight + input * stride + out] = layer.weight[out * place.inputs + input]!;
      }
    }
  });
}

export function readNetwork(floats: Floats, base: number, layout: NetworkLayout): Network {
  const layers = layout.layers.map(({ inputs, outputs, weight: at, bias: biasAt }): DenseLayer => {
    const stride = padded(outputs);
    const weight = new Float32Array(outputs * inputs);
    for (let out = 0; out < outputs; out++) {
      for (let input = 0; input < inputs; input++) weight[out * inputs + input] = floats[base + at + input * stride + out]!;
    }
    return { inputs, outputs, weight, bias: Float32Array.from(floats.subarray(base + biasAt, base + biasAt + outputs)) };
  });
  return { activation: layout.activation, layers };
}
