/** Walk-forward: what came of choosing the best of each training in the sessions after it. */
import { dateOf } from '../core/index.js';
import type { Fold, SplitsInput } from '../stats/index.js';
import type { Evaluator } from './contract.js';
import { foldColumn } from './results-columns.js';
import type { SweepRows } from './results-rows.js';
import type { WalkForward } from './results-schema.js';
import type { Space } from './space.js';
import { joinedReturns, scoreOf } from './walk-score.js';

/**
 * Each configuration was evaluated once over the whole span; a fold cuts its account. So a test begins with the positions that the chosen
 * configuration had by then, and changing from one fold's choice to the next costs nothing here. `best`: of the whole span, for comparison.
 */
export async function walkForwardOf(
  space: Space,
  rows: SweepRows,
  best: number,
  folds: readonly Fold[],
  { mode, purge, embargo, trainShare }: SplitsInput,
  evaluator: Evaluator,
): Promise<WalkForward> {
  const { sessions, sessionsPerYear } = evaluator;
  const returnsOf = async (index: number): Promise<Float64Array> => {
    const returns = new Float64Array(sessions.length - 1);
    await evaluator.evaluate(space.at(index), { returns });
    return returns;
  };
  const chosen: Float64Array[] = [];
  const told: WalkForward['folds'][number][] = [];
  for (const [k, { train, test }] of folds.entries()) {
    const trained = rows.column(foldColumn(k));
    const tested = rows.column(foldColumn(k) + 1);
    const index = highest(trained);
    const own = index === null ? null : orLowest(tested[index]!);
    // Where nothing traded in training there is nothing to choose by: the test is spent in cash.
    const returns = index === null ? new Float64Array(sessions.length - 1) : await returnsOf(index);
    chosen.push(joinedReturns(returns, [test]));
    told.push({
      trainFrom: dateOf(sessions[train[0]![0]]!),
      trainTo: dateOf(sessions[train[train.length - 1]![1] - 1]!),
      trainSessions: train.reduce((sum, [from, to]) => sum + to - from, 0),
      testFrom: dateOf(sessions[test[0]]!),
      testTo: dateOf(sessions[test[1] - 1]!),
      testSessions: test[1] - test[0],
      index,
      configuration: index === null ? null : space.at(index),
      train: index === null ? null : finite(trained[index]!),
      test: index === null ? null : finite(tested[index]!),
      testReturn: index === null ? 0 : finite(rows.row(index)[foldColumn(k) + 2]!),
      rank: own === null ? null : 1 + tested.reduce((above, value) => above + (orLowest(value) > own ? 1 : 0), 0),
    });
  }
  const spans = folds.map(({ test }) => test);
  const outOfSample = joined(chosen);
  const hindsight = joinedReturns(await returnsOf(best), spans);
  return {
    mode,
    purge,
    embargo,
    trainShare,
    folds: told,
    outOfSample: scoreOf(outOfSample, sessionsPerYear),
    hindsight: scoreOf(hindsight, sessionsPerYear),
    equity: {
      date: spans.flatMap(([from, to]) => Array.from(sessions.subarray(Math.max(1, from), to), dateOf)),
      outOfSample: growth(outOfSample),
      hindsight: growth(hindsight),
    },
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const orLowest = (value: number): number => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value);

/** Position of the highest, the first of equals; null where there is no figure. */
function highest(values: Float64Array): number | null {
  let best: number | null = null;
  for (const [i, value] of values.entries()) if (!Number.isNaN(value) && (best === null || value > values[best]!)) best = i;
  return best;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function growth(returns: Float64Array): number[] {
  let equity = 1;
  return Array.from(returns, (r) => {
    equity *= 1 + r;
    return equity;
  });
}
