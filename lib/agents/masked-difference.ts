/** What masking changed: the same run with and without names and dates, decision by decision and session by session. */
import { type MeanInterval, meanInterval } from '../stats/index.js';
import { AgentInputError } from './errors.js';
import { type Share, shareOf } from './routing/report.js';

/** A run as far as this comparison needs it. */
export interface ComparedRun {
  /** Action by session and symbol. */
  readonly decisions: readonly { readonly session: string; readonly symbol: string; readonly action: string | null }[];
  /** Equity at the end of each session. */
  readonly equityMinor: ArrayLike<number>;
}

export interface MaskedDifference {
  /** Decisions that both runs took, and those that came out otherwise. */
  readonly decisions: Share;
  /** Return a session, masked less unmasked; 95 % interval by the stationary bootstrap. */
  readonly returnPerSession: MeanInterval;
}

/** Throws AgentInputError for runs that don't cover the same sessions. */
export function maskedDifference(masked: ComparedRun, unmasked: ComparedRun, { resamples = 2000, seed = 1 } = {}): MaskedDifference {
  if (masked.equityMinor.length !== unmasked.equityMinor.length)
    throw new AgentInputError(
      `maskedDifference: expected runs of the same sessions, got ${masked.equityMinor.length} and ${unmasked.equityMinor.length}. Replay the same span twice.`,
    );
  const keyOf = ({ session, symbol }: ComparedRun['decisions'][number]): string => `${session}|${symbol}`;
  const plain = new Map(unmasked.decisions.map((decision) => [keyOf(decision), decision.action]));
  const both = masked.decisions.filter((decision) => plain.has(keyOf(decision)));
  const other = both.filter((decision) => plain.get(keyOf(decision)) !== decision.action);
  const returns = (equity: ArrayLike<number>, i: number): number => equity[i]! / equity[i - 1]! - 1;
  const differences = Array.from(
    { length: Math.max(0, masked.equityMinor.length - 1) },
    (_, i) => returns(masked.equityMinor, i + 1) - returns(unmasked.equityMinor, i + 1),
  );
  return { decisions: shareOf(other.length, both.length), returnPerSession: meanInterval(differences, { resamples, seed }) };
}
