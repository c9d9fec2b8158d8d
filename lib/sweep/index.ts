/** sweep: thousands of rule configurations over arrays, with the same fills as the loop, and how much of the best one is luck. */
export type { Accounts, Configuration, Evaluation, Evaluator, SweepGround } from './contract.js';
