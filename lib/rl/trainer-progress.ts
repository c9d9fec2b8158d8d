/** How far a training is, how fast all its threads are together, and how long it will still take. */
import { monotonicMs } from '../core/index.js';
import type { CurveRow } from './train-curve.js';
import type { Member } from './train-member.js';

export interface TrainProgress {
  readonly task: string;
  /** Environment steps of all seeds and folds. */
  readonly done: number;
  readonly total: number;
  /** Speed and time left. */
  readonly at: string;
}

export class TrainerProgress {
  readonly #task: string;
  readonly #each: number;
  readonly #steps = new Map<string, number>();
  readonly #startedMs = monotonicMs();
  readonly total: number;
  /** Steps of this call. */
  taken = 0;

  /** `each`: steps of one member. */
  constructor(task: string, members: number, each: number) {
    this.#task = task;
    this.#each = each;
    this.total = members * each;
  }

  /** A member that was through before. */
  skip(member: Member): void {
    this.#steps.set(keyOf(member), this.#each);
  }

  row(member: Member, { steps, iteration }: CurveRow): TrainProgress {
    this.taken += steps / iteration;
    this.#steps.set(keyOf(member), Math.min(steps, this.#each));
    return this.#now();
  }

  /** A member that ended, perhaps early. */
  end(member: Member): TrainProgress {
    this.#steps.set(keyOf(member), this.#each);
    return this.#now();
  }

  get seconds(): number {
    return (monotonicMs() - this.#startedMs) / 1000;
  }

  #now(): TrainProgress {
    let done = 0;
    for (const steps of this.#steps.values()) done += steps;
    const perSecond = this.taken / Math.max(1e-3, this.seconds);
    const left = duration((this.total - done) / Math.max(1, perSecond));
    return { task: this.#task, done, total: this.total, at: `${Math.round(perSecond).toLocaleString('en-US')} steps/s, ${left} left` };
  }
}

const keyOf = ({ fold, seed }: Member): string => `${fold}/${seed}`;

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
