/** How far a search is, how fast, and how long it will still take. */
import { monotonicMs } from '../core/index.js';
import type { ReplayProgress } from '../replay/index.js';

const OFTEN_MS = 100;

export class SearchProgress {
  readonly #task: string;
  readonly #total: number;
  readonly #report: ((progress: ReplayProgress) => void) | undefined;
  readonly #startedMs = monotonicMs();
  #saidMs = Number.NEGATIVE_INFINITY;
  #done: number;
  #here = 0;

  constructor(task: string, done: number, total: number, report: ((progress: ReplayProgress) => void) | undefined) {
    this.#task = task;
    this.#done = done;
    this.#total = total;
    this.#report = report;
  }

  /** `count` more are through. Said as often as an eye can follow. */
  report(count: number): void {
    this.#done += count;
    this.#here += count;
    const nowMs = monotonicMs();
    if (nowMs - this.#saidMs >= OFTEN_MS) this.say(nowMs);
  }

  /** Says where it stands. */
  say(nowMs: number = monotonicMs()): void {
    this.#saidMs = nowMs;
    const perSecond = (1000 * this.#here) / Math.max(1, nowMs - this.#startedMs);
    const left = (this.#total - this.#done) / perSecond;
    const at = `${this.#done.toLocaleString('en-US')} of ${this.#total.toLocaleString('en-US')}, ${rate(perSecond)}, ${duration(left)} left`;
    this.#report?.({ task: this.#task, done: this.#done, total: this.#total, at });
  }
}

const rate = (perSecond: number): string =>
  `${perSecond >= 10 ? Math.round(perSecond).toLocaleString('en-US') : perSecond.toFixed(1)} configurations/s`;

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
