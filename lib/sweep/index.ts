/** sweep: thousands of rule configurations over arrays, with the same fills as the loop, and how much of the best one is luck. */
export { specOf } from './configuration-spec.js';
export type {
  Accounts,
  Configuration,
  EvaluateOptions,
  Evaluation,
  Evaluator,
  SweepFill,
  SweepGround,
  SweepKernel,
} from './contract.js';
export { createEvaluator, type SweepEffects } from './evaluator.js';
export type { SignalSet } from './signal-strategy.js';
