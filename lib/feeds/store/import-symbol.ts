/** The Parquet file of one symbol out of its staged rows: written beside the store, then moved into its place with its entry. */
import { rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BarSeries, canonicalJson, DAY_MS, dateOf, type Instrument, sha256 } from '../../core/index.js';
import { type CalendarId, calendarOf } from '../../market/index.js';
import { BadRowError } from '../errors.js';
import { type BarStamp, placeInSessions } from '../intraday-rows.js';
import { kindOf } from '../sources/fallback.js';
import { SURVIVORSHIP } from '../sources/source.js';
import { fileOfSymbol } from '../symbol-text.js';
import { findVolumeUnit, type VolumeUnit } from '../volume-unit.js';
import { FILE_COLUMNS, KNOWN_AT } from './columns.js';
import { ENTRY_FORMAT, readEntry } from './entry.js';
import type { ImportRequest } from './import-request.js';
import type { Staged } from './import-stage.js';
import { plainParquet } from './plain-parquet.js';
import type { Scratch } from './scratch.js';
import { ROW } from './staged-rows.js';

const NO_AMOUNT = new Float64Array(0);

/** One symbol whose file is written, not yet in its place. */
export interface Written {
  readonly instrument: Instrument;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly unit: VolumeUnit;
  /** Set where the bars are shorter than a session. */
  readonly intervalMs?: number;
  readonly temporary: string;
  readonly file: string;
  readonly sha256: string;
}

/** Rows in the order of their times. Throws BadRowError for a time that is there twice. */
function ordered(rows: Float64Array, { instrument }: Staged, path: string): Float64Array {
  const days = Array.from({ length: rows.length / ROW }, (_, i) => i * ROW).sort((a, b) => (rows[a] as number) - (rows[b] as number));
  const sorted = new Float64Array(rows.length);
  for (const [i, from] of days.entries()) {
    const day = rows[from] as number;
    if (i > 0 && day === sorted[(i - 1) * ROW])
      throw new BadRowError(
        path,
        rows[from + 1] as number,
        'duplicate-date',
        `${dateOf(Math.floor(day))} of ${instrument.symbol} is there twice`,
      );
    sorted.set(rows.subarray(from, from + ROW), i * ROW);
  }
  return sorted;
}

/** The sessions of rows, and the ends of bars that are shorter than one. Throws BadRowError for a time outside of trading. */
function placesOf(
  rows: Float64Array,
  { instrument }: Staged,
  path: string,
  room: Float64Array,
  stated: BarStamp | undefined,
): { day: Int32Array; ends?: { knownAt: Float64Array; intervalMs: number } } {
  const { length } = room;
  const day = new Int32Array(length);
  let several = false;
  for (let i = 0; i < length; i++) {
    day[i] = Math.floor(rows[i * ROW] as number);
    several ||= i > 0 && day[i] === day[i - 1];
  }
  if (!several) return { day };
  const clock = room;
  for (let i = 0; i < length; i++) clock[i] = Math.round(((rows[i * ROW] as number) - (day[i] as number)) * DAY_MS);
  const stamped = { length, day, clock, line: Int32Array.from({ length }, (_, i) => rows[i * ROW + 1] as number) };
  const calendar = calendarOf(instrument.market as CalendarId);
  const placed = placeInSessions(stamped, instrument.symbol, calendar, stated, (line, reason, detail) => {
    throw new BadRowError(path, line, reason, detail);
  });
  return { day: placed.day, ends: { knownAt: placed.knownAt, intervalMs: placed.intraday!.intervalMs } };
}

/** Writes the file of one symbol into `staging`. Throws FeedError when its amounts show another unit of volume than the stated one. */
export async function writeSymbol(
  one: Staged,
  { path, options = {} }: ImportRequest,
  staging: string,
  stated: VolumeUnit | undefined,
  scratch: Scratch,
): Promise<Written> {
  const { instrument } = one;
  const { symbol, units } = instrument;
  const { length } = one.rows;
  const read = scratch.floats('rows', length * ROW);
  one.rows.rows(read);
  const rows = one.rows.forward ? read : ordered(read, one, path);
  const column = (at: number): Float64Array => {
    const values = scratch.floats(`column ${at}`, length);
    for (let i = 0; i < length; i++) values[i] = rows[i * ROW + at] as number;
    return values;
  };
  const { day, ends } = placesOf(rows, one, path, scratch.floats('day', length), options.barStamp);
  const series = { length, open: column(2), high: column(3), low: column(4), close: column(5), volume: column(6) };
  const amount = column(7);
  const traded = { ...series, symbol, day, knownAt: NO_AMOUNT, factor: NO_AMOUNT } satisfies BarSeries;
  const { unit, amountScale } = findVolumeUnit(traded, instrument.kind === 'index' ? NO_AMOUNT : amount, units, stated);
  const perUnit = (unit === 'lots' ? 100 : 1) / units.quantityStep;
  const perAmount = amountScale * units.minorPerMajor;
  for (let i = 0; i < length; i++) {
    series.volume[i] = Math.round((series.volume[i] as number) * perUnit);
    amount[i] = Math.round((amount[i] as number) * perAmount);
  }
  // Ticks of 32 bits where they fit: half the bytes. No factor columns: without actions all factors are 1.
  const fits = series.high.every((ticks) => ticks < 2 ** 31);
  const bytes = plainParquet([
    { name: 'date', values: day, isDate: true },
    ...(ends ? [{ name: KNOWN_AT, values: ends.knownAt }] : []),
    ...(['open', 'high', 'low', 'close'] as const).map((name) => ({
      name: FILE_COLUMNS[name],
      values: fits ? scratch.ints(name, series[name]) : series[name],
    })),
    { name: FILE_COLUMNS.volume, values: series.volume },
    { name: FILE_COLUMNS.amountMinor, values: amount },
  ]);
  const digest = sha256(bytes);
  const file = `${fileOfSymbol(symbol)}.${digest.slice(0, 12)}.parquet`;
  const temporary = join(staging, file);
  // All that is told of the columns is told before the wait: then the next symbol has them.
  const interval = ends ? { intervalMs: ends.intervalMs } : {};
  const told = { instrument, rows: length, from: day[0] as number, to: day[length - 1] as number, unit, ...interval };
  await writeFile(temporary, bytes);
  return { ...told, temporary, file, sha256: digest };
}

/** Moves a file into the store and writes the entry. The bytes are not flushed one by one: a lost import can be run again. */
export async function placeSymbol({ folder, path, retrievedAt }: ImportRequest, written: Written): Promise<void> {
  const { instrument, rows, from, to, temporary, file, sha256: digest } = written;
  const { symbol, market } = instrument;
  const interval = written.intervalMs === undefined ? {} : { intervalMs: written.intervalMs };
  const before = readEntry(folder, symbol);
  await rename(temporary, join(folder, file));
  const entry = {
    format: ENTRY_FORMAT,
    symbol,
    kind: kindOf({ source: '', market, adjustment: 'raw', units: instrument.units, ...interval }),
    ...interval,
    instrument,
    file,
    sha256: digest,
    rows,
    from,
    to,
    spans: [{ from, to, source: `file:${path}`, retrievedAt }],
    actions: [],
    suspended: [],
    synthetic: false,
    notes: [SURVIVORSHIP],
  };
  const unfinished = `${temporary}.json`;
  await writeFile(unfinished, `${canonicalJson(entry)}\n`);
  await rename(unfinished, join(folder, `${fileOfSymbol(symbol)}.json`));
  if (before && before.file !== file) rmSync(join(folder, before.file), { force: true });
}
