/** The ledger's SQLite file: opened by several processes at once, a corrupt one set aside, a locked one waited for. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Clock, isoOf, log } from '../core/index.js';
import { JobError, LedgerLockedError } from './errors.js';
import { inTransaction, isBusy, openSqlite, preparedStatements, SQLITE, sqliteCode } from './sqlite.js';

/** Raised with every change that older code can't read. */
const VERSION = 1;

const TABLES = `
  create table if not exists task (
    id integer primary key autoincrement,
    kind text not null, run text not null, key text not null,
    parameters text not null, resume text,
    state text not null, message text not null,
    step integer not null, steps integer not null, attempts integer not null,
    turn integer not null, owner text, lease_until integer,
    cancel integer not null default 0,
    created integer not null, started integer, heartbeat integer, finished integer,
    checkpoint text, checkpoint_step integer,
    unique (kind, run, key)
  ) strict;
  create unique index if not exists task_turn on task (turn);
  create index if not exists task_state on task (state);
  create table if not exists output (
    seq integer primary key,
    task integer not null references task (id) on delete cascade,
    key text not null, value text not null, at integer not null,
    unique (task, key)
  ) strict;
  create table if not exists turn (id integer primary key check (id = 1), last integer not null) strict;
  insert or ignore into turn values (1, 0);
`;

interface OpenOptions {
  readonly clock: Clock;
  /** Longest wait for another process's write, ms. */
  readonly lockWaitMs: number;
}

export class LedgerDatabase {
  readonly path: string;
  readonly #db: DatabaseSync;
  /** A statement, prepared at its first use. */
  readonly sql: (text: string) => StatementSync;
  #durable = true;

  constructor(path: string, options: OpenOptions) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#db = openOrSetAside(path, options);
    this.sql = preparedStatements(this.#db);
  }

  /**
   * Runs `work` in one write transaction. `durable`: back only when it lies on the disk (an acknowledgement); otherwise it survives the
   * end of the process but perhaps not a power cut (progress and heartbeats, which come again).
   */
  write<T>(durable: boolean, work: () => T): T {
    return explained(this.path, () => {
      if (durable !== this.#durable) {
        this.#db.exec(`pragma synchronous = ${durable ? 'full' : 'normal'}`);
        this.#durable = durable;
      }
      return inTransaction(this.#db, work);
    });
  }

  /** Runs reads, with SQLite's errors turned into the room's. */
  read<T>(work: () => T): T {
    return explained(this.path, work);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

const isCorrupt = (error: unknown): boolean =>
  error instanceof CorruptFile || sqliteCode(error) === SQLITE.corrupt || sqliteCode(error) === SQLITE.notADatabase;

/** SQLITE_IOERR_FSTAT: the file was set aside by another process after it was opened and before its log was. */
const MOVED = 1802;
const wasMoved = (error: unknown): boolean => (error as { errcode?: unknown }).errcode === MOVED;

/** SQLite reads the file but finds it torn; the message is what its check says. Never leaves this file. */
class CorruptFile extends JobError {}

function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (sqliteCode(error) === undefined) throw error;
    const said = (error as Error).message;
    if (isBusy(error)) {
      throw new LedgerLockedError(
        `jobs: expected to write ${path}, got "${said}": another process holds it. End that process, or wait and try again.`,
        { cause: error },
      );
    }
    const advice = isCorrupt(error)
      ? 'Run the command again: the file is then set aside and a new one begun.'
      : 'Look at free disk space and permissions, then run again: it resumes.';
    throw new JobError(`jobs: expected to use ${path}, got "${said}". ${advice}`, { cause: error });
  }
}

function openOrSetAside(path: string, options: OpenOptions): DatabaseSync {
  return explained(path, () => {
    try {
      return openChecked(path, options);
    } catch (error) {
      if (!isCorrupt(error) && !wasMoved(error)) throw error;
      return setAside(path, options, (error as Error).message);
    }
  });
}

/**
 * Moves a corrupt file (never deletes it) and begins a new one. Several processes may find it at once: one at a time looks again under
 * a lock of its own, so that nobody moves the new file away.
 */
function setAside(path: string, options: OpenOptions, why: string): DatabaseSync {
  const guardPath = `${path}.repair`;
  const guard = new DatabaseSync(guardPath, { timeout: options.lockWaitMs });
  try {
    guard.exec('begin exclusive');
    try {
      return openChecked(path, options);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
    }
    const aside = `${path}.corrupt-${isoOf(options.clock.now()).replace(/[:.]/g, '')}-${process.pid}`;
    for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    log('jobs').warn(`the task ledger ${path} is corrupt (${why}); it was set aside as ${aside} and a new one begun`);
    return openChecked(path, options);
  } finally {
    // The empty guard stays: taken away, it could be one that another process waits for, and two would repair at once.
    guard.close();
  }
}

function openChecked(path: string, { lockWaitMs }: OpenOptions): DatabaseSync {
  return openSqlite(path, {
    lockWaitMs,
    version: VERSION,
    tables: TABLES,
    newer: (version) => new JobError(`jobs: expected a ledger of version ${VERSION} in ${path}, got ${version}. Update Hindcast.`),
    check(db) {
      const sane = db.prepare('pragma quick_check(1)').get() as { quick_check: string };
      if (sane.quick_check !== 'ok') throw new CorruptFile(sane.quick_check.replace(/\s+/g, ' '));
    },
  });
}
