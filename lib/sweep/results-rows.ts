/** sweep.csv: one row a configuration, appended in batches in the order of the space, and read back to go on or to look at. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SweepError } from './errors.js';
import { columnNames, type Figures, figuresOf, rankedBy, rowWidth } from './results-columns.js';
import type { Space } from './space.js';
import type { Objective } from './walk-score.js';

/** The rows of a search: numbers by configuration, in one array. */
export class SweepRows {
  readonly size: number;
  readonly width: number;
  /** Rows that are there: the first ones of the space. */
  done = 0;
  readonly #values: Float64Array;
  readonly hashes: string[] = [];

  constructor(size: number, folds: number) {
    this.size = size;
    this.width = rowWidth(folds);
    this.#values = new Float64Array(size * this.width);
  }

  add(row: Float64Array, configHash: string): void {
    this.#values.set(row, this.done * this.width);
    this.hashes.push(configHash);
    this.done++;
  }

  /** The numbers of a row; a view. */
  row(index: number): Float64Array {
    return this.#values.subarray(index * this.width, (index + 1) * this.width);
  }

  figures(index: number): Figures {
    return figuresOf(this.row(index));
  }

  /** One column over all rows. */
  column(at: number): Float64Array {
    return Float64Array.from({ length: this.done }, (_, i) => this.#values[i * this.width + at]!);
  }

  /** What a row is ranked by; -Infinity for none. */
  ranked(index: number, by: Objective): number {
    return rankedBy(this.row(index), by);
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`).replace('.', '_');

/** Parameters of all strategies of a space, each once. */
export const parameterNames = (space: Space): string[] => [
  ...new Set(space.strategies.flatMap(({ axes }) => axes.map(({ name }) => name))),
];

export const csvHeader = (space: Space, folds: number): string =>
  ['index', 'strategy', ...parameterNames(space), 'config_hash', ...columnNames(folds).map(snake)].join(',');

/** Writes rows [from, done) of `rows` to the file, in one write. */
export function appendRows(path: string, space: Space, rows: SweepRows, from: number, folds: number): void {
  const names = parameterNames(space);
  const lines: string[] = existsSync(path) && statSync(path).size > 0 ? [] : [csvHeader(space, folds)];
  for (let i = from; i < rows.done; i++) {
    const { strategy, parameters } = space.at(i);
    const cells = [String(i), strategy, ...names.map((name) => String(parameters[name] ?? '')), rows.hashes[i]!];
    for (const value of rows.row(i)) cells.push(Number.isNaN(value) ? '' : String(value));
    lines.push(cells.join(','));
  }
  if (lines.length === 0) return;
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${lines.join('\n')}\n`);
}

/**
 * Reads the whole lines of the file into `rows` and gives their length in bytes: what lies behind was left torn, or is being written.
 * Throws SweepError when the file is of another search.
 */
export function readRows(path: string, space: Space, rows: SweepRows, folds: number): number {
  if (!existsSync(path)) return 0;
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(10) + 1;
  if (end === 0) return 0;
  const [header, ...lines] = bytes.toString('utf8', 0, end - 1).split('\n');
  const first = parameterNames(space).length + 3;
  const wrong = (got: string): SweepError =>
    new SweepError(`readRows: expected the rows of this search in ${path}, got ${got}. Move that folder away and run again.`);
  if (header !== csvHeader(space, folds)) throw wrong('other columns');
  const row = new Float64Array(rows.width);
  lines.forEach((line, i) => {
    const cells = line.split(',');
    if (cells.length !== first + rows.width || Number(cells[0]) !== i || i >= rows.size) throw wrong(`"${line.slice(0, 60)}" as row ${i}`);
    for (let k = 0; k < rows.width; k++) {
      const cell = cells[first + k]!;
      row[k] = cell === '' ? Number.NaN : Number(cell);
      if (cell !== '' && Number.isNaN(row[k])) throw wrong(`"${cell}" in row ${i}`);
    }
    rows.add(row, cells[first - 1]!);
  });
  return end;
}
