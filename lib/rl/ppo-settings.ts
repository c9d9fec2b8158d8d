/** What a PPO run can be told, with the defaults of stable-baselines3 2.9. */
import type { KernelName, Network } from './contract.js';

/** Constant, or linear over the run's total steps. */
export type Schedule = number | { readonly from: number; readonly to: number };

export interface PpoSettings {
  /** Steps of the whole run, for linear schedules; `iterate` may go on beyond, at the last value. */
  readonly totalSteps: number;
  /** Steps of each environment between two updates. */
  readonly stepsPerRollout: number;
  readonly minibatchSize: number;
  readonly epochs: number;
  readonly gamma: number;
  /** Lambda of generalised advantage estimation. */
  readonly lambda: number;
  readonly learningRate: Schedule;
  readonly clipRange: Schedule;
  /** Limit of a value's change since the rollout; null: none. Depends on the scale of rewards. */
  readonly valueClipRange: Schedule | null;
  readonly normaliseAdvantage: boolean;
  readonly entropyWeight: number;
  readonly valueWeight: number;
  readonly maxGradientNorm: number;
  /** Stops an update before the step whose mean KL divergence is over 1.5 times this; null: never. */
  readonly targetKl: number | null;
  readonly activation: Network['activation'];
  readonly policyWidths: readonly number[];
  readonly valueWidths: readonly number[];
  /** VecNormalize; null: raw observations and rewards, which is stable-baselines3's default without the wrapper. */
  readonly normalise: {
    readonly observations: boolean;
    readonly rewards: boolean;
    readonly observationClip: number;
    readonly rewardClip: number;
  } | null;
  readonly kernel: KernelName;
}

/** Defaults of stable-baselines3's PPO and MlpPolicy inside a VecNormalize at its defaults. The kernel and the length are the caller's. */
export const ppoDefaults: Omit<PpoSettings, 'totalSteps' | 'kernel'> = {
  stepsPerRollout: 2048,
  minibatchSize: 64,
  epochs: 10,
  gamma: 0.99,
  lambda: 0.95,
  learningRate: 3e-4,
  clipRange: 0.2,
  valueClipRange: null,
  normaliseAdvantage: true,
  entropyWeight: 0,
  valueWeight: 0.5,
  maxGradientNorm: 0.5,
  targetKl: null,
  activation: 'tanh',
  policyWidths: [64, 64],
  valueWidths: [64, 64],
  normalise: { observations: true, rewards: true, observationClip: 10, rewardClip: 10 },
};

/** `done`: share of the total steps taken, the rollout at hand included; from 1 on the last value holds. */
export function scheduled(schedule: Schedule, done: number): number {
  if (typeof schedule === 'number') return schedule;
  return schedule.from + (schedule.to - schedule.from) * Math.min(1, done);
}
