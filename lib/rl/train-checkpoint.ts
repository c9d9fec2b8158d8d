/** Where a seed of a training goes on after a stop or a kill: its learner to the byte, its best policy so far, its curve. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/index.js';
import { fillFrom, textOf } from './array-text.js';
import type { DenseLayer, Network } from './contract.js';
import type { TrainedPolicy } from './ppo.js';
import type { CurveRow } from './train-curve.js';

/** The best policy by validation. */
export interface Best {
  readonly iteration: number;
  readonly steps: number;
  readonly score: number;
  readonly policy: TrainedPolicy;
}

export interface TrainCheckpoint {
  /** A {@link Ppo.snapshot}. */
  readonly ppo: unknown;
  readonly best: Best | null;
  /** Looks at validation since the best. */
  readonly sinceBest: number;
  readonly curve: readonly CurveRow[];
}

interface LayerText {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: string;
  readonly bias: string;
}
interface NetworkText {
  readonly activation: Network['activation'];
  readonly layers: readonly LayerText[];
}

const FILE = 'checkpoint.json';

/** `identity` tells whose it is: settings, data, seed, fold, kernel and code. */
export function writeCheckpoint(folder: string, identity: string, { best, ...rest }: TrainCheckpoint): void {
  const text = best && { ...best, policy: policyText(best.policy) };
  writeFileAtomic(join(folder, FILE), JSON.stringify({ identity, ...rest, best: text }));
}

/** Null where there is none, or one of something else. */
export function readCheckpoint(folder: string, identity: string): TrainCheckpoint | null {
  const path = join(folder, FILE);
  if (!existsSync(path)) return null;
  const {
    identity: found,
    best,
    ...rest
  } = JSON.parse(readFileSync(path, 'utf8')) as TrainCheckpoint & {
    identity: string;
    best: (Omit<Best, 'policy'> & { policy: ReturnType<typeof policyText> }) | null;
  };
  if (found !== identity) return null;
  return { ...rest, best: best && { ...best, policy: policyOf(best.policy) } };
}

export const removeCheckpoint = (folder: string): void => rmSync(join(folder, FILE), { force: true });

const networkText = ({ activation, layers }: Network): NetworkText => ({
  activation,
  layers: layers.map(({ inputs, outputs, weight, bias }) => ({ inputs, outputs, weight: textOf(weight), bias: textOf(bias) })),
});

const networkOf = ({ activation, layers }: NetworkText): Network => ({
  activation,
  layers: layers.map(({ inputs, outputs, weight: weightText, bias: biasText }): DenseLayer => {
    const weight = new Float32Array(inputs * outputs);
    const bias = new Float32Array(outputs);
    fillFrom(weightText, weight);
    fillFrom(biasText, bias);
    return { inputs, outputs, weight, bias };
  }),
});

function policyText({ policy, value, normaliser }: TrainedPolicy) {
  return {
    policy: networkText(policy),
    value: networkText(value),
    normaliser: normaliser && { ...normaliser, mean: textOf(normaliser.mean), variance: textOf(normaliser.variance) },
  };
}

function policyOf({ policy, value, normaliser }: ReturnType<typeof policyText>): TrainedPolicy {
  const network = networkOf(policy);
  const column = (text: string): Float64Array => {
    const values = new Float64Array(network.layers[0]!.inputs);
    fillFrom(text, values);
    return values;
  };
  return {
    policy: network,
    value: networkOf(value),
    normaliser: normaliser && { ...normaliser, mean: column(normaliser.mean), variance: column(normaliser.variance) },
  };
}
