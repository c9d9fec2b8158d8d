/**
 * Moving average convergence / divergence by TA-Lib's conventions: the fast average is seeded so late that its first value falls on the
 * slow one's (it leaves out the first `slow - fast` values); line = fast - slow; signal = EMA of the line, seeded by its first
 * `signal` values; histogram = line - signal. Nothing is given before the signal is there.
 */
import { type EmaState, ema } from './ema.js';
import { checkPeriod, FeatureError } from './errors.js';

export interface MacdState {
  /** Values still to leave out before the fast average begins. */
  skip: number;
  fast: EmaState;
  slow: EmaState;
  signal: EmaState;
  /** Fast minus slow and its signal, of the last value; meaningful once `update` has given a number. */
  line: number;
  signalLine: number;
}

export interface MacdSeries {
  readonly line: Float64Array;
  readonly signal: Float64Array;
  readonly histogram: Float64Array;
}

function init(fast = 12, slow = 26, signal = 9): MacdState {
  checkPeriod('macd', signal);
  if (!(fast < slow)) throw new FeatureError(`macd: expected fast < slow, got ${fast} and ${slow}. Swap them.`);
  return { skip: slow - fast, fast: ema.init(fast), slow: ema.init(slow), signal: ema.init(signal), line: 0, signalLine: 0 };
}

/** Returns the histogram; the two lines stand in the state. */
function update(state: MacdState, x: number): number {
  const slow = ema.update(state.slow, x);
  if (state.skip > 0) {
    state.skip--;
    return Number.NaN;
  }
  const line = ema.update(state.fast, x) - slow;
  if (Number.isNaN(line)) return Number.NaN;
  state.line = line;
  const signal = ema.update(state.signal, line);
  if (Number.isNaN(signal)) return Number.NaN;
  state.signalLine = signal;
  return line - signal;
}

/** Warm-up: the first `slow + signal - 2` values (33 for 12, 26, 9) are NaN in all three columns. */
export const macd = {
  init,
  update,
  warmUp: (_fast = 12, slow = 26, signal = 9): number => slow + signal - 2,
  series(x: Float64Array, fast = 12, slow = 26, signal = 9): MacdSeries {
    const state = init(fast, slow, signal);
    const out = { line: new Float64Array(x.length), signal: new Float64Array(x.length), histogram: new Float64Array(x.length) };
    for (let i = 0; i < x.length; i++) {
      const histogram = update(state, x[i]!);
      const ready = !Number.isNaN(histogram);
      out.histogram[i] = histogram;
      out.line[i] = ready ? state.line : Number.NaN;
      out.signal[i] = ready ? state.signalLine : Number.NaN;
    }
    return out;
  },
};
