/** A DuckDB in memory for one task, bounded in memory and threads. The package (70 MB, 30 ms) is loaded with the first one. */
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../core/index.js';

type Library = typeof import('@duckdb/node-api');
export type Connection = import('@duckdb/node-api').DuckDBConnection;

export interface Database {
  readonly library: Library;
  readonly connection: Connection;
  close(): void;
}

/** `memory`: what DuckDB may hold before it spills to disk. */
export async function openDuckdb({ memory = '600MB' }: { readonly memory?: string } = {}): Promise<Database> {
  const library = createRequire(join(projectRoot(), 'package.json'))('@duckdb/node-api') as Library;
  const instance = await library.DuckDBInstance.create(':memory:', {
    memory_limit: memory,
    temp_directory: join(tmpdir(), 'hindcast-duckdb-spill'),
  });
  const connection = await instance.connect();
  return {
    library,
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Text as an SQL literal. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
