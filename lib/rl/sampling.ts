/** From logits to an action: a draw from the softmax, or its most likely action. */
import { type RandomState, randomFloat } from '../core/index.js';
import type { Floats } from './kernel.js';

/** Logit of an action that its mask forbids (sb3-contrib's MaskableCategorical): its probability is exactly 0. */
export const FORBIDDEN_LOGIT = -1e8;

/** Softmax of one row, made once and used again. */
export interface Softmax {
  /** Natural logarithms of the probabilities, and the probabilities. */
  readonly logProbabilities: Float64Array;
  readonly probabilities: Float64Array;
}

export const softmaxOf = (actionCount: number): Softmax => ({
  logProbabilities: new Float64Array(actionCount),
  probabilities: new Float64Array(actionCount),
});

/** Softmax of the logits at `at`; `masks` from `maskAt`: 1 = allowed, null: all are. */
export function softmax(out: Softmax, floats: Floats, at: number, masks: Uint8Array | null, maskAt: number): void {
  const { logProbabilities, probabilities } = out;
  const count = probabilities.length;
  let most = Number.NEGATIVE_INFINITY;
  for (let a = 0; a < count; a++) {
    const logit = masks !== null && masks[maskAt + a] === 0 ? FORBIDDEN_LOGIT : floats[at + a]!;
    logProbabilities[a] = logit;
    if (logit > most) most = logit;
  }
  let sum = 0;
  for (let a = 0; a < count; a++) {
    const e = Math.exp(logProbabilities[a]! - most);
    probabilities[a] = e;
    sum += e;
  }
  const logSum = most + Math.log(sum);
  const inverse = 1 / sum;
  for (let a = 0; a < count; a++) {
    logProbabilities[a] = logProbabilities[a]! - logSum;
    probabilities[a] = probabilities[a]! * inverse;
  }
}

/** Draws an action by one uniform number; never one of probability 0. */
export function sampleAction({ probabilities }: Softmax, random: RandomState): number {
  let left = randomFloat(random);
  let last = 0;
  for (let a = 0; a < probabilities.length; a++) {
    const p = probabilities[a]!;
    if (p === 0) continue;
    last = a;
    left -= p;
    if (left < 0) return a;
  }
  return last; // rounding left a rest above the sum
}

/** The action of the largest logit, the first of equals; never a masked one. */
export function bestAction(logits: Floats, at: number, count: number, masks: Uint8Array | null = null, maskAt = 0): number {
  let best = -1;
  for (let a = 0; a < count; a++) {
    if (masks !== null && masks[maskAt + a] === 0) continue;
    if (best < 0 || logits[at + a]! > logits[at + best]!) best = a;
  }
  return best;
}
