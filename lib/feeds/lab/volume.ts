/** Volume of a stock: persistent, larger when the price moves, small when it is locked at a limit. */
import { type RandomState, randomNormal } from '../../core/index.js';

export interface VolumeState {
  readonly stream: RandomState;
  readonly turnover: number;
  /** Log of turnover against its ordinary level. */
  mood: number;
}

const MEMORY = 0.85;
const MOOD_DEVIATION = 0.25;
/** Turnover grows with the root of (0.4 + move), move in deviations of the stock's own shock. */
const STILL = 0.4;
const MOVE_POWER = 0.5;
const LOCKED = 0.2;
/** A lot for each minute of the session, so that every minute bar has a trade. */
export const VOLUME_MIN = 24_000;

export const volumeState = (stream: RandomState, turnover: number): VolumeState => ({ stream, turnover, mood: 0 });

/** Shares traded in a session, in lots of 100. */
export function sessionVolume(state: VolumeState, shares: number, level: number, move: number, locked: boolean): number {
  state.mood = MEMORY * state.mood + MOOD_DEVIATION * randomNormal(state.stream);
  const wanted = shares * state.turnover * level * Math.exp(state.mood) * (STILL + move) ** MOVE_POWER * (locked ? LOCKED : 1);
  return Math.max(VOLUME_MIN, Math.min(Math.floor(shares / 200), Math.round(wanted / 100)) * 100);
}
