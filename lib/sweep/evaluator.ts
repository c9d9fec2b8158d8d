/** Choosing what evaluates a ground's configurations: the WASM kernel where it runs, plain JS, or the loop where a kernel can't follow it. */
import type { ReplayEffects } from '../replay/index.js';
import type { Evaluator, SweepGround, SweepKernel } from './contract.js';
import { loopEvaluator } from './evaluator-loop.js';
import type { SignalSet } from './signal-strategy.js';

/** What an evaluator may use of the outside. */
export interface SweepEffects extends Pick<ReplayEffects, 'data' | 'calendar'> {
  /** What configurations of `signal` name by index. */
  readonly signals?: readonly SignalSet[];
}

/** `kernel`: a certain one instead of the fastest that runs here. Throws InputError on a ground that can't be replayed. */
export function createEvaluator(ground: SweepGround, effects: SweepEffects = {}, kernel?: SweepKernel): Evaluator {
  return loopEvaluator(ground, effects, kernel === 'loop' ? null : 'the kernels are not there yet');
}
