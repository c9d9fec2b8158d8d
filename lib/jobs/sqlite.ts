/** SQLite files that several processes open and write at once: a write-ahead log, tables made by whoever is first, one transaction a write. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { monotonicMs } from '../core/index.js';

/** Result codes, https://www.sqlite.org/rescode.html. */
export const SQLITE = { busy: 5, locked: 6, corrupt: 11, notADatabase: 26 } as const;

/** Another process holds the file. */
export const isBusy = (error: unknown): boolean => sqliteCode(error) === SQLITE.busy || sqliteCode(error) === SQLITE.locked;

/** SQLite's primary result code; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export interface SqliteFile {
  /** Longest wait for another process, ms. */
  readonly lockWaitMs: number;
  /** Raised with every change that older code can't read. */
  readonly version: number;
  /** Statements that make what is not there. */
  readonly tables: string;
  /** What a file of a newer version is refused with. */
  readonly newer: (version: number) => Error;
  /** Looks at the file before its tables are made; throws where it can't be used. */
  readonly check?: (db: DatabaseSync) => void;
}

/** Opens a file, or begins it; what is committed lies on the disk. Throws SQLite's errors, and what `newer` and `check` give. */
export function openSqlite(path: string, { lockWaitMs, version, tables, newer, check }: SqliteFile): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: lockWaitMs });
  try {
    patiently(lockWaitMs, () => {
      // The switch to WAL needs the file alone for a moment and doesn't wait for it by itself.
      db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
      check?.(db);
      const { user_version: found } = db.prepare('pragma user_version').get() as { user_version: number };
      if (found > version) throw newer(found);
      if (found < version) inTransaction(db, () => db.exec(`${tables} pragma user_version = ${version}`));
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Runs `work` as one write: all of it or nothing. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('begin immediate');
  try {
    const result = work();
    db.exec('commit');
    return result;
  } catch (error) {
    // A full disk makes SQLite roll back by itself.
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

/** Statements by their text, each prepared at its first use. */
export function preparedStatements(db: DatabaseSync): (text: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (text) => {
    let statement = statements.get(text);
    if (statement === undefined) statements.set(text, (statement = db.prepare(text)));
    return statement;
  };
}

/** Again while another process holds the file, up to a time. */
function patiently(waitMs: number, work: () => void): void {
  const until = monotonicMs() + waitMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || monotonicMs() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
