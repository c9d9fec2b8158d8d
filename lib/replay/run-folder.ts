/** Reads back what a run wrote. Files are the record; the SQLite store beside them is the loop's own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf, InputError, readJsonl } from '../core/index.js';
import type { EquitySeries } from './result.js';
import { type DecisionRow, EQUITY_COLUMNS, type FillRow, type OutcomeRow, type RejectionRow, type RunRow, runRowSchema } from './rows.js';
import { parseSpec, type ReplaySpec } from './spec.js';

export interface RunFolder {
  readonly folder: string;
  readonly row: RunRow;
  readonly spec: ReplaySpec;
  readonly equity: EquitySeries;
  /** Read from disk at each call; empty when the run recorded the account only. */
  decisions(): DecisionRow[];
  outcomes(): OutcomeRow[];
  fills(): (FillRow | RejectionRow)[];
}

/** Opens `results/<run>/`. Throws InputError when it is no finished run. */
export function openRun(folder: string): RunFolder {
  const path = join(folder, 'run.json');
  if (!existsSync(path)) throw new InputError(`openRun: expected a run folder with run.json, got ${folder}. Name a folder under results/.`);
  const parsed = runRowSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError(`openRun: expected a run.json of version 1, got a wrong "${issue?.path.join('.')}" in ${path}. Run it again.`);
  }
  const rows = (name: string) => (existsSync(join(folder, name)) ? join(folder, name) : null);
  const lines = <T>(name: string): T[] => {
    const file = rows(name);
    return file ? readJsonl<T>(file) : [];
  };
  return {
    folder,
    row: parsed.data,
    spec: parseSpec(parsed.data.spec),
    equity: readEquity(join(folder, 'equity.csv')),
    decisions: () => lines<DecisionRow>('decisions.jsonl'),
    outcomes: () => lines<OutcomeRow>('outcomes.jsonl'),
    fills: () => lines<FillRow | RejectionRow>('fills.jsonl'),
  };
}

/** How a run ended, from its run.json; null when there is none. */
export function runStatus(folder: string): RunRow['status'] | null {
  const path = join(folder, 'run.json');
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as RunRow).status;
}

/** Columns of an equity.csv as written by a run. */
export function readEquity(path: string): EquitySeries {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  if (header !== EQUITY_COLUMNS.join(','))
    throw new InputError(`readEquity: expected the header ${EQUITY_COLUMNS.join(',')}, got ${header} in ${path}. Run it again.`);
  const day = new Int32Array(lines.length);
  const columns = Array.from({ length: EQUITY_COLUMNS.length - 1 }, () => new Float64Array(lines.length));
  lines.forEach((line, i) => {
    const cells = line.split(',');
    day[i] = dayOf(cells[0]!);
    columns.forEach((column, c) => {
      column[i] = cells[c + 1] === '' ? Number.NaN : Number(cells[c + 1]);
    });
  });
  const [equityMinor, equityAtOpenMinor, cashMinor, exposure, feesMinor, turnoverMinor, indexClose] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { day, equityMinor, equityAtOpenMinor, cashMinor, exposure, feesMinor, turnoverMinor, indexClose };
}
