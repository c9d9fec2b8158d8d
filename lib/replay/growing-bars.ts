/** Bars of one symbol as far as they are known: appended by the loop, never holding a later one, not even behind a window's `.buffer`. */
import type { BarSeries, BarWindow, Instant, Symbol, Units } from '../core/index.js';

const FIRST_CAPACITY = 256;

export class GrowingBars {
  readonly symbol: Symbol;
  readonly units: Units;
  length = 0;
  lastKnownAt = Number.NEGATIVE_INFINITY;
  day = new Int32Array(FIRST_CAPACITY);
  knownAt = new Float64Array(FIRST_CAPACITY);
  open = new Float64Array(FIRST_CAPACITY);
  high = new Float64Array(FIRST_CAPACITY);
  low = new Float64Array(FIRST_CAPACITY);
  close = new Float64Array(FIRST_CAPACITY);
  volume = new Float64Array(FIRST_CAPACITY);
  factor = new Float64Array(FIRST_CAPACITY);

  constructor(symbol: Symbol, units: Units) {
    this.symbol = symbol;
    this.units = units;
  }

  /** Takes over bar `i` of the source. The capacity doubles by its own rule, so that a buffer's size says nothing about what comes. */
  append(source: BarSeries, i: number): void {
    const at = this.length;
    if (at === this.day.length) this.grow();
    this.day[at] = source.day[i]!;
    this.lastKnownAt = this.knownAt[at] = source.knownAt[i]!;
    this.open[at] = source.open[i]!;
    this.high[at] = source.high[i]!;
    this.low[at] = source.low[i]!;
    this.close[at] = source.close[i]!;
    this.volume[at] = source.volume[i]!;
    this.factor[at] = source.factor[i]!;
    this.length = at + 1;
  }

  /** Number of bars known at an instant. */
  lengthAt(at: Instant): number {
    if (this.lastKnownAt <= at) return this.length;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.knownAt[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const capacity = this.day.length * 2;
    const wider = (column: Float64Array) => {
      const next = new Float64Array(capacity);
      next.set(column);
      return next;
    };
    const day = new Int32Array(capacity);
    day.set(this.day);
    this.day = day;
    this.knownAt = wider(this.knownAt);
    this.open = wider(this.open);
    this.high = wider(this.high);
    this.low = wider(this.low);
    this.close = wider(this.close);
    this.volume = wider(this.volume);
    this.factor = wider(this.factor);
  }
}

/** A zero-copy window on the bars [from, to) of a buffer; columns are cut only when they are asked for. */
export class GrowingWindow implements BarWindow {
  readonly symbol: Symbol;
  readonly units: Units;
  readonly length: number;
  readonly maxKnownAt: Instant;
  readonly #bars: GrowingBars;
  readonly #from: number;
  readonly #to: number;

  constructor(bars: GrowingBars, from: number, to: number) {
    this.symbol = bars.symbol;
    this.units = bars.units;
    this.length = to - from;
    this.maxKnownAt = to > from ? bars.knownAt[to - 1]! : Number.NEGATIVE_INFINITY;
    this.#bars = bars;
    this.#from = from;
    this.#to = to;
  }

  /** Epoch day of the newest bar; the window must not be empty. */
  get lastDay(): number {
    return this.#bars.day[this.#to - 1]!;
  }
  get day(): Int32Array {
    return this.#bars.day.subarray(this.#from, this.#to);
  }
  get open(): Float64Array {
    return this.#bars.open.subarray(this.#from, this.#to);
  }
  get high(): Float64Array {
    return this.#bars.high.subarray(this.#from, this.#to);
  }
  get low(): Float64Array {
    return this.#bars.low.subarray(this.#from, this.#to);
  }
  get close(): Float64Array {
    return this.#bars.close.subarray(this.#from, this.#to);
  }
  get volume(): Float64Array {
    return this.#bars.volume.subarray(this.#from, this.#to);
  }
  get factor(): Float64Array {
    return this.#bars.factor.subarray(this.#from, this.#to);
  }
}
