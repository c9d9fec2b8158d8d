/** VecNormalize of stable-baselines3 2.9, to the bit: observations by their running moments, rewards by those of the discounted return. */
import type { NormaliserStatistics } from './contract.js';
import type { Floats } from './kernel.js';
import { addRows, addScalars, momentsScratch, type RunningMoments, runningMoments } from './running-moments.js';

export interface NormaliserSettings {
  readonly observationClip: number;
  readonly rewardClip: number;
  /** Discount of the return whose variance scales the rewards. */
  readonly gamma: number;
}

/** All that changes. */
export interface NormaliserState {
  readonly observations: RunningMoments;
  readonly returns: RunningMoments;
  /** Discounted return of each environment so far. */
  readonly running: Float64Array;
}

const EPSILON = 1e-8;

export class Normaliser {
  readonly state: NormaliserState;
  readonly #settings: NormaliserSettings;
  readonly #size: number;
  readonly #rows;
  readonly #deviations: Float64Array;
  readonly #spread: Float64Array;

  /** `size`: features of an observation; `count`: environments. */
  constructor(size: number, count: number, settings: NormaliserSettings) {
    this.state = { observations: runningMoments(size), returns: runningMoments(1), running: new Float64Array(count) };
    this.#settings = settings;
    this.#size = size;
    this.#rows = momentsScratch(size);
    this.#deviations = new Float64Array(count);
    this.#spread = new Float64Array(size);
    this.refresh();
  }

  /** Adds `rows` raw observations to the statistics. */
  learn(raw: Float32Array, rows: number): void {
    addRows(this.state.observations, raw, rows, this.#rows);
    this.refresh();
  }

  /** Normalises one raw row (from place `from` of `raw`) into place `to` of `out`; the statistics stay. */
  normalise(raw: Float32Array, from: number, out: Floats, to: number): void {
    const { mean } = this.state.observations;
    const spread = this.#spread;
    const clip = this.#settings.observationClip;
    for (let j = 0; j < this.#size; j++) {
      const z = (raw[from + j]! - mean[j]!) / spread[j]!;
      out[to + j] = z > clip ? clip : z < -clip ? -clip : z;
    }
  }

  /** Returns go on by these rewards and are added to the statistics; then `out` gets the scaled, clipped rewards. */
  rewards(raw: Float32Array, out: Float32Array, at: number): void {
    const { returns, running } = this.state;
    const { gamma, rewardClip } = this.#settings;
    for (let i = 0; i < running.length; i++) running[i] = running[i]! * gamma + raw[i]!;
    addScalars(returns, running, this.#deviations);
    const spread = Math.sqrt(returns.variance[0]! + EPSILON);
    for (let i = 0; i < running.length; i++) {
      const r = raw[i]! / spread;
      out[at + i] = r > rewardClip ? rewardClip : r < -rewardClip ? -rewardClip : r;
    }
  }

  /** The episode of environment i is over. */
  ended(i: number): void {
    this.state.running[i] = 0;
  }

  /** A copy that goes into a bundle. */
  statistics(): NormaliserStatistics {
    const { mean, variance, count } = this.state.observations;
    return { mean: mean.slice(), variance: variance.slice(), count, clip: this.#settings.observationClip, epsilon: EPSILON };
  }

  /** To be called when the state was written from outside. */
  refresh(): void {
    const { variance } = this.state.observations;
    for (let j = 0; j < this.#size; j++) this.#spread[j] = Math.sqrt(variance[j]! + EPSILON);
  }
}
