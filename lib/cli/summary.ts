/** One line a run: the terminal's comparison table and its part of the JSON line. The figures are the report's own. */
import type { RunFolder } from '../replay/index.js';
import { measureRun, type RunFacts } from '../report/index.js';
import { type Column, tableLines } from './table.js';

/** Fractions, except `costs` (major units) and the Sharpe ratios. Null where there is no figure. */
export interface Summary {
  readonly strategy: string;
  readonly run: string;
  readonly folder: string;
  readonly marks: readonly string[];
  readonly currency: string;
  readonly totalReturn: number | null;
  readonly annualisedReturn: number | null;
  readonly sharpeAnnual: number | null;
  readonly sharpeAnnualLow95: number | null;
  readonly sharpeAnnualHigh95: number | null;
  readonly maxDrawdown: number | null;
  /** Of the book, a year. */
  readonly turnoverAnnual: number | null;
  readonly costs: number;
  /** Annualised, against buy-and-hold of the same instruments when it is among the runs. */
  readonly excessOverHold: number | null;
  /** Annualised, against the data's index. */
  readonly excessOverIndex: number | null;
}

/** Sums up runs that belong in one table. */
export function summariesOf(runs: readonly RunFolder[]): Summary[] {
  return runs.map((run) => summaryOf(run, measureRun(run, runs)));
}

function summaryOf({ row, folder }: RunFolder, { performance, currency, costs, excessBuyAndHold, excessIndex }: RunFacts): Summary {
  const { totalReturn, annualisedReturn, sharpeAnnual, sharpeAnnualLow95, sharpeAnnualHigh95, turnoverAnnual } = performance;
  return {
    strategy: row.label,
    run: row.run,
    folder,
    marks: row.marks,
    currency,
    totalReturn,
    annualisedReturn,
    sharpeAnnual,
    sharpeAnnualLow95,
    sharpeAnnualHigh95,
    // A curve that never fell has no drawdown: its depth is 0.
    maxDrawdown: performance.maxDrawdown?.depth ?? (totalReturn === null ? null : 0),
    turnoverAnnual,
    costs,
    excessOverHold: excessBuyAndHold,
    excessOverIndex: excessIndex,
  };
}

const NONE = 'n/a';
const percent = (value: number | null): string => (value === null ? NONE : (100 * value).toFixed(1));
const signed = (value: number | null): string => (value === null ? NONE : `${value >= 0 ? '+' : ''}${percent(value)}`);
const fixed = (value: number | null): string => (value === null ? NONE : value.toFixed(2));

/** What the short heads of the table mean. */
export const TABLE_LEGEND =
  'fall: deepest drawdown. turn/y: times the book was exchanged a year. vs: % a year against buy-and-hold and the index.';

/** The comparison table. */
export function summaryLines(rows: readonly Summary[]): string[] {
  const right = (head: string, cell: (row: Summary) => string): Column<Summary> => ({ head, align: 'right', cell });
  const interval = (row: Summary) =>
    row.sharpeAnnualLow95 === null ? NONE : `${fixed(row.sharpeAnnualLow95)}..${fixed(row.sharpeAnnualHigh95)}`;
  return tableLines<Summary>(
    [
      { head: 'strategy', cell: (row) => row.strategy },
      right('total %', (row) => percent(row.totalReturn)),
      right('%/year', (row) => percent(row.annualisedReturn)),
      right('Sharpe', (row) => fixed(row.sharpeAnnual)),
      right('its 95 %', interval),
      right('fall %', (row) => percent(row.maxDrawdown === null ? null : -row.maxDrawdown)),
      right('turn/y', (row) => fixed(row.turnoverAnnual)),
      right(`costs ${rows[0]?.currency ?? ''}`, (row) => Math.round(row.costs).toLocaleString('en-US')),
      right('vs hold', (row) => signed(row.excessOverHold)),
      right('vs index', (row) => signed(row.excessOverIndex)),
    ],
    rows,
  );
}

/** What a reader of the table must know: marks of each run, notes of the data. */
export function remarkLines(runs: readonly RunFolder[]): string[] {
  const lines = runs.flatMap(({ row }) => [...row.marks.map((mark) => `${row.label}: ${mark}`), ...row.notes]);
  return [...new Set(lines)];
}
