/** One part of the backtest bench: what it measured, under the names that `hindcast bench backtest` prints. */
import type { PeerProcess, Timed } from './peers.js';

export interface BenchPart {
  readonly metrics: Readonly<Record<string, { min: number; median: number; n: number; unit: string }>>;
  readonly ratios: Readonly<Record<string, { min: number; median: number; n: number }>>;
  readonly checks: Readonly<Record<string, unknown>>;
}

export interface BenchEffects {
  /** test/bench/peers/backtest.py, already warm; null without --peers. */
  readonly peer: PeerProcess | null;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The rule of every part: SMA 20/50, all in at the next open, fee included. */
export const RULE = { fast: 20, slow: 50, cash: 1e8, feeRate: 0.0003 } as const;

/** Throws unless both gave the same answer to 1e-9, relative: a speed without its right answer is no result. */
export function agree(what: string, ours: number, theirs: number): void {
  if (!(Math.abs(ours - theirs) <= 1e-9 * Math.abs(theirs)))
    throw new Error(`${what}: expected the same answer from ours and the peer, got ${ours} and ${theirs}. One of them is at fault.`);
}

/** `measure` for every round; ends early on an abort, but never before the first round is whole. */
export async function rounds(count: number, signal: AbortSignal, measure: (round: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < count && (i === 0 || !signal.aborted); i++) await measure(i);
}

/** Repetitions of a work of milliseconds that stand for one: what else the machine does lasts longer than they do. */
const REPETITIONS = 5;

/** The repetition that took the least CPU time, ours or a peer's: of both as many, one after another, so that both have warm memory. */
export async function bestOf<Answer>(measure: () => Promise<Timed<Answer>>): Promise<Timed<Answer>> {
  let best = await measure();
  for (let i = 1; i < REPETITIONS; i++) {
    const next = await measure();
    if (next.cpuSeconds < best.cpuSeconds) best = next;
  }
  return best;
}
