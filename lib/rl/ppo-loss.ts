/** The clipped surrogate loss of PPO (Schulman et al., arXiv 1707.06347) as stable-baselines3 2.9 writes it, and its gradient. */
import { type ActorCritic, VALUE_STRIDE } from './actor-critic.js';
import { softmax, softmaxOf } from './sampling.js';

/** Targets of one minibatch, in the order of its rows. */
export interface Targets {
  readonly actions: Int32Array;
  /** Log probabilities and values at the time of the rollout. */
  readonly logProbabilities: Float32Array;
  readonly values: Float32Array;
  readonly advantages: Float64Array;
  readonly returns: Float32Array;
  /** rows x actions; null: all actions are allowed. */
  readonly masks: Uint8Array | null;
}

export interface LossWeights {
  readonly clipRange: number;
  readonly valueClipRange: number | null;
  readonly entropyWeight: number;
  readonly valueWeight: number;
}

/** Sums over rows; `clipped` counts rows whose ratio left the clip range. */
export interface LossSums {
  policy: number;
  value: number;
  entropy: number;
  kl: number;
  clipped: number;
}

export const lossSums = (): LossSums => ({ policy: 0, value: 0, entropy: 0, kl: 0, clipped: 0 });

/** (advantage - mean) / (sample standard deviation + 1e-8) of the first `rows`, in place; one row alone stays as it is. */
export function normaliseAdvantages(advantages: Float64Array, rows: number): void {
  if (rows < 2) return;
  let mean = 0;
  for (let i = 0; i < rows; i++) mean += advantages[i]!;
  mean /= rows;
  let squares = 0;
  for (let i = 0; i < rows; i++) squares += (advantages[i]! - mean) ** 2;
  const spread = Math.sqrt(squares / (rows - 1)) + 1e-8;
  for (let i = 0; i < rows; i++) advantages[i] = (advantages[i]! - mean) / spread;
}

/**
 * For a chunk of a minibatch of `batch` rows: adds its losses to `sums` and writes d loss / d logits and d loss / d value, where
 * loss = mean(policy) - entropyWeight mean(entropy) + valueWeight mean(value).
 */
export function ppoLoss(agent: ActorCritic) {
  const { kernel, actionCount, logitStride } = agent;
  const row = softmaxOf(actionCount);
  return (
    places: { readonly logits: number; readonly values: number; readonly dLogits: number; readonly dValues: number },
    targets: Targets,
    first: number,
    rows: number,
    batch: number,
    weights: LossWeights,
    sums: LossSums,
  ): void => {
    const floats = kernel.floats;
    const { logProbabilities: logP, probabilities: p } = row;
    const { clipRange, valueClipRange, entropyWeight, valueWeight } = weights;
    for (let i = 0; i < rows; i++) {
      const target = first + i;
      const { masks } = targets;
      softmax(row, floats, places.logits + i * logitStride, masks, target * actionCount);
      const action = targets.actions[target]!;
      const logRatio = logP[action]! - targets.logProbabilities[target]!;
      const ratio = Math.exp(logRatio);
      const advantage = targets.advantages[target]!;
      const free = advantage * ratio;
      const held = advantage * Math.min(Math.max(ratio, 1 - clipRange), 1 + clipRange);
      sums.policy -= Math.min(free, held);
      sums.kl += ratio - 1 - logRatio;
      if (Math.abs(ratio - 1) > clipRange) sums.clipped++;
      // Beyond the clip the ratio has no influence.
      const pull = free <= held ? -free : 0;
      let entropy = 0;
      for (let a = 0; a < actionCount; a++) if (p[a] !== 0) entropy -= p[a]! * logP[a]!;
      sums.entropy += entropy;
      const at = places.dLogits + i * logitStride;
      for (let a = 0; a < actionCount; a++) {
        const probability = p[a]!;
        const d = probability === 0 ? 0 : probability * (entropyWeight * (logP[a]! + entropy) - pull);
        floats[at + a] = (a === action ? d + pull : d) / batch;
      }
      const value = floats[places.values + i * VALUE_STRIDE]!;
      const old = targets.values[target]!;
      const change = value - old;
      const within = valueClipRange === null || Math.abs(change) <= valueClipRange;
      const error = (within ? value : old + Math.sign(change) * valueClipRange!) - targets.returns[target]!;
      sums.value += error * error;
      floats[places.dValues + i * VALUE_STRIDE] = within ? (2 * valueWeight * error) / batch : 0;
    }
  };
}
