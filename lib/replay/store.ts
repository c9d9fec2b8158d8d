/**
 * The run's own store: one SQLite file in which a group of day barriers is committed at once, rows and checkpoint in one transaction.
 * The run's text files follow each commit under temporary names, are made anew from SQLite on resume, and get their names at the end.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { HindcastError } from '../core/index.js';
import type { RowGroup } from './text-buffer.js';

/** Rows repeat themselves: the fastest level makes them ten times smaller, which costs less than writing them. */
const CHUNK_BYTES = 1 << 20;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: CHUNK_BYTES };

/** The kinds of rows, each the content of one file. */
export type RowKind = 'decisions' | 'outcomes' | 'fills' | 'equity';
export const ROW_KINDS: readonly RowKind[] = ['decisions', 'outcomes', 'fills', 'equity'];

export type RowGroups = Readonly<Record<RowKind, RowGroup>>;

export interface Checkpoint {
  /** Index into the run's sessions of the last committed barrier. */
  readonly session: number;
  /** JSON of what the next session continues from. */
  readonly state: string;
}

/** The file of each kind, with its first line where it has one. */
export type RunFiles = Readonly<Partial<Record<RowKind, { readonly name: string; readonly header: string }>>>;

/** The store could not be written: a full disk, or another process in the same run. */
export class StoreError extends HindcastError {}

interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
  readonly digest: Hash;
}

export class RunStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #check: StatementSync;
  readonly #files = new Map<RowKind, OpenFile>();

  /** Opens `run.db` in a folder; `identity` tells whether what lies there is the same run (same spec, code and data). */
  constructor(folder: string, identity: string, files: RunFiles) {
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
    for (const kind of ROW_KINDS) {
      const file = files[kind];
      if (file === undefined) continue;
      const target = join(folder, file.name);
      this.#files.set(kind, { path: target, descriptor: openSync(`${target}.tmp`, 'w'), digest: createHash('sha256') });
      this.#append(kind, Buffer.from(file.header));
      for (const bytes of this.chunks(kind)) this.#append(kind, bytes);
    }
  }

  #append(kind: RowKind, bytes: Uint8Array): void {
    const file = this.#files.get(kind);
    if (file === undefined || bytes.length === 0) return;
    file.digest.update(bytes);
    for (let done = 0; done < bytes.length; ) done += writeSync(file.descriptor, bytes, done);
  }

  /** Commits a group of barriers ending with session index `barrier`, and the checkpoint from which the next session continues. */
  commit(barrier: number, groups: RowGroups, state: string): void {
    this.#db.exec('begin immediate');
    try {
      for (const kind of ROW_KINDS) {
        const { bytes, rows } = groups[kind];
        if (rows > 0) this.#insert.run(kind, barrier, rows, zstdCompressSync(bytes, FAST));
      }
      this.#check.run(barrier, state);
      this.#db.exec('commit');
    } catch (error) {
      this.#db.exec('rollback');
      throw new StoreError(
        `RunStore.commit: expected to commit barrier ${barrier}, got ${(error as Error).message}. Free disk space or end the other process, then run again: it resumes.`,
        { cause: error },
      );
    }
    for (const kind of ROW_KINDS) this.#append(kind, groups[kind].bytes);
  }

  /** Where an earlier process of the same run stopped. */
  checkpoint(): Checkpoint | undefined {
    return this.#db.prepare('select session, state from checkpoint where id = 1').get() as Checkpoint | undefined;
  }

  /** The committed bytes of a kind, in order, one commit group at a time. */
  *chunks(kind: RowKind): Iterable<Uint8Array> {
    for (const row of this.#db.prepare('select text from chunk where kind = ? order by barrier').iterate(kind)) {
      yield zstdDecompressSync((row as { text: Uint8Array }).text, { chunkSize: CHUNK_BYTES });
    }
  }

  /** Gives the files their names. Returns the sha256 of each by name. */
  nameFiles(): Record<string, string> {
    const digests: Record<string, string> = {};
    for (const [kind, file] of this.#files) {
      fsyncSync(file.descriptor);
      closeSync(file.descriptor);
      renameSync(`${file.path}.tmp`, file.path);
      digests[file.path.slice(file.path.lastIndexOf('/') + 1)] = file.digest.digest('hex');
      this.#files.delete(kind);
    }
    return digests;
  }

  /** Marks the run as finished: running the same spec again starts afresh. */
  finish(): void {
    this.#db.prepare(`insert or replace into meta values ('done', '1')`).run();
  }

  close(): void {
    for (const file of this.#files.values()) {
      closeSync(file.descriptor);
      rmSync(`${file.path}.tmp`, { force: true });
    }
    this.#files.clear();
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
