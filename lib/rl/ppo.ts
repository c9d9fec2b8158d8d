/** PPO: rollout, advantages, update, again and again; the whole state can be written down and taken up again to the byte. */
import { type RandomState, randomBelow, randomInit, sha256 } from '../core/index.js';
import { actorCritic } from './actor-critic.js';
import { adamInit } from './adam.js';
import { fillFrom, textOf } from './array-text.js';
import type { KernelName, Network, NormaliserStatistics, VectorEnv } from './contract.js';
import { EpisodeLog } from './episode-log.js';
import { orthogonalNetwork } from './init-orthogonal.js';
import { openKernel } from './kernel-choice.js';
import { Normaliser } from './normaliser.js';
import { type PpoSettings, scheduled } from './ppo-settings.js';
import { ppoUpdate, type UpdateStats } from './ppo-update.js';
import { collector } from './rollout.js';
import type { RunningMoments } from './running-moments.js';

export interface IterationStats extends UpdateStats {
  readonly iteration: number;
  /** Environment steps so far, all environments together. */
  readonly steps: number;
  readonly learningRate: number;
  /** Share of the returns' variance that the values of the rollout explained; null when the returns don't vary. */
  readonly explainedVariance: number | null;
  /** Means over the last 100 episodes, raw rewards; null before the first has ended. */
  readonly episodes: { readonly reward: number; readonly length: number } | null;
  readonly episodesEnded: number;
}

export interface TrainedPolicy {
  readonly policy: Network;
  readonly value: Network;
  /** Null when observations are not normalised. */
  readonly normaliser: NormaliserStatistics | null;
}

export interface Ppo {
  readonly kernel: { readonly name: KernelName; readonly hash: string | null };
  /** One rollout and one update. */
  iterate(): IterationStats;
  /** A copy of what has been learned. */
  policy(): TrainedPolicy;
  /** sha256 of weights and normaliser: the same seed, settings, environment and kernel give the same. */
  hash(): string;
  /** Plain JSON: weights, optimiser, normaliser, random states, environments, episodes. */
  snapshot(): unknown;
  /** Of a learner with the same settings and environment; what follows is as if nothing had happened. */
  restore(snapshot: unknown): void;
}

/** Random streams of one run, so that more draws in one place don't move the others. */
interface Streams {
  readonly actions: RandomState;
  readonly order: RandomState;
}

/** What {@link Ppo.snapshot} gives; arrays as base64 of their bytes. */
interface Snapshot {
  readonly steps: number;
  readonly iteration: number;
  readonly weights: string;
  readonly optimiser: { readonly mean: string; readonly square: string; readonly steps: number };
  readonly normaliser: { readonly observations: MomentsText; readonly returns: MomentsText; readonly running: string } | null;
  readonly observations: string;
  readonly starts: string;
  readonly episodes: {
    readonly rewards: string;
    readonly lengths: string;
    readonly recent: (readonly [number, number])[];
    readonly ended: number;
  };
  readonly streams: Streams;
  readonly env: unknown;
}

interface MomentsText {
  readonly mean: string;
  readonly variance: string;
  readonly count: number;
}

const momentsText = ({ mean, variance, count }: RunningMoments): MomentsText => ({ mean: textOf(mean), variance: textOf(variance), count });

function fillMoments(moments: RunningMoments, text: MomentsText): void {
  fillFrom(text.mean, moments.mean);
  fillFrom(text.variance, moments.variance);
  moments.count = text.count;
}

/**
 * Resets the environments with `seed` and draws weights, actions and minibatches from it. The rollout is one of `stepsPerRollout` x
 * `env.count` samples. Throws KernelError when the engine can't run `settings.kernel`.
 */
export function createPpo(settings: PpoSettings, env: VectorEnv, seed: number): Ppo {
  const kernel = openKernel(settings.kernel);
  const agent = actorCritic(kernel, { ...settings, observationSize: env.observationSize, actionCount: env.actionCount });
  const { parameters, parameterCount } = agent;
  const optimiser = adamInit(kernel, parameterCount);
  const normaliser =
    settings.normalise === null ? null : new Normaliser(env.observationSize, env.count, { ...settings.normalise, gamma: settings.gamma });
  const episodes = new EpisodeLog(env.count);
  const streams: Streams = { actions: randomInit(seed, 'actions'), order: randomInit(seed, 'order') };
  const play = collector(agent, env, settings, normaliser, episodes, streams.actions);
  const { rollout } = play;
  const update = ppoUpdate(agent, optimiser, settings);
  const order = new Int32Array(rollout.size);
  let steps = 0;
  let iteration = 0;

  const initial = randomInit(seed, 'weights');
  const widths = (hidden: readonly number[], outputs: number) => [env.observationSize, ...hidden, outputs];
  agent.write({
    policy: orthogonalNetwork(widths(settings.policyWidths, env.actionCount), settings.activation, 0.01, initial),
    value: orthogonalNetwork(widths(settings.valueWidths, 1), settings.activation, 1, initial),
  });
  play.reset(seed);

  /** Every sample once, in a new order (Fisher and Yates). */
  function shuffled(): Int32Array {
    for (let i = 0; i < order.length; i++) order[i] = i;
    for (let i = order.length - 1; i > 0; i--) {
      const j = randomBelow(streams.order, i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  const block = (at: number, count: number) => kernel.floats.subarray(at, at + count);
  const weights = () => block(parameters, parameterCount);
  const moments = () => ({ mean: block(optimiser.mean, parameterCount), square: block(optimiser.square, parameterCount) });
  const toGoOnFrom = () => block(rollout.observations + rollout.size * agent.observationStride, env.count * agent.observationStride);

  return {
    kernel: { name: kernel.name, hash: kernel.hash },
    iterate() {
      play.collect();
      steps += rollout.size;
      iteration++;
      const done = steps / settings.totalSteps;
      const learningRate = scheduled(settings.learningRate, done);
      const { valueClipRange, entropyWeight, valueWeight } = settings;
      const stats = update(rollout, shuffled, learningRate, {
        clipRange: scheduled(settings.clipRange, done),
        valueClipRange: valueClipRange === null ? null : scheduled(valueClipRange, done),
        entropyWeight,
        valueWeight,
      });
      return {
        ...stats,
        iteration,
        steps,
        learningRate,
        explainedVariance: explainedVariance(rollout.values, rollout.returns),
        episodes: episodes.means(),
        episodesEnded: episodes.state.ended,
      };
    },
    policy: () => ({ ...agent.read(), normaliser: settings.normalise?.observations === true ? normaliser!.statistics() : null }),
    hash() {
      const parts = [weights(), normaliser?.state.observations.mean, normaliser?.state.observations.variance];
      return sha256(parts.map((part) => (part === undefined ? '' : textOf(part))).join('|'));
    },
    snapshot(): Snapshot {
      const { rewards, lengths, recent, ended } = episodes.state;
      const { mean, square } = moments();
      return {
        steps,
        iteration,
        weights: textOf(weights()),
        optimiser: { mean: textOf(mean), square: textOf(square), steps: optimiser.steps },
        normaliser:
          normaliser === null
            ? null
            : {
                observations: momentsText(normaliser.state.observations),
                returns: momentsText(normaliser.state.returns),
                running: textOf(normaliser.state.running),
              },
        observations: textOf(toGoOnFrom()),
        starts: textOf(rollout.nextStarts),
        episodes: { rewards: textOf(rewards), lengths: textOf(lengths), recent: [...recent], ended },
        streams: { actions: { ...streams.actions }, order: { ...streams.order } },
        env: env.snapshot(),
      };
    },
    restore(snapshot) {
      const from = snapshot as Snapshot;
      fillFrom(from.weights, weights());
      const { mean, square } = moments();
      fillFrom(from.optimiser.mean, mean);
      fillFrom(from.optimiser.square, square);
      optimiser.steps = from.optimiser.steps;
      if (normaliser !== null && from.normaliser !== null) {
        fillMoments(normaliser.state.observations, from.normaliser.observations);
        fillMoments(normaliser.state.returns, from.normaliser.returns);
        fillFrom(from.normaliser.running, normaliser.state.running);
        normaliser.refresh();
      }
      fillFrom(from.observations, toGoOnFrom());
      fillFrom(from.starts, rollout.nextStarts);
      fillFrom(from.episodes.rewards, episodes.state.rewards);
      fillFrom(from.episodes.lengths, episodes.state.lengths);
      episodes.state.recent = [...from.episodes.recent];
      episodes.state.ended = from.episodes.ended;
      Object.assign(streams.actions, from.streams.actions);
      Object.assign(streams.order, from.streams.order);
      env.restore(from.env);
      steps = from.steps;
      iteration = from.iteration;
    },
  };
}

/** 1 - var(returns - values) / var(returns). */
function explainedVariance(values: Float32Array, returns: Float32Array): number | null {
  const variance = (of: (i: number) => number): number => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < values.length; i++) sum += of(i);
    const mean = sum / values.length;
    for (let i = 0; i < values.length; i++) squares += (of(i) - mean) ** 2;
    return squares / values.length;
  };
  const whole = variance((i) => returns[i]!);
  return whole === 0 ? null : 1 - variance((i) => returns[i]! - values[i]!) / whole;
}
