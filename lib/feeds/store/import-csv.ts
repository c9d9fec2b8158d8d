/** A large CSV file streamed into a store: DuckDB reads it in one pass, checks it as a whole, and writes one Parquet file a symbol. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { canonicalJson, type Instrument, type Symbol } from '../../core/index.js';
import { type CalendarId, calendarOf, describeSymbol, type SymbolDescription } from '../../market/index.js';
import { statedVolumeUnit } from '../columns.js';
import { toUtf8 } from '../encoding.js';
import { FeedError } from '../errors.js';
import { canonicalSymbol, fileOfSymbol, symbolOfFile } from '../symbol-text.js';
import { openTable, type Table } from '../table.js';
import type { VolumeUnit } from '../volume-unit.js';
import { FILE_COLUMNS, PARQUET_OPTIONS, placeFile } from './columns.js';
import { type Connection, type Database, sqlText } from './duckdb.js';
import { ENTRY_FORMAT, readEntry } from './entry.js';
import { type Imported, type ImportRequest, refuseStored } from './import-request.js';
import { badRows, unitsShown } from './staged-checks.js';

const HEAD_BYTES = 65_536;
const FIELDS = ['open', 'high', 'low', 'close', 'volume', 'amount'] as const;
const NULLS = ['', '-', '--', 'null', 'NULL', 'N/A', 'nan', 'NaN'];

/** Header and first rows. Throws FeedError when they can't be streamed. */
function headOf(path: string): { table: Table; dateFormat: string } {
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
  const { columns } = found;
  if (columns.adjustedClose !== undefined || columns.factor !== undefined || columns.adjustFactor !== undefined)
    refuse('raw prices alone', 'an adjusted close or a factor, from which actions are derived symbol by symbol');
  const first = new TextDecoder().decode(bytes.subarray(found.bodyStart)).split('\n')[0]?.split(String.fromCharCode(found.delimiter))[
    columns.date as number
  ];
  const date = first?.trim().replaceAll('"', '') ?? '';
  const format = /^\d{8}$/.test(date)
    ? '%Y%m%d'
    : /^\d{4}-\d{2}-\d{2}$/.test(date)
      ? '%Y-%m-%d'
      : /^\d{4}\/\d{2}\/\d{2}$/.test(date)
        ? '%Y/%m/%d'
        : undefined;
  return { table: found, dateFormat: format ?? refuse('dates such as 2007-06-21 or 20070621', JSON.stringify(date)) };
}

interface StagedSymbol {
  readonly id: number;
  readonly described: SymbolDescription;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/** See {@link importInto}. All or nothing up to the check; then symbol by symbol, each whole. */
export async function importCsv(request: ImportRequest, { connection }: Database): Promise<Imported> {
  const { folder, path, retrievedAt, options = {}, replace = false } = request;
  if (options.onBadRow === 'skip' || options.tickSize !== undefined)
    throw new FeedError(
      `importInto: expected plain options for a file of this size, got ${options.tickSize === undefined ? 'bad rows to skip' : 'a tickSize'}. Mend the rows, or import in parts below 64 MB.`,
    );
  const { table, dateFormat } = headOf(path);
  const staging = join(folder, `.import-${process.pid}`);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  try {
    const staged = join(staging, 'staged.parquet');
    await stage(connection, table, path, dateFormat, staged, options.symbol);
    const symbols = await symbolsOf(connection, path, options.symbols);
    refuseStored(
      folder,
      symbols.map(({ described }) => described.symbol),
      replace,
    );
    const market = (symbols[0] as StagedSymbol).described.market as CalendarId;
    await badRows(connection, path, table.bodyLine, calendarOf(market).sessions);
    const stated = options.volumeUnit ?? statedVolumeUnit(table.header?.[table.columns.volume as number]);
    const units = await unitsShown(connection, stated);
    await connection.run(`CREATE OR REPLACE TEMP TABLE units (id INTEGER, perVolume DOUBLE, perAmount DOUBLE)`);
    const appender = await connection.createAppender('units');
    for (const { id, described } of symbols) {
      const { unit, amountScale } = units.get(id) ?? { unit: 'shares' as VolumeUnit, amountScale: 1 };
      appender.appendInteger(id);
      appender.appendDouble((unit === 'lots' ? 100 : 1) / described.units.quantityStep);
      appender.appendDouble(amountScale * described.units.minorPerMajor);
      appender.endRow();
    }
    appender.closeSync();
    await partition(connection, join(staging, 'parts'));
    const bars = place(request, symbols, staging, await mended(connection, staging, symbols), retrievedAt);
    const lots = [...units.values()].filter(({ unit }) => unit === 'lots').length;
    return {
      symbols: symbols.map(({ described }) => described.symbol).sort(),
      bars,
      how: 'stream',
      remarks: [
        `${basename(path)}: ${symbols.length} symbols, ${lots > 0 ? `volume of ${lots} in lots, turned into shares` : 'volume in shares'}`,
      ],
    };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** One pass over the text, in file order, into a Parquet file behind the view `staged`. */
async function stage(
  connection: Connection,
  table: Table,
  path: string,
  dateFormat: string,
  staged: string,
  symbol: Symbol | undefined,
): Promise<void> {
  const { columns } = table;
  const width = table.header?.length ?? Math.max(...Object.values(columns)) + 1;
  const nameOf = new Map(Object.entries(columns).map(([field, at]) => [at, field]));
  const types = Array.from({ length: width }, (_, at) => {
    const field = nameOf.get(at);
    const type = field === 'date' ? 'DATE' : (FIELDS as readonly string[]).includes(field ?? '') ? 'DOUBLE' : 'VARCHAR';
    return `${sqlText(field ?? `c${at}`)}: '${type}'`;
  });
  const reader = `read_csv(${sqlText(path)}, auto_detect=false, header=false, skip=${table.bodyLine - 1}, delim=${sqlText(String.fromCharCode(table.delimiter))}, quote='"', dateformat=${sqlText(dateFormat)}, nullstr=[${NULLS.map(sqlText).join(', ')}], columns={${types.join(', ')}})`;
  const text = columns.symbol === undefined ? sqlText(symbol ?? symbolOfFile(basename(path))) : 'symbol';
  const amount = columns.amount === undefined ? 'NULL::DOUBLE' : 'amount';
  try {
    await connection.run(
      `COPY (SELECT ${text} AS symbol, date, open, high, low, close, volume, ${amount} AS amount FROM ${reader}) TO ${sqlText(staged)} (FORMAT parquet, COMPRESSION uncompressed)`,
    );
  } catch (error) {
    throw new FeedError(
      `importInto: expected rows of dates and numbers in ${path}, got ${(error as Error).message.split('\n').slice(0, 2).join(' ')}. Mend the row.`,
      { cause: error },
    );
  }
  await connection.run(
    `CREATE OR REPLACE TEMP VIEW staged AS SELECT *, file_row_number AS row FROM read_parquet(${sqlText(staged)}, file_row_number=true)`,
  );
}

/** The symbols of the file, numbered, in the table `names` (raw text, id, ticks in a major unit, whether amounts have a meaning). */
async function symbolsOf(connection: Connection, path: string, wanted: readonly Symbol[] | undefined): Promise<StagedSymbol[]> {
  const traded = `NOT ((open IS NULL AND high IS NULL AND low IS NULL AND close IS NULL) OR (open = 0 AND high = 0 AND low = 0 AND coalesce(volume, 0) = 0))`;
  const found = await connection.runAndReadAll(
    `SELECT symbol, count(*)::INTEGER, datediff('day', DATE '1970-01-01', min(date))::INTEGER, datediff('day', DATE '1970-01-01', max(date))::INTEGER FROM staged WHERE ${traded} GROUP BY symbol ORDER BY symbol`,
  );
  const symbols: StagedSymbol[] = [];
  const seen = new Map<Symbol, string>();
  await connection.run('CREATE OR REPLACE TEMP TABLE names (raw VARCHAR, id INTEGER, perMajor DOUBLE, priced BOOLEAN, traded BOOLEAN)');
  const appender = await connection.createAppender('names');
  for (const [raw, rows, from, to] of found.getRows() as [string, number, number, number][]) {
    const described = describeSymbol(canonicalSymbol(raw));
    if (wanted && !wanted.includes(described.symbol)) continue;
    const twice = seen.get(described.symbol);
    if (twice !== undefined)
      throw new FeedError(
        `importInto: expected one spelling of ${described.symbol} in ${path}, got ${twice} and ${raw}. Write it one way.`,
      );
    seen.set(described.symbol, raw);
    const id = symbols.length;
    symbols.push({ id, described, rows, from, to });
    appender.appendVarchar(raw);
    appender.appendInteger(id);
    appender.appendDouble(Math.round(1 / described.units.tickSize));
    appender.appendBoolean(described.kind === 'stock' || described.kind === 'etf');
    appender.appendBoolean(described.kind !== 'index');
    appender.endRow();
  }
  appender.closeSync();
  const markets = [...new Set(symbols.map(({ described }) => described.market))];
  if (markets.length !== 1)
    throw new FeedError(`importInto: expected bars of one market in ${path}, got ${markets.join(' and ') || 'none'}. Split the file.`);
  await connection.run(
    `CREATE OR REPLACE TEMP VIEW rows AS SELECT s.*, n.id, n.perMajor, n.priced, n.traded FROM staged s JOIN names n ON s.symbol = n.raw WHERE ${traded}`,
  );
  return symbols;
}

async function partition(connection: Connection, parts: string): Promise<void> {
  // Ticks of 32 bits where they fit: half the bytes. No factor columns: without actions all factors are 1.
  const [most] = (await connection.runAndReadAll('SELECT max(high * perMajor) FROM rows')).getRows()[0] as [number];
  const ticks = (['open', 'high', 'low', 'close'] as const).map(
    (name) => `round(${name} * perMajor)${most < 2 ** 31 ? '::INTEGER' : ''} AS ${FILE_COLUMNS[name]}`,
  );
  const columns = `date, ${ticks.join(', ')}, round(coalesce(volume, 0) * perVolume) AS ${FILE_COLUMNS.volume}, coalesce(round(amount * perAmount), 'nan'::DOUBLE) AS ${FILE_COLUMNS.amountMinor}`;
  await connection.run(
    `COPY (SELECT ${columns}, id FROM rows JOIN units USING (id)) TO ${sqlText(parts)} (${PARQUET_OPTIONS}, PARTITION_BY (id))`,
  );
}

/** One file in order for each symbol: what several threads wrote in pieces is put together. */
async function mended(connection: Connection, staging: string, symbols: readonly StagedSymbol[]): Promise<Map<number, string>> {
  const parts = join(staging, 'parts');
  const disordered = await connection.runAndReadAll(
    `SELECT DISTINCT id FROM (SELECT id, date < lag(date) OVER () AND id = lag(id) OVER () AS back FROM read_parquet(${sqlText(join(parts, '*', '*.parquet'))}, hive_partitioning=true)) WHERE back`,
  );
  const back = new Set(disordered.getRows().map(([id]) => Number(id)));
  const files = new Map<number, string>();
  for (const { id } of symbols) {
    const folder = join(parts, `id=${id}`);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    if (names.length === 1 && !back.has(id)) {
      files.set(id, join(folder, names[0] as string));
      continue;
    }
    const whole = join(staging, `whole-${id}.parquet`);
    await connection.run(
      `COPY (SELECT * FROM read_parquet(${sqlText(join(folder, '*.parquet'))}, hive_partitioning=false) ORDER BY date) TO ${sqlText(whole)} (${PARQUET_OPTIONS})`,
    );
    files.set(id, whole);
  }
  return files;
}

/** Moves the files into the store and writes the entries. Their bytes are not flushed one by one: a lost import can be run again. */
function place(
  { folder, path }: ImportRequest,
  symbols: readonly StagedSymbol[],
  staging: string,
  files: ReadonlyMap<number, string>,
  retrievedAt: number,
): number {
  let bars = 0;
  for (const { id, described, rows, from, to } of symbols) {
    const { symbol, market, units, kind } = described;
    const before = readEntry(folder, symbol);
    const placed = placeFile(folder, symbol, files.get(id) as string);
    const instrument: Instrument = {
      ...described,
      name: symbol,
      corporateActions: kind === 'index' || kind === 'spot' ? 'none' : 'unknown',
    };
    const entry = {
      format: ENTRY_FORMAT,
      symbol,
      kind: `${market}, raw, ticks of ${units.tickSize} ${units.currency}, units of ${units.quantityStep}`,
      instrument,
      ...placed,
      rows,
      from,
      to,
      spans: [{ from, to, source: `file:${path}`, retrievedAt }],
      actions: [],
      suspended: [],
      synthetic: false,
      notes: [],
    };
    const temporary = join(staging, 'entry.json');
    writeFileSync(temporary, `${canonicalJson(entry)}\n`);
    renameSync(temporary, join(folder, `${fileOfSymbol(symbol)}.json`));
    if (before && before.file !== placed.file) rmSync(join(folder, before.file), { force: true });
    bars += rows;
  }
  return bars;
}
