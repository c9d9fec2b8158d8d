/** Choosing what evaluates a ground's configurations: the WASM kernel where it runs, plain JS, or the loop where a kernel can't follow it. */
import { kernelRuns } from '../core/index.js';
import { type PreparedReplay, prepareReplay } from '../replay/index.js';
import type { Evaluator, SweepEffects, SweepGround, SweepKernel } from './contract.js';
import { arraysEvaluator } from './evaluator-arrays.js';
import { loopEvaluator } from './evaluator-loop.js';
import { arenaBytes, unfollowable } from './ground.js';
import { plainPrimitives } from './primitives.js';
import { simdPrimitives } from './primitives-simd.js';

/**
 * `kernel`: a certain one instead of the fastest that runs here; the loop takes over from it on a ground that no kernel can follow, and
 * `reason` says why. Throws InputError on a ground that can't be replayed.
 */
export function createEvaluator(ground: SweepGround, effects: SweepEffects = {}, kernel?: SweepKernel): Evaluator {
  const prepared: PreparedReplay = prepareReplay({ ...ground.spec, strategies: [{ id: 'buy-and-hold' }] }, effects);
  if (kernel === 'loop') return loopEvaluator(prepared, ground, effects, null);
  const reason = unfollowable(prepared);
  if (reason !== null) return loopEvaluator(prepared, ground, effects, reason);
  const simd = kernel === 'simd' || (kernel === undefined && kernelRuns('sweep', 'integer'));
  const primitives = simd ? simdPrimitives(arenaBytes(prepared)) : plainPrimitives();
  return arraysEvaluator(prepared, ground.accounts, effects.signals ?? [], primitives);
}
