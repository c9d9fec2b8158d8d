/**
 * The equity of one configuration on its way from the accounts to its figures: a stretch of sessions in the kernel's memory. A long run
 * of one account goes through it stretch by stretch, so that its curve never leaves the processor's cache.
 */
import type { EvaluateOptions } from './contract.js';
import { CURVE_BLOCK } from './curve.js';
import type { Primitives } from './primitives.js';

/** Sessions of a stretch: equity, returns, marks and wishes (0.2 MB) stay in the cache together. */
const STRETCH = 8 * CURVE_BLOCK;

export class EquityWindow {
  /** Sessions of the run. */
  readonly count: number;
  /** Equity at the closes of the sessions from `first` on. */
  readonly values: Float64Array;
  first = 0;
  readonly #returns: Float64Array;
  readonly #primitives: Primitives;
  #equity: Float64Array | undefined;
  #kept: Float64Array | undefined;

  /** `whole`: all sessions at once, for accounts that come back to them. */
  constructor(primitives: Primitives, count: number, whole: boolean) {
    const length = whole ? count : Math.min(count, STRETCH);
    this.count = count;
    this.#primitives = primitives;
    // One vector before the values: their return needs the close before.
    this.values = primitives.f64(length + 2).subarray(2);
    this.#returns = primitives.f64(length);
  }

  /** The session after the last one that has room. */
  get end(): number {
    return Math.min(this.count, this.first + this.values.length);
  }

  /** Begins a run; its curve goes where the options ask for it. */
  begin({ equity, returns }: EvaluateOptions): void {
    this.first = 0;
    this.#equity = equity === true ? new Float64Array(this.count) : equity === false ? undefined : equity;
    this.#kept = returns;
  }

  /** The values up to the end are those of the run: they are read, and the window goes on to the sessions after. */
  next(): void {
    const { first, values } = this;
    const own = this.end - first;
    this.#primitives.curve.add(values, first, own, this.#returns);
    if (this.#equity !== undefined) this.#equity.set(own === values.length ? values : values.subarray(0, own), first);
    if (this.#kept !== undefined) this.#kept.set(this.#returns.subarray(first === 0 ? 1 : 0, own), Math.max(0, first - 1));
    this.first += own;
  }

  /** Ends a run; gives its curve when it was asked for. `out`: figures as CURVE lists them. */
  finish(out: Float64Array): Float64Array | undefined {
    this.next();
    this.#primitives.curve.end(out);
    return this.#equity;
  }
}
