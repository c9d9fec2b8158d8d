/** Cutting sessions into parts that choose (or teach) and parts that judge: walk-forward folds, or one split. */
import { StatsError } from './errors.js';

export interface SplitsInput {
  /** Tests, one after another. 1 = a plain split into in-sample and out-of-sample. */
  readonly folds: number;
  /** anchored: training always begins at the first session; rolling: it keeps its length. */
  readonly mode: 'anchored' | 'rolling';
  /** Part of all sessions before the first test. */
  readonly trainShare: number;
  /** Sessions left out of training right before each test: what a decision in them looks back on, or comes to, reaches into the test. */
  readonly purge: number;
  /** Sessions right after each test that no later training uses. */
  readonly embargo: number;
}

/** Sessions [from, to) by position. */
export type Span = readonly [from: number, to: number];

export interface Fold {
  /** Ascending; embargoes cut it into several. */
  readonly train: readonly Span[];
  readonly test: Span;
}

export const SPLIT_DEFAULTS: SplitsInput = { folds: 5, mode: 'anchored', trainShare: 0.5, purge: 0, embargo: 0 };

/** Fewest sessions that a Sharpe ratio is made of: two returns. */
const FEWEST = 3;

/** Folds over `sessions` sessions. Throws StatsError where a part would be left with fewer than three sessions. */
export function foldsOf(sessions: number, { folds, mode, trainShare, purge, embargo }: SplitsInput): Fold[] {
  const whole = (name: string, value: number, least: number): void => {
    if (!Number.isInteger(value) || value < least)
      throw new StatsError(`foldsOf: expected ${name} as a whole number from ${least} on, got ${value}. Change it.`);
  };
  whole('folds', folds, 1);
  whole('purge', purge, 0);
  whole('embargo', embargo, 0);
  if (!(trainShare > 0 && trainShare < 1)) {
    throw new StatsError(`foldsOf: expected a train share between 0 and 1, got ${trainShare}. Take a half, 0.5.`);
  }
  const first = Math.round(sessions * trainShare);
  const starts = Array.from({ length: folds + 1 }, (_, k) => first + Math.round(((sessions - first) * k) / folds));
  const result: Fold[] = [];
  for (let k = 0; k < folds; k++) {
    const test: Span = [starts[k]!, starts[k + 1]!];
    let train: Span[] = [[mode === 'anchored' ? 0 : test[0] - first, test[0] - purge]];
    for (const { test: before } of result) train = train.flatMap((span) => without(span, [before[1], before[1] + embargo]));
    train = train.filter(([from, to]) => to > from);
    const trained = train.reduce((sum, [from, to]) => sum + to - from, 0);
    if (trained < FEWEST || test[1] - test[0] < FEWEST) {
      throw new StatsError(
        `foldsOf: expected ${FEWEST} sessions or more in each part, got ${trained} to train and ${test[1] - test[0]} to test in fold ${k + 1} of ${folds} over ${sessions}. Take fewer folds, a longer span, or a smaller purge.`,
      );
    }
    result.push({ train, test });
  }
  return result;
}

function without([from, to]: Span, [cutFrom, cutTo]: Span): Span[] {
  const parts: Span[] = [
    [from, Math.min(to, cutFrom)],
    [Math.max(from, cutTo), to],
  ];
  return parts.filter(([a, b]) => b > a);
}
