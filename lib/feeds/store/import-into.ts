/** Brings the user's own files into a store: small ones through the loader, large CSV streamed. */
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadBars } from '../load-bars.js';
import type { MarketData } from '../market-data.js';
import { kindOf } from '../sources/fallback.js';
import { SURVIVORSHIP } from '../sources/source.js';
import { isStoredData } from '../stored-data.js';
import { newColumns, writeColumns } from './columns.js';
import { type Database, openDuckdb } from './duckdb.js';
import { readEntry, writeEntry } from './entry.js';
import { StoreError } from './errors.js';
import { importCsv } from './import-csv.js';
import { type Imported, type ImportRequest, refuseStored } from './import-request.js';

/** Files above this are streamed: the loader holds a file as a whole. */
const LOADER_BYTES_MAX = 64 * 1024 * 1024;

/** Throws FeedError (or BadRowError) for what can't be used; then nothing of the file is stored. */
export async function importInto(request: ImportRequest): Promise<Imported> {
  const { folder, path, options = {}, streamFrom = LOADER_BYTES_MAX } = request;
  if (!existsSync(path)) throw new StoreError(`importInto: expected a file or folder at ${path}, got nothing there. Check the path.`);
  mkdirSync(folder, { recursive: true });
  const stats = statSync(path);
  if (stats.isFile() && /\.(csv|tsv|txt)$/i.test(path) && stats.size >= streamFrom) return importCsv(request);
  const data = loadBars(path, options);
  const remarks = isStoredData(path)
    ? []
    : data.mappings.flatMap(({ file, remarks: about }) => about.map((remark) => `${file}: ${remark}`));
  const database = await openDuckdb({ memory: '500MB' });
  try {
    return await importData(request, data, database, [...remarks, ...data.notes]);
  } finally {
    database.close();
  }
}

async function importData(
  { folder, path, retrievedAt, replace = false }: ImportRequest,
  data: MarketData,
  { connection }: Database,
  remarks: readonly string[],
): Promise<Imported> {
  refuseStored(folder, [...data.series.keys()], replace);
  const source = `file:${path}`;
  let bars = 0;
  for (const instrument of data.instruments) {
    const { symbol, units, market } = instrument;
    const series = data.series.get(symbol);
    if (!series) continue;
    const before = readEntry(folder, symbol);
    const { intervalMs } = data;
    const interval = intervalMs === undefined ? {} : { intervalMs };
    const columns = newColumns(series.length, intervalMs !== undefined);
    columns.day.set(series.day);
    columns.knownAt?.set(series.knownAt);
    for (const name of ['open', 'high', 'low', 'close', 'volume', 'factor'] as const) columns[name].set(series[name]);
    const placed = await writeColumns(connection, folder, symbol, columns);
    const [from, to] = [series.day[0] as number, series.day[series.length - 1] as number];
    const known = data.actionsKnown?.[symbol];
    writeEntry(folder, {
      symbol,
      kind: kindOf({ source, market, adjustment: 'raw', units, ...interval, ...(data.synthetic ? { synthetic: true } : {}) }),
      ...interval,
      instrument,
      ...placed,
      rows: series.length,
      from,
      to,
      spans: [{ from, to, source, retrievedAt }],
      actions: data.actions.get(symbol) ?? [],
      ...(known ? { actionsKnown: known } : {}),
      suspended: [],
      synthetic: data.synthetic,
      notes: isStoredData(path) ? [...data.notes] : [SURVIVORSHIP, ...data.notes],
    });
    if (before && before.file !== placed.file) rmSync(join(folder, before.file), { force: true });
    bars += series.length;
  }
  return { symbols: data.instruments.map(({ symbol }) => symbol), bars, how: 'loader', remarks };
}
