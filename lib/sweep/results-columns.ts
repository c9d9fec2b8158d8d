/** What is kept of each configuration: its figures, and what it earned in each part of the splits. One row of numbers, NaN for none. */

import type { Fold } from '../stats/index.js';
import type { Evaluation } from './contract.js';
import { joinedReturns, type Objective, objectiveOf, scoreOf } from './walk-score.js';

/** In the order of sweep.csv. */
export const FIGURES = [
  'equityMinor',
  'totalReturn',
  'annualisedReturn',
  'sharpe',
  'annualisedSharpe',
  'maxDrawdown',
  'turnover',
  'fills',
  'rejections',
  'feesMinor',
  'costsMinor',
] as const satisfies readonly (keyof Evaluation)[];

export type FigureName = (typeof FIGURES)[number];
export type Figures = { readonly [name in FigureName]: number | null };

/** What is kept of a fold: the objective in training and in the test, the return of the test. */
export const FOLD_COLUMNS = ['train', 'test', 'testReturn'] as const;

export const rowWidth = (folds: number): number => FIGURES.length + FOLD_COLUMNS.length * folds;

/** Where a fold's columns begin in a row. */
export const foldColumn = (fold: number): number => FIGURES.length + FOLD_COLUMNS.length * fold;

export const columnNames = (folds: number): string[] => [
  ...FIGURES,
  ...Array.from({ length: folds }, (_, k) => FOLD_COLUMNS.map((name) => `fold${k + 1}.${name}`)).flat(),
];

const orNaN = (value: number | null): number => (value === null || !Number.isFinite(value) ? Number.NaN : value);

/** Writes the row of one configuration into `row`. `returns`: per session, one fewer than sessions. */
export function fillRow(
  row: Float64Array,
  evaluation: Evaluation,
  returns: Float64Array,
  folds: readonly Fold[],
  by: Objective,
  sessionsPerYear: number,
): void {
  FIGURES.forEach((name, i) => {
    row[i] = orNaN(evaluation[name]);
  });
  folds.forEach(({ train, test }, k) => {
    const trained = scoreOf(joinedReturns(returns, train), sessionsPerYear);
    const tested = scoreOf(joinedReturns(returns, [test]), sessionsPerYear);
    const at = foldColumn(k);
    row[at] = orNaN(objectiveOf(by, trained));
    row[at + 1] = orNaN(objectiveOf(by, tested));
    row[at + 2] = tested.totalReturn;
  });
}

/** The figures of a row by name. */
export const figuresOf = (row: Float64Array): Figures =>
  Object.fromEntries(FIGURES.map((name, i) => [name, Number.isNaN(row[i]!) ? null : row[i]!])) as Figures;

/** What a row is ranked by; -Infinity for none. */
export function rankedBy(row: Float64Array, by: Objective): number {
  const { annualisedSharpe, totalReturn, annualisedReturn, maxDrawdown } = figuresOf(row);
  return objectiveOf(by, { sharpe: annualisedSharpe, totalReturn, annualisedReturn, maxDrawdown: maxDrawdown ?? 0 });
}
