/** Returns over `lag` bars: simple, x[t] / x[t - lag] - 1, or log, ln(x[t] / x[t - lag]). */
import { checkPeriod } from './errors.js';

export type ReturnKind = 'simple' | 'log';

export interface ReturnsState {
  readonly lag: number;
  readonly kind: ReturnKind;
  count: number;
  at: number;
  /** The last `lag` prices; the oldest lies at `at`. */
  ring: number[];
}

function init(lag: number, kind: ReturnKind = 'simple'): ReturnsState {
  checkPeriod('returns', lag);
  return { lag, kind, count: 0, at: 0, ring: new Array<number>(lag).fill(0) };
}

/** `price`: positive. */
function update(state: ReturnsState, price: number): number {
  const { lag, ring, at } = state;
  const before = ring[at]!;
  ring[at] = price;
  state.at = at + 1 < lag ? at + 1 : 0;
  if (state.count < lag) {
    state.count++;
    return Number.NaN;
  }
  return state.kind === 'simple' ? price / before - 1 : Math.log(price / before);
}

/** Warm-up: the first `lag` prices are NaN. */
export const returns = {
  init,
  update,
  warmUp: (lag: number): number => lag,
  series(price: Float64Array, lag: number, kind: ReturnKind = 'simple'): Float64Array {
    const state = init(lag, kind);
    const out = new Float64Array(price.length);
    for (let i = 0; i < price.length; i++) out[i] = update(state, price[i]!);
    return out;
  },
};
