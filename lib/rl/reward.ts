/** Rewards by name: what a step of an environment pays, from the account's equity before and after it, costs included. */
import { InputError } from '../core/index.js';

/** One for a batch of environments; the state of each is kept by its place. */
export interface Reward {
  readonly name: string;
  /** An episode of environment `i` begins. */
  reset(i: number): void;
  /**
   * Reward of one step: equity in minor units at the decision and at the next one, whether a position is held after it (0 or 1),
   * whether an order was sent (0 or 1).
   */
  step(i: number, before: number, after: number, held: number, ordered: number): number;
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** ln(equity after / equity before). An account without anything left pays the log of one minor unit. */
const logReturn = (): Reward => ({
  name: 'log-return',
  reset() {},
  step: (_i, before, after) => (after === before ? 0 : Math.log(Math.max(after, 1) / Math.max(before, 1))),
  snapshot: () => null,
  restore() {},
});

const RECENT = 20;

/**
 * The formula of older policies: 100 x equity return, less 10 x the standard deviation (ddof 0) of the last 20 returns from the 11th
 * step of an episode on, plus 0.01 while a position is held, less 0.01 for each order sent.
 */
function legacy(count: number): Reward {
  const ring = new Float64Array(count * RECENT);
  const seen = new Int32Array(count);
  return {
    name: 'legacy',
    reset(i) {
      seen[i] = 0;
    },
    step(i, before, after, held, ordered) {
      const change = before > 0 ? after / before - 1 : 0;
      const steps = seen[i]!;
      ring[i * RECENT + (steps % RECENT)] = change;
      seen[i] = steps + 1;
      let reward = 100 * change + 0.01 * held - 0.01 * ordered;
      if (steps >= 10) reward -= 10 * deviation(ring, i * RECENT, Math.min(steps + 1, RECENT));
      return reward;
    },
    snapshot: () => ({ ring: Array.from(ring), seen: Array.from(seen) }),
    restore(snapshot) {
      const saved = snapshot as { ring: number[]; seen: number[] };
      ring.set(saved.ring);
      seen.set(saved.seen);
    },
  };
}

function deviation(values: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += values[from + k]!;
  const mean = sum / count;
  let squares = 0;
  for (let k = 0; k < count; k++) squares += (values[from + k]! - mean) ** 2;
  return Math.sqrt(squares / count);
}

/** Weight of the newest return in the moving moments. */
const ADAPTATION = 0.01;

/**
 * Differential Sharpe ratio (Moody & Saffell 1998, Reinforcement Learning for Trading, NIPS 11, eq. 6): with moving first and second moments
 * A and B of the returns, D = (B dA - A dB / 2) / (B - A^2)^(3/2), moments of the step before. 0 while they have no variance.
 */
function differentialSharpe(count: number): Reward {
  const first = new Float64Array(count);
  const second = new Float64Array(count);
  return {
    name: 'differential-sharpe',
    reset(i) {
      first[i] = 0;
      second[i] = 0;
    },
    step(i, before, after) {
      const change = before > 0 ? after / before - 1 : 0;
      const a = first[i]!;
      const b = second[i]!;
      const moveA = change - a;
      const moveB = change * change - b;
      first[i] = a + ADAPTATION * moveA;
      second[i] = b + ADAPTATION * moveB;
      const variance = b - a * a;
      // Below this a return is less than a hundredth of a basis point: noise of the marks.
      return variance > 1e-12 ? (b * moveA - 0.5 * a * moveB) / (variance * Math.sqrt(variance)) : 0;
    },
    snapshot: () => ({ first: Array.from(first), second: Array.from(second) }),
    restore(snapshot) {
      const saved = snapshot as { first: number[]; second: number[] };
      first.set(saved.first);
      second.set(saved.second);
    },
  };
}

const rewards = { 'log-return': logReturn, legacy, 'differential-sharpe': differentialSharpe } as const;

export type RewardName = keyof typeof rewards;

export const rewardNames = (): readonly RewardName[] => Object.keys(rewards) as RewardName[];

/** A reward for a batch of `count`. Throws InputError with the known names. */
export function rewardOf(name: string, count: number): Reward {
  if (Object.hasOwn(rewards, name)) return rewards[name as RewardName](count);
  throw new InputError(`rewardOf: expected one of ${rewardNames().join(', ')}, got ${JSON.stringify(name)}. Choose a listed one.`);
}
