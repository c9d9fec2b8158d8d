/** Rows of bars out of one file, CSV or Parquet, in one form: a reused row of numbers and the symbol's text. */
import { readFileSync } from 'node:fs';
import { type ColumnMap, type Field, guessColumns } from './columns.js';
import { clockAt, clockOfInstant, clockOfText, dayAt, dayOfInstant, dayOfText } from './date-text.js';
import { toUtf8 } from './encoding.js';
import { FeedError } from './errors.js';
import { NONE, NOT_A_NUMBER, numberAt, numberOf, text, UNREADABLE } from './number-text.js';
import { readParquet } from './parquet.js';
import type { RowFields } from './series-builder.js';
import { type Cells, eachRow, openTable } from './table.js';

export interface BarRows {
  readonly format: string;
  readonly title: string;
  /** Null for a file without a header. */
  readonly header: readonly string[] | null;
  readonly columns: ColumnMap;
  /** Calls `visit` for each row in file order; `symbol` is '' when the file has no such column. `short`: a row without enough cells. */
  each(
    zoneOf: (symbol: string) => string,
    visit: (row: RowFields, symbol: string) => void,
    short: (line: number, cells: number) => void,
  ): void;
}

type Numeric = Exclude<keyof RowFields, 'line' | 'day' | 'clock'>;
const NUMERIC: readonly Numeric[] = ['open', 'high', 'low', 'close', 'volume', 'amount', 'adjustedClose', 'factor', 'adjustFactor'];

const isBars = (columns: ColumnMap): boolean =>
  columns.date !== undefined &&
  columns.open !== undefined &&
  columns.high !== undefined &&
  columns.low !== undefined &&
  columns.close !== undefined;

const emptyRow = (): RowFields => ({
  line: 0,
  day: NONE,
  clock: NONE,
  open: NONE,
  high: NONE,
  low: NONE,
  close: NONE,
  volume: NONE,
  amount: NONE,
  adjustedClose: NONE,
  factor: NONE,
  adjustFactor: NONE,
});

const expected = (file: string, names: string): FeedError =>
  new FeedError(
    `loadBars: expected columns for date, open, high, low, close (and volume) in ${file}, got ${names}. Name them so in the first line, in English or Chinese (日期 开盘 最高 最低 收盘 成交量).`,
  );

/** Opens a file. Throws FeedError when it can't be read or holds no bars. */
export function openBarRows(path: string): BarRows {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new FeedError(`loadBars: expected a file that can be read at ${path}, got ${(error as Error).message}. Check the path.`, {
      cause: error,
    });
  }
  return /\.parquet$/i.test(path) ? parquetRows(bytes, path) : textRows(bytes, path);
}

function textRows(raw: Uint8Array, path: string): BarRows {
  const { bytes, encoding } = toUtf8(raw, path);
  const table = openTable(bytes, isBars);
  if (!table) {
    const firstLine = text(bytes, 0, Math.min(bytes.length, 120)).split('\n')[0] as string;
    throw expected(path, bytes.length === 0 ? 'an empty file' : JSON.stringify(firstLine.trim()));
  }
  const { columns } = table;
  const used = NUMERIC.filter((field) => columns[field] !== undefined);
  const at = Int32Array.from(used, (field) => columns[field] as number);
  const last = Math.max(columns.date as number, columns.time ?? 0, columns.symbol ?? 0, ...at);
  return {
    format: `csv in ${encoding}`,
    title: table.title,
    header: table.header,
    columns,
    each(zoneOf, visit, short) {
      const row = emptyRow();
      let symbolBytes: Uint8Array | undefined;
      let symbol = '';
      let zone = columns.symbol === undefined ? zoneOf('') : '';
      const dateColumn = columns.date as number;
      const timeColumn = columns.time;
      const readSymbol = (cells: Cells, column: number): void => {
        const start = cells.start[column] as number;
        const end = cells.end[column] as number;
        let same = end - start === symbolBytes?.length;
        for (let i = 0; same && i < end - start; i++) same = bytes[start + i] === symbolBytes?.[i];
        if (same) return;
        symbolBytes = bytes.subarray(start, end);
        symbol = text(bytes, start, end);
        zone = zoneOf(symbol);
      };
      eachRow(table, (cells, line) => {
        if (cells.count <= last) return short(line, cells.count);
        row.line = line;
        if (columns.symbol !== undefined) readSymbol(cells, columns.symbol);
        row.day = dayAt(bytes, cells.start[dateColumn] as number, cells.end[dateColumn] as number, zone);
        row.clock =
          timeColumn === undefined
            ? clockAt(bytes, cells.start[dateColumn] as number, cells.end[dateColumn] as number, zone)
            : clockOfText(text(bytes, cells.start[timeColumn] as number, cells.end[timeColumn] as number), zone);
        for (let i = 0; i < at.length; i++) {
          const column = at[i] as number;
          row[used[i] as Numeric] = numberAt(bytes, cells.start[column] as number, cells.end[column] as number);
        }
        visit(row, symbol);
      });
    },
  };
}

function parquetRows(raw: Uint8Array, path: string): BarRows {
  const table = readParquet(raw, path);
  const columns = guessColumns(table.names);
  if (!isBars(columns)) throw expected(path, table.names.join(', '));
  return {
    format: 'parquet',
    title: '',
    header: table.names,
    columns,
    each(zoneOf, visit) {
      const values = (field: Field): readonly unknown[] => table.column(table.names[columns[field] as number] as string);
      const days = values('date');
      const times = columns.time === undefined ? days : values('time');
      const nameOf = (field: Field): string => table.names[columns[field] as number] as string;
      const dayZone = table.isLocal(nameOf('date')) ? 'UTC' : undefined;
      const timeZone = table.isLocal(nameOf(columns.time === undefined ? 'date' : 'time')) ? 'UTC' : undefined;
      const symbols = columns.symbol === undefined ? undefined : values('symbol');
      const used = NUMERIC.filter((field) => columns[field] !== undefined);
      const numbers = used.map(values);
      const row = emptyRow();
      for (let i = 0; i < days.length; i++) {
        row.line = i + 1;
        const symbol = symbols === undefined ? '' : String(symbols[i]);
        const zone = zoneOf(symbol);
        row.day = dayOfValue(days[i], dayZone ?? zone);
        row.clock = clockOfValue(times[i], timeZone ?? zone);
        for (let k = 0; k < used.length; k++) row[used[k] as Numeric] = numberOfValue((numbers[k] as readonly unknown[])[i]);
        visit(row, symbol);
      }
    },
  };
}

function numberOfValue(value: unknown): number {
  if (typeof value === 'number') return Number.isNaN(value) ? NOT_A_NUMBER : Number.isFinite(value) ? value : UNREADABLE;
  if (value === null || value === undefined) return NONE;
  return typeof value === 'bigint' ? Number(value) : typeof value === 'string' ? numberOf(value) : UNREADABLE;
}

function clockOfValue(value: unknown, zone: string): number {
  if (value instanceof Date) return clockOfInstant(value.getTime(), zone);
  return value === null || value === undefined ? NONE : clockOfText(String(value), zone);
}

function dayOfValue(value: unknown, zone: string): number {
  if (value instanceof Date) return dayOfInstant(value.getTime(), zone);
  return value === null || value === undefined ? NONE : dayOfText(String(value), zone);
}
