/** A large CSV file streamed into a store: one pass over its text, each row checked as the loader checks it, one Parquet file a symbol. */
import { closeSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BarSeries, canonicalJson, DAY_MS, dateOf, HindcastError, type Instrument, type Symbol, sha256 } from '../../core/index.js';
import { type CalendarId, calendarOf, describeSymbol } from '../../market/index.js';
import { statedVolumeUnit } from '../columns.js';
import { toUtf8 } from '../encoding.js';
import { BadRowError, type BadRowReason, FeedError } from '../errors.js';
import { type BarStamp, placeInSessions } from '../intraday-rows.js';
import { SeriesBuilder } from '../series-builder.js';
import { kindOf } from '../sources/fallback.js';
import { SURVIVORSHIP } from '../sources/source.js';
import { canonicalSymbol, fileOfSymbol, symbolOfFile } from '../symbol-text.js';
import { openTable, type Table } from '../table.js';
import { findVolumeUnit, type VolumeUnit } from '../volume-unit.js';
import { BarStream } from './bar-stream.js';
import { FILE_COLUMNS, KNOWN_AT } from './columns.js';
import { ENTRY_FORMAT, readEntry } from './entry.js';
import { type Imported, type ImportRequest, refuseStored } from './import-request.js';
import { plainParquet } from './plain-parquet.js';
import { ROW, Spill, StagedRows } from './staged-rows.js';

const HEAD_BYTES = 65_536;
const NO_AMOUNT = new Float64Array(0);
const zones: Readonly<Record<string, string>> = { us: 'America/New_York', crypto: 'UTC' };

/** Header and first rows. Throws FeedError when they can't be streamed. */
function headOf(path: string): { table: Table; bodyStart: number } {
  const file = openSync(path, 'r');
  const head = new Uint8Array(HEAD_BYTES);
  let length: number;
  try {
    length = readSync(file, head, 0, HEAD_BYTES, 0);
  } finally {
    closeSync(file);
  }
  const refuse = (expected: string, got: string): never => {
    throw new FeedError(`importInto: expected ${expected} in ${path}, got ${got}. Change it, or import the file in parts below 64 MB.`);
  };
  const whole = head.subarray(0, head.lastIndexOf(10, length - 1) + 1);
  const { bytes, encoding } = toUtf8(whole, path);
  if (encoding !== 'utf-8') refuse('UTF-8', encoding);
  const found = openTable(bytes, ({ date, open, high, low, close, volume }) =>
    [date, open, high, low, close, volume].every((at) => at !== undefined),
  );
  if (!found)
    return refuse(
      'columns for date, open, high, low, close and volume',
      JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 100)).split('\n')[0]),
    );
  if (/[前后]复权/.test(found.title)) refuse('raw prices', `${JSON.stringify(found.title)}: adjusted ones`);
  const { columns } = found;
  if (columns.adjustedClose !== undefined || columns.factor !== undefined || columns.adjustFactor !== undefined)
    refuse('raw prices alone', 'an adjusted close or a factor, from which actions are derived symbol by symbol');
  // Offsets count from after a byte order mark.
  return { table: found, bodyStart: found.bodyStart + whole.length - bytes.length };
}

/** One symbol while the file is read. */
interface Staged {
  readonly instrument: Instrument;
  readonly builder: SeriesBuilder;
  readonly rows: StagedRows;
}

/** One symbol whose file is written, not yet in its place. */
interface Written {
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

/** See {@link importInto}. All or nothing up to the last check; then symbol by symbol, each whole. */
export async function importCsv(request: ImportRequest): Promise<Imported> {
  const { folder, path, options = {} } = request;
  if (options.onBadRow === 'skip' || options.tickSize !== undefined)
    throw new FeedError(
      `importInto: expected plain options for a file of this size, got ${options.tickSize === undefined ? 'bad rows to skip' : 'a tickSize'}. Mend the rows, or import in parts below 64 MB.`,
    );
  const { table, bodyStart } = headOf(path);
  const staging = join(folder, `.import-${process.pid}`);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  const spill = await Spill.at(join(staging, 'rows'));
  try {
    const staged = await stage(request, table, bodyStart, spill);
    const stated = options.volumeUnit ?? statedVolumeUnit(table.header?.[table.columns.volume as number]);
    const scratch = new Scratch();
    const written = await several(staged, (one) => write(one, request, staging, stated, scratch));
    await several(written, (one) => place(request, one));
    const lots = written.filter(({ unit }) => unit === 'lots').length;
    return {
      symbols: written.map(({ instrument }) => instrument.symbol).sort(),
      bars: written.reduce((sum, { rows }) => sum + rows, 0),
      how: 'stream',
      remarks: [
        `${basename(path)}: ${written.length} symbols, ${lots > 0 ? `volume of ${lots} in lots, turned into shares` : 'volume in shares'}`,
      ],
    };
  } finally {
    await spill.close();
    rmSync(staging, { recursive: true, force: true });
  }
}

/** 1 on each session, by epoch day. */
function sessionTable(market: CalendarId): Uint8Array {
  const { sessions } = calendarOf(market);
  const table = new Uint8Array((sessions[sessions.length - 1] as number) + 1);
  for (const day of sessions) table[day] = 1;
  return table;
}

/** One pass over the text. Throws BadRowError for the first row that can't be true, FeedError for a second market. */
async function stage({ folder, path, options = {}, replace = false }: ImportRequest, table: Table, bodyStart: number, spill: Spill) {
  const refuse = (line: number, reason: BadRowReason, detail: string): never => {
    throw new BadRowError(path, line, reason, detail);
  };
  const staged = new Map<Symbol, Staged>();
  let isSession: Uint8Array = new Uint8Array(0);
  let market = '';
  /** Undefined: nobody asked for it. */
  const open = (raw: string, line: number): Staged | undefined => {
    const text = canonicalSymbol(table.columns.symbol === undefined ? (options.symbol ?? symbolOfFile(basename(path))) : raw);
    let instrument: Instrument;
    try {
      const described = describeSymbol(text);
      const { symbol, kind } = described;
      instrument = { ...described, name: symbol, corporateActions: kind === 'index' || kind === 'spot' ? 'none' : 'unknown' };
    } catch (error) {
      if (!(error instanceof HindcastError)) throw error;
      return refuse(line, 'unknown-symbol', error.message);
    }
    const { symbol } = instrument;
    if (options.symbols && !options.symbols.includes(symbol)) return undefined;
    const known = staged.get(symbol);
    if (known) return known;
    if (market !== '' && market !== instrument.market)
      throw new FeedError(`importInto: expected bars of one market in ${path}, got ${market} and ${instrument.market}. Split the file.`);
    if (market === '') isSession = sessionTable(instrument.market as CalendarId);
    market = instrument.market;
    refuseStored(folder, [symbol], replace);
    const builder = new SeriesBuilder(instrument, { adjusted: false, divided: false }, refuse);
    const found = { instrument, builder, rows: new StagedRows(spill) };
    staged.set(symbol, found);
    return found;
  };
  await new BarStream<Staged | undefined>(path, table, {
    open,
    zoneOf: (one) => zones[one?.instrument.market ?? ''] ?? 'Asia/Shanghai',
    row(row, one) {
      if (!one?.builder.judge(row)) return;
      if (isSession[row.day] !== 1) refuse(row.line, 'not-a-session', `${dateOf(row.day)} is no session of calendar ${market}`);
      one.rows.push(Number.isNaN(row.clock) ? row.day : row.day + row.clock / DAY_MS, row.line, one.builder.taken);
    },
    short: (line, cells) => refuse(line, 'too-few-cells', `${cells} cells`),
    settled: () => spill.settled(),
  }).read(bodyStart);
  await spill.finish();
  // A symbol whose days are all without trade has nothing to store.
  const traded = [...staged.values()].filter(({ rows }) => rows.length > 0);
  if (traded.length === 0) throw new FeedError(`importInto: expected bars in ${path}, got none that can be used. Check the file.`);
  return traded;
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
async function write(
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
async function place({ folder, path, retrievedAt }: ImportRequest, written: Written): Promise<void> {
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

/** Columns that the next symbol uses again: until its bytes stand in their file's buffer, one symbol is at work. */
class Scratch {
  readonly #floats = new Map<string, Float64Array>();
  readonly #ints = new Map<string, Int32Array>();

  floats(name: string, length: number): Float64Array {
    let buffer = this.#floats.get(name);
    if (!buffer || buffer.length < length) {
      buffer = new Float64Array(length * 2);
      this.#floats.set(name, buffer);
    }
    return buffer.subarray(0, length);
  }

  ints(name: string, values: Float64Array): Int32Array {
    let buffer = this.#ints.get(name);
    if (!buffer || buffer.length < values.length) {
      buffer = new Int32Array(values.length * 2);
      this.#ints.set(name, buffer);
    }
    const whole = buffer.subarray(0, values.length);
    for (let i = 0; i < values.length; i++) whole[i] = values[i] as number;
    return whole;
  }
}

const AT_ONCE = 4;

/** `act` on each item, a few at a time: while some wait for the disk another is computed. Ends when all that began have ended. */
async function several<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const run = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const at = next++;
      try {
        results[at] = await act(items[at] as T);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  for (const outcome of await Promise.allSettled(Array.from({ length: AT_ONCE }, run)))
    if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
