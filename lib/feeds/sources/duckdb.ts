/** A table or a query of the user's own DuckDB file, opened read-only. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedError } from '../errors.js';
import { type LoadOptions, loadBars } from '../load-bars.js';
import type { MarketData } from '../market-data.js';
import { openDuckdb, sqlName, sqlText } from '../store/duckdb.js';
import { sourceOfData } from './from-data.js';
import type { Source } from './source.js';

export interface DuckdbSettings {
  readonly path: string;
  /** A table's name, or one SELECT. Columns are named as in a CSV file. */
  readonly query: string;
  readonly options?: LoadOptions;
}

/** Rows of the query as market data. Throws FeedError when the file can't be opened or the query is not one SELECT. */
export async function loadDuckdb({ path, query, options = {} }: DuckdbSettings): Promise<MarketData> {
  const refuse = (got: string, cause?: unknown): never => {
    throw new FeedError(`loadDuckdb: expected a DuckDB file and one SELECT (or a table's name), got ${got}. Correct it.`, { cause });
  };
  if (!existsSync(path)) return refuse(`no file at ${path}`);
  const database = await openDuckdb();
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-duckdb-'));
  try {
    const { connection } = database;
    const select = /^\s*[\p{L}\p{N}_.]+\s*$/u.test(query) ? `SELECT * FROM ${query.trim().split('.').map(sqlName).join('.')}` : query;
    const copy = join(folder, 'rows.parquet');
    try {
      await connection.run(`ATTACH ${sqlText(path)} AS theirs (READ_ONLY)`);
      await connection.run('USE theirs');
      const statements = await connection.extractStatements(select);
      if (statements.count !== 1) refuse(`${statements.count} statements`);
      const prepared = await statements.prepare(0);
      const { StatementType } = database.library;
      const selects = prepared.statementType === StatementType.SELECT;
      prepared.destroySync();
      if (!selects) refuse('another statement than SELECT');
      await connection.run(`COPY (${select.replace(/;\s*$/, '')}\n) TO ${sqlText(copy)} (FORMAT parquet)`);
    } catch (error) {
      if (error instanceof FeedError) throw error;
      refuse((error as Error).message.split('\n')[0] as string, error);
    }
    const { mappings: _, ...data } = loadBars(copy, options);
    return { ...data, source: `duckdb:${path}` };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function duckdb(settings: DuckdbSettings): Source {
  let loaded: Promise<MarketData> | undefined;
  return sourceOfData(`duckdb:${settings.path}`, () => (loaded ??= loadDuckdb(settings)));
}
