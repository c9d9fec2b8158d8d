/** The update after a rollout: some epochs of shuffled minibatches, each a forward pass, the loss, a backward pass and a step of Adam. */
import { type ActorCritic, CHUNK_ROWS, VALUE_STRIDE } from './actor-critic.js';
import { type AdamState, adamStep } from './adam.js';
import { type LossWeights, lossSums, normaliseAdvantages, ppoLoss } from './ppo-loss.js';
import type { PpoSettings } from './ppo-settings.js';
import type { Rollout } from './rollout.js';

/** Means over the minibatches of the update. */
export interface UpdateStats {
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  /** Approximate KL divergence between the policy of the rollout and the new one, over the last epoch. */
  readonly kl: number;
  /** Share of samples whose ratio was clipped. */
  readonly clipFraction: number;
  /** Of the gradient, before clipping. */
  readonly gradientNorm: number;
  /** Taken by the optimiser. */
  readonly optimiserSteps: number;
  /** Whether the KL limit ended it. */
  readonly stopped: boolean;
}

export type Update = (rollout: Rollout, order: (epoch: number) => Int32Array, rate: number, weights: LossWeights) => UpdateStats;

type UpdateSettings = Pick<PpoSettings, 'minibatchSize' | 'epochs' | 'normaliseAdvantage' | 'maxGradientNorm' | 'targetKl'>;

/** `order(epoch)`: the samples of the rollout in the order in which minibatches take them; the last minibatch may be smaller. */
export function ppoUpdate(agent: ActorCritic, optimiser: AdamState, settings: UpdateSettings): Update {
  const { kernel, observationStride: stride, logitStride, actionCount, parameters, parameterCount } = agent;
  const { minibatchSize, epochs, normaliseAdvantage, maxGradientNorm, targetKl } = settings;
  const x = kernel.reserve(CHUNK_ROWS * stride);
  const rowsAt = kernel.reserve(CHUNK_ROWS);
  const dLogits = kernel.reserve(CHUNK_ROWS * logitStride);
  const dValues = kernel.reserve(CHUNK_ROWS * VALUE_STRIDE);
  const loss = ppoLoss(agent);
  const targets = {
    actions: new Int32Array(minibatchSize),
    logProbabilities: new Float32Array(minibatchSize),
    values: new Float32Array(minibatchSize),
    advantages: new Float64Array(minibatchSize),
    returns: new Float32Array(minibatchSize),
    masks: null as Uint8Array | null,
  };

  function gather(rollout: Rollout, samples: Int32Array, first: number, rows: number): void {
    for (let i = 0; i < rows; i++) {
      const sample = samples[first + i]!;
      targets.actions[i] = rollout.actions[sample]!;
      targets.logProbabilities[i] = rollout.logProbabilities[sample]!;
      targets.values[i] = rollout.values[sample]!;
      targets.advantages[i] = rollout.advantages[sample]!;
      targets.returns[i] = rollout.returns[sample]!;
    }
    if (rollout.masks !== null) {
      targets.masks ??= new Uint8Array(minibatchSize * actionCount);
      for (let i = 0; i < rows; i++) {
        const at = samples[first + i]! * actionCount;
        for (let a = 0; a < actionCount; a++) targets.masks[i * actionCount + a] = rollout.masks[at + a]!;
      }
    }
    if (normaliseAdvantage) normaliseAdvantages(targets.advantages, rows);
  }

  /** Gradient of one minibatch into the optimiser's block. */
  function gradient(rollout: Rollout, samples: Int32Array, first: number, batch: number, weights: LossWeights) {
    const sums = lossSums();
    gather(rollout, samples, first, batch);
    kernel.clear(optimiser.gradient, parameterCount);
    agent.policy.prepareBackward();
    agent.value.prepareBackward();
    for (let done = 0; done < batch; done += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, batch - done);
      for (let i = 0; i < rows; i++) kernel.floats[rowsAt + i] = samples[first + done + i]!;
      kernel.gatherRows(x, rollout.observations, rowsAt, rows, stride);
      const logits = agent.policy.forward(x, rows);
      const values = agent.value.forward(x, rows);
      loss({ logits, values, dLogits, dValues }, targets, done, rows, batch, weights, sums);
      agent.policy.backward(x, dLogits, optimiser.gradient, rows);
      agent.value.backward(x, dValues, optimiser.gradient, rows);
    }
    return sums;
  }

  return (rollout, order, rate, weights) => {
    const total = { policy: 0, value: 0, entropy: 0, clipped: 0, norm: 0 };
    let minibatches = 0;
    let steps = 0;
    let kl = 0;
    let stopped = false;
    for (let epoch = 0; epoch < epochs && !stopped; epoch++) {
      const samples = order(epoch);
      let klOfEpoch = 0;
      let inEpoch = 0;
      for (let first = 0; first < rollout.size; first += minibatchSize) {
        const batch = Math.min(minibatchSize, rollout.size - first);
        const sums = gradient(rollout, samples, first, batch, weights);
        total.policy += sums.policy / batch;
        total.value += sums.value / batch;
        total.entropy += sums.entropy / batch;
        total.clipped += sums.clipped / batch;
        minibatches++;
        inEpoch++;
        klOfEpoch += sums.kl / batch;
        if (targetKl !== null && sums.kl / batch > 1.5 * targetKl) {
          stopped = true;
          break;
        }
        total.norm += adamStep(kernel, optimiser, parameters, parameterCount, rate, maxGradientNorm);
        steps++;
      }
      kl = klOfEpoch / inEpoch;
    }
    return {
      policyLoss: total.policy / minibatches,
      valueLoss: total.value / minibatches,
      entropy: total.entropy / minibatches,
      kl,
      clipFraction: total.clipped / minibatches,
      gradientNorm: steps === 0 ? 0 : total.norm / steps,
      optimiserSteps: steps,
      stopped,
    };
  };
}
