/**
 * The run's own store: one SQLite file in which a group of day barriers is committed at once, rows and checkpoint in one transaction.
 * The run's text files are written from it, so that they hold exactly what was committed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { HindcastError, writeFileAtomic } from '../core/index.js';
import type { TextBuffer } from './text-buffer.js';

/** Rows repeat themselves: the fastest level makes them ten times smaller, which costs less than writing them. */
const CHUNK_BYTES = 1 << 20;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: CHUNK_BYTES };

/** The kinds of rows, each the content of one file. */
export type RowKind = 'decisions' | 'outcomes' | 'fills' | 'equity';

export type RowGroups = Readonly<Record<RowKind, TextBuffer>>;

export interface Checkpoint {
  /** Index into the run's sessions of the last committed barrier. */
  readonly session: number;
  readonly state: unknown;
}

/** Another run, or another version of this one, already lies in the folder. */
export class StoreError extends HindcastError {}

export class RunStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #check: StatementSync;

  /** Opens `run.db` in a folder; `identity` tells whether what lies there is the same run (same spec, code and data). */
  constructor(folder: string, identity: string) {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'run.db');
    this.#db = open(path);
    const found = this.#db.prepare(`select value from meta where key = 'identity'`).get() as { value: string } | undefined;
    const done = this.#db.prepare(`select value from meta where key = 'done'`).get();
    if (found !== undefined && (found.value !== identity || done !== undefined)) {
      // Finished, or begun by other code or data: its rows can't be continued.
      this.#db.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      this.#db = open(path);
    }
    this.#db.prepare(`insert or ignore into meta values ('identity', ?)`).run(identity);
    this.#insert = this.#db.prepare('insert into chunk (kind, barrier, rows, text) values (?, ?, ?, ?)');
    this.#check = this.#db.prepare('insert or replace into checkpoint (id, session, state) values (1, ?, ?)');
  }

  /** Commits a group of barriers ending with session index `barrier`, and the checkpoint from which the next session continues. */
  commit(barrier: number, groups: RowGroups, state: unknown): void {
    this.#db.exec('begin immediate');
    try {
      for (const kind of ['decisions', 'outcomes', 'fills', 'equity'] as const) {
        const group = groups[kind];
        if (group.rows > 0) this.#insert.run(kind, barrier, group.rows, zstdCompressSync(group.bytes(), FAST));
      }
      this.#check.run(barrier, JSON.stringify(state));
      this.#db.exec('commit');
    } catch (error) {
      this.#db.exec('rollback');
      throw new StoreError(
        `RunStore.commit: expected to commit barrier ${barrier}, got ${(error as Error).message}. Free disk space or end the other process, then run again: it resumes.`,
        { cause: error },
      );
    }
  }

  /** Where an earlier process of the same run stopped. */
  checkpoint(): Checkpoint | undefined {
    const row = this.#db.prepare('select session, state from checkpoint where id = 1').get() as
      | { session: number; state: string }
      | undefined;
    return row && { session: row.session, state: JSON.parse(row.state) };
  }

  /** The committed bytes of a kind, in order, one commit group at a time. */
  *chunks(kind: RowKind): Iterable<Uint8Array> {
    for (const row of this.#db.prepare('select text from chunk where kind = ? order by barrier').iterate(kind)) {
      yield zstdDecompressSync((row as { text: Uint8Array }).text, { chunkSize: CHUNK_BYTES });
    }
  }

  count(kind: RowKind): number {
    const row = this.#db.prepare('select coalesce(sum(rows), 0) as n from chunk where kind = ?').get(kind) as { n: number };
    return row.n;
  }

  /** Writes a kind to a file, whole or not at all. Returns the sha256 of its bytes. */
  writeFile(kind: RowKind, path: string, header = ''): string {
    const digest = createHash('sha256');
    const chunks = this.chunks(kind);
    writeFileAtomic(
      path,
      (function* () {
        if (header !== '') {
          digest.update(header);
          yield header;
        }
        for (const chunk of chunks) {
          digest.update(chunk);
          yield chunk;
        }
      })(),
    );
    return digest.digest('hex');
  }

  /** Marks the run as finished: running the same spec again starts afresh. */
  finish(): void {
    this.#db.prepare(`insert or replace into meta values ('done', '1')`).run();
  }

  close(): void {
    this.#db.close();
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 2000 });
  // WAL survives kill -9 with every committed group; NORMAL leaves out the flush that only a power cut would need.
  db.exec(`
    pragma journal_mode = wal;
    pragma synchronous = normal;
    create table if not exists meta (key text primary key, value text not null);
    create table if not exists chunk (kind text not null, barrier integer not null, rows integer not null, text blob not null, primary key (kind, barrier));
    create table if not exists checkpoint (id integer primary key check (id = 1), session integer not null, state text not null);
  `);
  return db;
}
