/** Adam (Kingma & Ba, arXiv 1412.6980) over one block of weights, with the gradient clipped by its norm over the whole block. */
import type { Kernel } from './kernel.js';

export interface AdamState {
  /** Places on the heap, `count` floats each: gradient, first and second moment. */
  readonly gradient: number;
  readonly mean: number;
  readonly square: number;
  /** Steps taken. */
  steps: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
/** As stable-baselines3 sets it for PPO; torch's own default is 1e-8. */
const EPSILON = 1e-5;

export const adamInit = (kernel: Kernel, count: number): AdamState => ({
  gradient: kernel.reserve(count),
  mean: kernel.reserve(count),
  square: kernel.reserve(count),
  steps: 0,
});

/**
 * Clips the gradient to `maxNorm` (torch's clip_grad_norm_: times maxNorm / (norm + 1e-6), at most 1) and takes one step. Returns the
 * norm before. The bias corrections are folded into rate and epsilon: rate * m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps), multiplied out.
 */
export function adamStep(kernel: Kernel, state: AdamState, weights: number, count: number, rate: number, maxNorm: number): number {
  const norm = Math.sqrt(kernel.sumOfSquares(state.gradient, count));
  const scale = Math.min(1, maxNorm / (norm + 1e-6));
  state.steps++;
  const correction = Math.sqrt(1 - BETA2 ** state.steps);
  const corrected = (rate * correction) / (1 - BETA1 ** state.steps);
  const numbers = [BETA1, 1 - BETA1, BETA2, 1 - BETA2, scale, corrected, EPSILON * correction];
  kernel.adam(weights, state.gradient, state.mean, state.square, count, numbers);
  return norm;
}
