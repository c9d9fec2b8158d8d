/** Playing a policy as it stands over bars that it wasn't taught on: most likely actions under its masks, one account an instrument, from first bar to last. */

import type { KernelName } from './contract.js';
import { networkInputs } from './forward.js';
import { openKernel } from './kernel-choice.js';
import { type MarketEnvOptions, marketEnv } from './market-env.js';
import { networkRunner } from './network-runner.js';
import type { TrainedPolicy } from './ppo.js';
import { bestAction } from './sampling.js';

export interface Outcome {
  /** Of all accounts added up, costs included. */
  readonly totalReturn: number;
  /** Mean over deviation (ddof 1) of the added accounts' returns from decision to decision, by the root of their number; 0 when flat. */
  readonly sharpe: number;
}

/** Throws KernelError when the engine can't run the kernel. */
export function outcomeOf(policy: TrainedPolicy, options: Omit<MarketEnvOptions, 'count'>, kernel: KernelName): Outcome {
  const { market, initialCashMinor } = options;
  const count = market.instruments.length;
  // Episodes go on to the end: account i is instrument i.
  const env = marketEnv({ ...options, count, start: 'first', episode: 'to-end' });
  const { actionCount, observationSize } = env;
  const runner = networkRunner(openKernel(kernel), policy.policy, count);
  const logits = new Float32Array(count * actionCount);
  const actions = new Int32Array(count);
  const ended = new Uint8Array(count);
  const equity = new Float64Array(count).fill(initialCashMinor);
  const { rawClip } = market.choice.schema;
  const growth: number[] = [];
  let before = count * initialCashMinor;
  for (let left = count; left > 0; ) {
    runner.run(networkInputs({ rawClip, normaliser: policy.normaliser }, env.observations, observationSize), count, logits);
    for (let i = 0; i < count; i++) actions[i] = bestAction(logits, i * actionCount, actionCount, env.masks, i * actionCount);
    env.step(actions);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      if (ended[i] === 0) {
        equity[i] = env.equityMinor[i]!;
        if (env.dones[i] !== 0) {
          ended[i] = 1;
          left--;
        }
      }
      sum += equity[i]!;
    }
    growth.push(sum / before - 1);
    before = sum;
  }
  const mean = growth.reduce((sum, x) => sum + x, 0) / growth.length;
  const variance = growth.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, growth.length - 1);
  return {
    totalReturn: before / (count * initialCashMinor) - 1,
    sharpe: variance > 0 ? (mean / Math.sqrt(variance)) * Math.sqrt(growth.length) : 0,
  };
}
