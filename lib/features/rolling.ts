/**
 * Mean and squared deviations of the last `period` values, O(1) a value, with an error that can't grow with the length of the run.
 *
 * Scheme: sums of (x - anchor) and (x - anchor)^2 are moved by adding the new value and taking off the old. Beside them a second pair
 * collects the present block of `period` values by additions only; when the ring is full again it replaces the first, so no rounding
 * error lives longer than two blocks. Where the subtraction would cancel too many bits (after a spike has left, or far from the anchor)
 * the deviations are summed afresh from the ring: rare, and exact zero for a flat window.
 */
import { checkPeriod } from './errors.js';

export interface RollingState {
  readonly period: number;
  /** Values seen, no further than `period`. */
  count: number;
  /** Where the next value goes: the oldest one lies there. */
  at: number;
  ring: number[];
  anchor: number;
  sum: number;
  squares: number;
  /** Largest `squares` since the sums were renewed: the scale of their rounding error. */
  peak: number;
  nextAnchor: number;
  nextSum: number;
  nextSquares: number;
}

// Worst relative error of the deviations: 2 periods x 2^-53 / 2^-16, that is 1e-9 up to a period of 70.
const CANCELLED = 2 ** -16;

export function rollingInit(name: string, period: number, minimum = 1): RollingState {
  checkPeriod(name, period, minimum);
  const ring = new Array<number>(period).fill(0);
  return { period, count: 0, at: 0, ring, anchor: 0, sum: 0, squares: 0, peak: 0, nextAnchor: 0, nextSum: 0, nextSquares: 0 };
}

/** Takes a finite value in; true once the window is full. */
export function rollingPush(state: RollingState, x: number): boolean {
  const { period, ring, at } = state;
  if (state.count === period) {
    const fresh = x - state.anchor;
    const old = ring[at]! - state.anchor;
    state.sum += fresh - old;
    state.squares += fresh * fresh - old * old;
    if (state.squares > state.peak) state.peak = state.squares;
  } else {
    state.count++;
  }
  if (at === 0) {
    state.nextAnchor = x;
    state.nextSum = 0;
    state.nextSquares = 0;
  } else {
    const distance = x - state.nextAnchor;
    state.nextSum += distance;
    state.nextSquares += distance * distance;
  }
  ring[at] = x;
  if (at + 1 < period) {
    state.at = at + 1;
  } else {
    state.at = 0;
    state.anchor = state.nextAnchor;
    state.sum = state.nextSum;
    state.squares = state.nextSquares;
    state.peak = state.nextSquares;
  }
  return state.count === period;
}

/** Mean of a full window. */
export const rollingMean = (state: RollingState): number => state.anchor + state.sum / state.period;

/** Sum of squared deviations from the mean of a full window, never negative. Divide by period (population) or period - 1 (sample). */
export function rollingDeviations(state: RollingState): number {
  const deviations = state.squares - (state.sum * state.sum) / state.period;
  return deviations >= state.peak * CANCELLED ? deviations : deviationsAfresh(state.ring);
}

function deviationsAfresh(ring: readonly number[]): number {
  const anchor = ring[0]!;
  let sum = 0;
  for (let i = 0; i < ring.length; i++) sum += ring[i]! - anchor;
  const mean = sum / ring.length;
  let deviations = 0;
  for (let i = 0; i < ring.length; i++) {
    const distance = ring[i]! - anchor - mean;
    deviations += distance * distance;
  }
  return deviations;
}
