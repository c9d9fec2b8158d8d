/** Playing the policy in a batch of environments for some steps, and keeping what an update needs. */
import type { RandomState } from '../core/index.js';
import { type ActorCritic, CHUNK_ROWS, VALUE_STRIDE } from './actor-critic.js';
import { estimateAdvantages } from './advantage.js';
import type { VectorEnv } from './contract.js';
import type { EpisodeLog } from './episode-log.js';
import type { Normaliser } from './normaliser.js';
import type { PpoSettings } from './ppo-settings.js';
import { sampleAction, softmax, softmaxOf } from './sampling.js';

/** Samples of a rollout, step by step, the environments of a step side by side. */
export interface Rollout {
  readonly steps: number;
  readonly count: number;
  /** steps x count. */
  readonly size: number;
  /** Place on the heap of (steps + 1) x count rows: the last are the observations to go on from. */
  readonly observations: number;
  readonly actions: Int32Array;
  readonly logProbabilities: Float32Array;
  readonly values: Float32Array;
  readonly rewards: Float32Array;
  /** 1 where the observation starts an episode. */
  readonly starts: Uint8Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  /** size x actions; null without masks. */
  readonly masks: Uint8Array | null;
  /** Whether the observation to go on from starts an episode. */
  readonly nextStarts: Uint8Array;
}

export function rolloutFor(agent: ActorCritic, env: VectorEnv, steps: number): Rollout {
  const { count } = env;
  const size = steps * count;
  return {
    steps,
    count,
    size,
    observations: agent.kernel.reserve((size + count) * agent.observationStride),
    actions: new Int32Array(size),
    logProbabilities: new Float32Array(size),
    values: new Float32Array(size),
    rewards: new Float32Array(size),
    starts: new Uint8Array(size),
    advantages: new Float32Array(size),
    returns: new Float32Array(size),
    masks: env.masks === undefined ? null : new Uint8Array(size * env.actionCount),
    nextStarts: new Uint8Array(count).fill(1),
  };
}

export interface Collector {
  /** Starts all environments anew; their first observations count for the normaliser. */
  reset(seed: number): void;
  /** Plays `rollout.steps` steps from where the last call ended, and estimates advantages. */
  collect(): void;
  readonly rollout: Rollout;
}

export function collector(
  agent: ActorCritic,
  env: VectorEnv,
  settings: PpoSettings,
  normaliser: Normaliser | null,
  episodes: EpisodeLog,
  random: RandomState,
): Collector {
  const { kernel, observationStride: stride, logitStride, actionCount } = agent;
  const { count, observationSize } = env;
  const rollout = rolloutFor(agent, env, settings.stepsPerRollout);
  const final = kernel.reserve(count * stride);
  const finalValues = new Float32Array(count);
  const row = softmaxOf(actionCount);
  const actions = new Int32Array(count);
  const scalesObservations = settings.normalise?.observations === true;
  const scalesRewards = settings.normalise?.rewards === true;

  /** Raw row `i` to its place on the heap, normalised when the run normalises. */
  function take(raw: Float32Array, i: number, to: number): void {
    if (scalesObservations) normaliser!.normalise(raw, i * observationSize, kernel.floats, to);
    else for (let j = 0; j < observationSize; j++) kernel.floats[to + j] = raw[i * observationSize + j]!;
  }

  /** The environment's observations become those before step t. */
  function observe(t: number): void {
    if (scalesObservations) normaliser!.learn(env.observations, count);
    for (let i = 0; i < count; i++) take(env.observations, i, rollout.observations + (t * count + i) * stride);
  }

  function valuesOf(at: number, rows: number, out: Float32Array, outAt: number): void {
    for (let first = 0; first < rows; first += CHUNK_ROWS) {
      const chunk = Math.min(CHUNK_ROWS, rows - first);
      const y = agent.value.forward(at + first * stride, chunk);
      for (let i = 0; i < chunk; i++) out[outAt + first + i] = kernel.floats[y + i * VALUE_STRIDE]!;
    }
  }

  function decide(t: number): void {
    const base = t * count;
    const at = rollout.observations + base * stride;
    if (rollout.masks !== null) rollout.masks.set(env.masks!, base * actionCount);
    for (let first = 0; first < count; first += CHUNK_ROWS) {
      const chunk = Math.min(CHUNK_ROWS, count - first);
      const y = agent.policy.forward(at + first * stride, chunk);
      for (let i = 0; i < chunk; i++) {
        const sample = base + first + i;
        softmax(row, kernel.floats, y + i * logitStride, rollout.masks, sample * actionCount);
        const action = sampleAction(row, random);
        actions[first + i] = action;
        rollout.actions[sample] = action;
        rollout.logProbabilities[sample] = row.logProbabilities[action]!;
      }
    }
    valuesOf(at, count, rollout.values, base);
    rollout.starts.set(rollout.nextStarts, base);
  }

  /** An episode cut by time is worth what the value network expects beyond; the observation is normalised, but not learned from. */
  function bootstrap(base: number): void {
    if (!env.dones.includes(2)) return;
    for (let i = 0; i < count; i++) if (env.dones[i] === 2) take(env.finalObservations, i, final + i * stride);
    valuesOf(final, count, finalValues, 0);
    for (let i = 0; i < count; i++) {
      if (env.dones[i] === 2) rollout.rewards[base + i] = rollout.rewards[base + i]! + settings.gamma * finalValues[i]!;
    }
  }

  return {
    rollout,
    reset(seed) {
      env.reset(seed);
      rollout.nextStarts.fill(1);
      observe(rollout.steps);
    },
    collect() {
      const { steps, observations } = rollout;
      const block = count * stride;
      kernel.floats.copyWithin(observations, observations + steps * block, observations + (steps + 1) * block);
      for (let t = 0; t < steps; t++) {
        const base = t * count;
        decide(t);
        env.step(actions);
        episodes.add(env.rewards, env.dones);
        observe(t + 1);
        if (scalesRewards) normaliser!.rewards(env.rewards, rollout.rewards, base);
        else rollout.rewards.set(env.rewards, base);
        bootstrap(base);
        for (let i = 0; i < count; i++) {
          const done = env.dones[i] !== 0;
          rollout.nextStarts[i] = done ? 1 : 0;
          if (done) normaliser?.ended(i);
        }
      }
      valuesOf(observations + steps * block, count, finalValues, 0);
      estimateAdvantages(
        { ...rollout, lastValues: finalValues, lastStarts: rollout.nextStarts },
        settings.gamma,
        settings.lambda,
        rollout.advantages,
        rollout.returns,
      );
    },
  };
}
