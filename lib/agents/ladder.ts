/** The five actions as a ladder, and directions as enums: all that a reader of outside text may say goes through these. */
import { seedFive } from '../market/index.js';

/** From out to in. */
export const ladder = ['SELL_ALL', 'SELL_50', 'HOLD', 'BUY_25', 'BUY_50'] as const;
export type LadderAction = (typeof ladder)[number];

export const actionsTable = seedFive;

export const directions = ['strong_down', 'down', 'flat', 'up', 'strong_up'] as const;
export type Direction = (typeof directions)[number];

/** -2 .. 2. */
export const directionValue = (direction: Direction): number => directions.indexOf(direction) - 2;

/** The direction nearest to a value of -2 .. 2. */
export const directionOf = (value: number): Direction => directions[Math.max(0, Math.min(4, Math.round(value) + 2))]!;

/** -1: sells, 0: holds, 1: buys. */
export const sideOf = (action: LadderAction): -1 | 0 | 1 => Math.sign(ladder.indexOf(action) - 2) as -1 | 0 | 1;

/** The action at a direction's place: strong_up buys half, down sells half. */
export const actionAt = (direction: Direction): LadderAction => ladder[directions.indexOf(direction)]!;

/**
 * The rule against bent readers: an action that text from outside had a part in lies at most one step of the ladder from what the
 * numbers alone gave. An abstention there holds it to HOLD and its neighbours.
 */
export function withinOneStep(action: LadderAction, anchor: LadderAction | null): LadderAction {
  const centre = ladder.indexOf(anchor ?? 'HOLD');
  return ladder[Math.max(centre - 1, Math.min(centre + 1, ladder.indexOf(action)))]!;
}
