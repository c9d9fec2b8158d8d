/** The files of test/rl/golden/ppo, and their networks in our form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../lib/core/index.js';
import type { Network } from '../../../lib/rl/index.js';
import { float32s } from './draws.js';

export const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(join(projectRoot(), 'test/rl/golden/ppo', `${name}.json`), 'utf8')) as T;

export interface LayerText {
  readonly weight: string;
  readonly bias: string;
}

export interface NetworksText {
  readonly policy: readonly LayerText[];
  readonly value: readonly LayerText[];
}

export function networks(text: NetworksText, activation: Network['activation']): { policy: Network; value: Network } {
  const network = (layers: readonly LayerText[]): Network => ({
    activation,
    layers: layers.map((layer) => {
      const weight = float32s(layer.weight);
      const bias = float32s(layer.bias);
      return { inputs: weight.length / bias.length, outputs: bias.length, weight, bias };
    }),
  });
  return { policy: network(text.policy), value: network(text.value) };
}

/** The largest difference between two pairs of networks. */
export function networkDistance(a: { policy: Network; value: Network }, b: { policy: Network; value: Network }): number {
  let most = 0;
  for (const name of ['policy', 'value'] as const) {
    a[name].layers.forEach((layer, i) => {
      for (const part of ['weight', 'bias'] as const) {
        const other = b[name].layers[i]![part];
        if (other.length !== layer[part].length) throw new Error(`${name} ${i} ${part}: ${layer[part].length} and ${other.length} numbers`);
        for (let k = 0; k < other.length; k++) most = Math.max(most, Math.abs(layer[part][k]! - other[k]!));
      }
    });
  }
  return most;
}
