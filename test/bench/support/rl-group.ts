/** What each part of `hindcast bench rl` takes and gives; test/bench/rl.ts puts the parts together. */
import type { PeerProcess, ratio, spread } from './peers.js';

export interface GroupInput {
  /** The stable-baselines3 process of test/bench/peers/rl.py; null without --peers. */
  readonly peer: PeerProcess | null;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface GroupResult {
  readonly metrics: Readonly<Record<string, ReturnType<typeof spread>>>;
  readonly ratios: Readonly<Record<string, ReturnType<typeof ratio>>>;
  readonly checks: Readonly<Record<string, number | string>>;
}

export type Group = (input: GroupInput) => Promise<GroupResult>;
