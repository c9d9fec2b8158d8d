/**
 * Delimited text as cells, without a string or an object per cell: `visit` gets the bounds of a row's cells in the file's bytes.
 * A quoted cell may hold the delimiter, not a line break (no exporter of bars writes one), which keeps line numbers true.
 */
import { type ColumnMap, guessColumns } from './columns.js';
import { dayOfText } from './date-text.js';
import { numberOf, text } from './number-text.js';

const CELLS_MAX = 256;
const DELIMITERS = [9, 44, 59];

/** The bounds of the cells of one row; reused from row to row. */
export interface Cells {
  count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

export interface Table {
  readonly bytes: Uint8Array;
  readonly delimiter: number;
  /** Null for a file without one (MetaTrader 4). */
  readonly header: readonly string[] | null;
  readonly columns: ColumnMap;
  /** Text above the header, such as `600000 浦发银行 日线 不复权`. */
  readonly title: string;
  readonly bodyStart: number;
  /** Line number of the first row, 1 = first line of the file. */
  readonly bodyLine: number;
}

/** Splits `bytes[from, to)` into cells: blanks and quotes round a cell go. */
function split(bytes: Uint8Array, from: number, to: number, delimiter: number, cells: Cells): void {
  let at = from;
  cells.count = 0;
  while (at <= to && cells.count < CELLS_MAX) {
    let start = at;
    while (start < to && (bytes[start] === 32 || (bytes[start] === 9 && delimiter !== 9))) start++;
    let end: number;
    if (bytes[start] === 34 && start < to) {
      start++;
      end = start;
      while (end < to && bytes[end] !== 34) end++;
      at = end;
      while (at < to && bytes[at] !== delimiter) at++;
    } else {
      while (at < to && bytes[at] !== delimiter) at++;
      end = at;
    }
    while (end > start && (bytes[end - 1] as number) <= 32) end--;
    cells.start[cells.count] = start;
    cells.end[cells.count] = end;
    cells.count++;
    at++;
  }
}

export const newCells = (): Cells => ({ count: 0, start: new Int32Array(CELLS_MAX), end: new Int32Array(CELLS_MAX) });

function lineEnd(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(10, from);
  return at < 0 ? bytes.length : at;
}

const HEADERLESS: ColumnMap = { date: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 };
const HEADERLESS_TIME: ColumnMap = { date: 0, time: 1, open: 2, high: 3, low: 4, close: 5, volume: 6 };

/** Bars without a header, by their first row: a date, maybe a time, then open, high, low, close, volume. */
function headerless(row: readonly string[]): ColumnMap | null {
  if (row.length < 6 || Number.isNaN(dayOfText(row[0] as string, 'utc'))) return null;
  const map = /^\d{1,2}:\d{2}/.test(row[1] as string) ? HEADERLESS_TIME : HEADERLESS;
  const numbers = [map.open, map.high, map.low, map.close, map.volume].map((at) => numberOf(row[at as number] ?? ''));
  return numbers.every(Number.isFinite) ? map : null;
}

/** Finds header, delimiter and first row among the first lines; null when nothing there looks like bars or like `wanted` columns. */
export function openTable(bytes: Uint8Array, isHeader: (columns: ColumnMap, header: readonly string[]) => boolean): Table | null {
  const cells = newCells();
  const titles: string[] = [];
  let at = 0;
  for (let line = 1; line <= 8 && at < bytes.length; line++) {
    const end = lineEnd(bytes, at);
    for (const delimiter of DELIMITERS) {
      split(bytes, at, end, delimiter, cells);
      const row = Array.from({ length: cells.count }, (_, i) => text(bytes, cells.start[i] as number, cells.end[i] as number));
      const columns = guessColumns(row);
      const title = titles.join(' ').trim();
      if (isHeader(columns, row)) return { bytes, delimiter, header: row, columns, title, bodyStart: end + 1, bodyLine: line + 1 };
      const bare = headerless(row);
      if (bare) return { bytes, delimiter, header: null, columns: bare, title, bodyStart: at, bodyLine: line };
    }
    titles.push(text(bytes, at, end));
    at = end + 1;
  }
  return null;
}

/** Reads the line `bytes[from, end)` into `cells`; false for what is no row: a blank line, a comment (`#`), the footer of a TDX export (数据来源). */
export function readRow(bytes: Uint8Array, from: number, end: number, delimiter: number, cells: Cells): boolean {
  split(bytes, from, end, delimiter, cells);
  const first = bytes[cells.start[0] as number];
  const blank = cells.count === 1 && cells.start[0] === cells.end[0];
  // 0xE6 0x95 0xB0 is 数
  const footer = first === 0xe6 && text(bytes, cells.start[0] as number, cells.end[0] as number).startsWith('数据来源');
  return !(blank || footer || first === 35);
}

/** Visits each row in file order. */
export function eachRow(table: Table, visit: (cells: Cells, line: number) => void): void {
  const { bytes, delimiter } = table;
  const cells = newCells();
  let at = table.bodyStart;
  for (let line = table.bodyLine; at < bytes.length; line++) {
    const end = lineEnd(bytes, at);
    if (readRow(bytes, at, end, delimiter, cells)) visit(cells, line);
    at = end + 1;
  }
}
