/** A few configurations evaluated one after another: the unit of work of a search, in this thread or another. */

import type { Fold } from '../stats/index.js';
import type { Configuration, Evaluator } from './contract.js';
import { fillRow, rowWidth } from './results-columns.js';
import type { Objective } from './walk-score.js';

/** Rows and returns of some configurations, side by side in two buffers that can be handed over. */
export interface ChunkResult {
  readonly count: number;
  /** `count` rows of `rowWidth(folds)` numbers. */
  readonly rows: Float64Array;
  /** `count` times the returns per session, one fewer than sessions. */
  readonly returns: Float64Array;
}

export interface ChunkWork {
  readonly folds: readonly Fold[];
  readonly by: Objective;
}

export async function evaluateChunk(
  evaluator: Evaluator,
  configurations: readonly Configuration[],
  { folds, by }: ChunkWork,
): Promise<ChunkResult> {
  const width = rowWidth(folds.length);
  const periods = Math.max(0, evaluator.sessions.length - 1);
  const count = configurations.length;
  const rows = new Float64Array(count * width);
  const all = new Float64Array(count * periods);
  for (let i = 0; i < count; i++) {
    const returns = all.subarray(i * periods, (i + 1) * periods);
    const evaluation = await evaluator.evaluate(configurations[i]!, { returns });
    fillRow(rows.subarray(i * width, (i + 1) * width), evaluation, returns, folds, by, evaluator.sessionsPerYear);
  }
  return { count, rows, returns: all };
}
