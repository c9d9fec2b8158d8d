/** The cache's SQLite file: opened, and set aside when it can't be read. Never fatal: without it the cache lives in memory alone. */
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, isoOf } from '../../core/index.js';

export const FILE = 'cache.db';
const FORMAT = 1;
/** Another process's write takes well under this. */
const LOCK_WAIT_MS = 250;
/** A file that could not be used is tried again after this. */
const AGAIN_MS = 5_000;
const WAL_BYTES_MAX = 16 * 1024 * 1024;
const MAPPED_BYTES = 256 * 1024 * 1024;

/** Result codes: https://www.sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS entries (
  name TEXT PRIMARY KEY, source TEXT NOT NULL, kind TEXT NOT NULL, question TEXT NOT NULL,
  askedAt REAL NOT NULL, fetchedAt REAL NOT NULL, usedAt REAL NOT NULL, bytes INTEGER NOT NULL, checksum INTEGER NOT NULL, value BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (usedAt);
CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, pid INTEGER NOT NULL, token TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
PRAGMA user_version = ${FORMAT};
`;

export interface CacheFile {
  /**
   * Runs `work` on the database; `otherwise` when there is none: the file is locked, the disk full, the folder read-only. A corrupt
   * file is set aside and a new one begun.
   */
  use<T>(work: (db: DatabaseSync) => T, otherwise: T): T;
  close(): void;
}

export function cacheFile(folder: string, clock: Clock, warn: (message: string) => void): CacheFile {
  const path = join(folder, FILE);
  let db: DatabaseSync | undefined;
  let inode = 0;
  let tryAgainAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  function open(): DatabaseSync {
    mkdirSync(folder, { recursive: true });
    const ignore = join(folder, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    const opened = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
    try {
      opened.exec(`PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        PRAGMA journal_size_limit = ${WAL_BYTES_MAX}; PRAGMA mmap_size = ${MAPPED_BYTES};`);
      const { user_version: format } = opened.prepare('PRAGMA user_version').get() as { user_version: number };
      if (format !== FORMAT) {
        if (format !== 0) throw new OtherFormatError(`format ${format} instead of ${FORMAT}`);
        opened.exec(SCHEMA);
      }
      inode = statSync(path).ino;
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  function drop(): void {
    try {
      db?.close();
    } catch (error) {
      warn(`cache: ${path} did not close cleanly: ${(error as Error).message}.`);
    }
    db = undefined;
  }

  function setAside(why: string): void {
    drop();
    // Another process may have set it aside already: then the file there is a new one.
    if (!existsSync(path) || (inode !== 0 && statSync(path).ino !== inode)) return;
    const stamp = isoOf(clock.now()).replace(/[-:.]/g, '');
    let aside = `${path}.aside-${stamp}`;
    for (let i = 2; existsSync(aside); i++) aside = `${path}.aside-${stamp}-${i}`;
    renameSync(path, aside);
    for (const part of ['-wal', '-shm']) {
      if (existsSync(path + part)) renameSync(path + part, aside + part);
    }
    inode = 0;
    warn(`cache: ${path} can't be used (${why}); set aside as ${aside}, a new one is begun.`);
  }

  /** What to do about an error: true = the work may be tried once more. */
  function mended(error: unknown): boolean {
    const code = resultCodeOf(error);
    if (code === null && !(error instanceof OtherFormatError) && !isFileError(error)) throw error;
    const { message } = error as Error;
    try {
      if (isCorrupt(error) || error instanceof OtherFormatError) {
        setAside(message);
        return true;
      }
    } catch (failure) {
      if (!isFileError(failure)) throw failure;
      warn(`cache: ${path} can't be set aside: ${(failure as Error).message}.`);
    }
    const locked = code === BUSY || code === LOCKED;
    warn(`cache: ${path} ${locked ? 'is locked by another program' : `can't be used (${message})`}; going on in memory.`);
    // A locked file is left where it is: its holder still writes to it.
    if (!locked) drop();
    tryAgainAt = clock.now() + AGAIN_MS;
    return false;
  }

  return {
    use(work, otherwise) {
      for (let attempt = 0; attempt < 2 && !closed; attempt++) {
        if (clock.now() < tryAgainAt) return otherwise;
        try {
          db ??= open();
          return work(db);
        } catch (error) {
          if (!mended(error)) return otherwise;
        }
      }
      return otherwise;
    },
    close() {
      closed = true;
      drop();
    },
  };
}

class OtherFormatError extends Error {}

export function isCorrupt(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
}

/** SQLite's primary result code; null for an error that is not SQLite's. */
function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return null;
  return error.errcode & 0xff;
}

/** An error of the operating system: no space, no permission, a folder in the way. */
const isFileError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;
