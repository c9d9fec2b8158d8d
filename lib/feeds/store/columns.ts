/** Columns of one symbol as a Parquet file: written by DuckDB under a new name, read back without waiting. */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, type Symbol, sha256 } from '../../core/index.js';
import { readParquet } from '../parquet.js';
import { fileOfSymbol } from '../symbol-text.js';
import { type Connection, sqlText } from './duckdb.js';
import { StoreError } from './errors.js';

/** n each, oldest first. Prices in ticks, volume in units, amount in minor units (NaN unknown). */
export interface StoredColumns {
  readonly length: number;
  readonly day: Int32Array;
  /** End of each bar where bars are shorter than a session; null for daily bars, known at their session's close. */
  readonly knownAt: Float64Array | null;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly amountMinor: Float64Array;
  /** Cumulative total-return factor, built from the entry's actions. */
  readonly factor: Float64Array;
  /** The source's own factor table as fetched (NaN: none): known at the fetch only, so no view shows it. */
  readonly fetchedFactor: Float64Array;
}

/** Name in the file of each column. They say their units, so that no loader of bars takes ticks for prices. */
export const FILE_COLUMNS = {
  open: 'openTicks',
  high: 'highTicks',
  low: 'lowTicks',
  close: 'closeTicks',
  volume: 'volumeUnits',
  amountMinor: 'amountMinor',
  factor: 'totalReturnFactor',
  fetchedFactor: 'fetchedFactor',
} as const;
type FloatColumn = keyof typeof FILE_COLUMNS;
const FLOAT_COLUMNS = Object.keys(FILE_COLUMNS) as FloatColumn[];

/** Plain pages: dictionaries and compression cost more to read than they save on columns of this kind. */
export const PARQUET_OPTIONS = 'FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1';

/** The column of {@link StoredColumns.knownAt}. */
export const KNOWN_AT = 'knownAt';

export const newColumns = (length: number, intraday = false): StoredColumns => ({
  length,
  day: new Int32Array(length),
  knownAt: intraday ? new Float64Array(length) : null,
  open: new Float64Array(length),
  high: new Float64Array(length),
  low: new Float64Array(length),
  close: new Float64Array(length),
  volume: new Float64Array(length),
  amountMinor: new Float64Array(length).fill(Number.NaN),
  factor: new Float64Array(length).fill(1),
  fetchedFactor: new Float64Array(length).fill(Number.NaN),
});

/** Gives finished Parquet bytes their place: a name with their digest, so that old and new never share one. */
export function placeFile(folder: string, symbol: Symbol, temporary: string): { readonly file: string; readonly sha256: string } {
  const digest = sha256(readFileSync(temporary));
  const file = `${fileOfSymbol(symbol)}.${digest.slice(0, 12)}.parquet`;
  renameSync(temporary, join(folder, file));
  return { file, sha256: digest };
}

export async function writeColumns(
  connection: Connection,
  folder: string,
  symbol: Symbol,
  columns: StoredColumns,
): Promise<{ readonly file: string; readonly sha256: string }> {
  const temporary = join(folder, `${fileOfSymbol(symbol)}.${process.pid}.tmp`);
  const { knownAt } = columns;
  const names = [...(knownAt ? [KNOWN_AT] : []), ...Object.values(FILE_COLUMNS)];
  await connection.run(`CREATE OR REPLACE TEMP TABLE bars (day INTEGER, ${names.map((name) => `${name} DOUBLE`).join(', ')})`);
  const appender = await connection.createAppender('bars');
  for (let i = 0; i < columns.length; i++) {
    appender.appendInteger(columns.day[i] as number);
    if (knownAt) appender.appendDouble(knownAt[i] as number);
    for (const name of FLOAT_COLUMNS) appender.appendDouble(columns[name][i] as number);
    appender.endRow();
  }
  appender.closeSync();
  try {
    await connection.run(
      `COPY (SELECT DATE '1970-01-01' + day AS date, ${names.join(', ')} FROM bars ORDER BY day${knownAt ? `, ${KNOWN_AT}` : ''}) TO ${sqlText(temporary)} (${PARQUET_OPTIONS})`,
    );
    return placeFile(folder, symbol, temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Throws StoreError when the file is gone or its bytes are not those of `digest`. */
export function readColumns(folder: string, file: string, digest: string, wanted: readonly FloatColumn[] = FLOAT_COLUMNS): StoredColumns {
  const path = join(folder, file);
  const refuse = (got: string, cause?: unknown): never => {
    throw new StoreError(
      `readColumns: expected the bars that were stored in ${path}, got ${got}. Remove the entry and fetch the symbol again.`,
      { cause },
    );
  };
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return refuse((error as Error).message, error);
  }
  if (sha256(bytes) !== digest) return refuse('other bytes');
  const table = readParquet(bytes, path);
  const dates = table.column('date') as readonly Date[];
  const intraday = table.names.includes(KNOWN_AT);
  const columns = newColumns(dates.length, intraday);
  columns.knownAt?.set(table.column(KNOWN_AT) as readonly number[]);
  for (let i = 0; i < dates.length; i++) columns.day[i] = (dates[i] as Date).getTime() / DAY_MS;
  // A file without a factor column is of an import without actions: its factors stay 1.
  for (const name of wanted) {
    const column = FILE_COLUMNS[name];
    if (table.names.includes(column)) columns[name].set(table.column(column) as readonly number[]);
  }
  return columns;
}
