/** Entries on disk: read, written, evicted when the file grows over its limit, least recently used first. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Clock, Instant } from '../../core/index.js';
import { cacheFile, isCorrupt } from './cache-file.js';
import type { CacheKey } from './contract.js';
import { type Entry, entryOf, questionOf } from './entry.js';

/** An eviction makes this much room, so that not every write evicts. */
const FILLED_AFTER_EVICTION = 0.9;
const EVICTED_AT_ONCE = 16;

export type CounterName = 'hits_memory' | 'hits_disk' | 'misses' | 'stale' | 'evictions_memory' | 'evictions_disk';

export interface Disk {
  read(name: string, question: string): Entry | undefined;
  /** An answer older than the one there is not written, unless that one bears a time still to come (a wrong clock). */
  write(name: string, key: CacheKey, entry: Entry, bytes: Uint8Array): void;
  /** False: the file can't be written now. */
  forget(name: string): boolean;
  /** An entry was used, if only from memory. */
  touch(name: string): void;
  /** True: the caller may load. False: another process that still runs does. */
  lease(name: string, token: string): boolean;
  /** Takes the lease from its holder, who took too long. */
  takeLease(name: string, token: string): void;
  release(name: string, token: string): void;
  /** Pages in use, bytes. */
  size(): number;
  /** Adds to the counters that outlive the process. */
  count(counts: Iterable<readonly [CounterName, number]>): void;
  close(): void;
}

interface Row {
  readonly askedAt: Instant;
  readonly fetchedAt: Instant;
  readonly checksum: number;
  readonly value: Uint8Array;
}

interface DiskOptions {
  readonly folder: string;
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  readonly onEvicted: (entries: number) => void;
}

export function openDisk({ folder, bytesMax, clock, warn, onEvicted }: DiskOptions): Disk {
  const file = cacheFile(folder, clock, warn);
  const used = new Map<string, Instant>();
  let preparedFor: DatabaseSync | undefined;
  let select: StatementSync;

  function selectOn(db: DatabaseSync): StatementSync {
    if (preparedFor !== db) {
      select = db.prepare('SELECT askedAt, fetchedAt, checksum, value FROM entries WHERE name = ?');
      preparedFor = db;
    }
    return select;
  }

  /** One transaction: half of it is never there. */
  function within(work: (db: DatabaseSync) => void): boolean {
    return file.use((db) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        work(db);
        db.exec('COMMIT');
      } catch (error) {
        // SQLite has already rolled back after some errors (disk full, I/O); a corrupt file is closed, which does it too.
        if (db.isTransaction && !isCorrupt(error)) db.exec('ROLLBACK');
        throw error;
      }
      return true;
    }, false);
  }

  const delta = new Map<CounterName, number>();
  function flush(db: DatabaseSync): void {
    const touch = db.prepare('UPDATE entries SET usedAt = max(usedAt, ?) WHERE name = ?');
    for (const [name, at] of used) touch.run(at, name);
    used.clear();
    const add = db.prepare('INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = counters.count + excluded.count');
    for (const [name, count] of delta) add.run(name, count);
    delta.clear();
  }

  const forget = (name: string): boolean => within((db) => void db.prepare('DELETE FROM entries WHERE name = ?').run(name));

  return {
    read(name, question) {
      const row = file.use((db) => selectOn(db).get(name) as unknown as Row | undefined, undefined);
      if (row === undefined) return undefined;
      try {
        if (checksumOf(name, row.askedAt, row.fetchedAt, row.value) !== row.checksum) throw new Error('its checksum differs');
        return entryOf(row.value, row.askedAt, row.fetchedAt);
      } catch (error) {
        warn(`cache: the entry of ${question} is damaged (${(error as Error).message}); it is dropped.`);
        forget(name);
        return undefined;
      }
    },
    write(name, key, { askedAt, fetchedAt }, bytes) {
      if (bytes.byteLength > bytesMax * FILLED_AFTER_EVICTION) {
        warn(`cache: the answer to ${questionOf(key)} has ${bytes.byteLength} bytes, over the limit of ${bytesMax}; not kept on disk.`);
        return;
      }
      let evicted = 0;
      within((db) => {
        flush(db);
        db.prepare(
          `INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET askedAt = excluded.askedAt,
           fetchedAt = excluded.fetchedAt, usedAt = excluded.usedAt, bytes = excluded.bytes, checksum = excluded.checksum, value = excluded.value
           WHERE excluded.askedAt >= entries.askedAt OR entries.askedAt > excluded.usedAt`,
        ).run(
          name,
          key.source,
          key.kind,
          questionOf(key),
          askedAt,
          fetchedAt,
          clock.now(),
          bytes.byteLength,
          checksumOf(name, askedAt, fetchedAt, bytes),
          bytes,
        );
        evicted = evictOver(db, bytesMax, name);
      });
      if (evicted > 0) onEvicted(evicted);
    },
    forget,
    touch: (name) => void used.set(name, clock.now()),
    lease(name, token) {
      return file.use((db) => {
        const { changes } = db.prepare('INSERT INTO leases VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(name, process.pid, token);
        if (changes === 1) return true;
        const holder = db.prepare('SELECT pid, token FROM leases WHERE name = ?').get(name) as { pid: number; token: string } | undefined;
        if (holder?.token === token) return true;
        if (holder !== undefined && isRunning(holder.pid)) return false;
        // Its process died: whoever replaces this very row goes on.
        return (
          holder !== undefined &&
          db.prepare('UPDATE leases SET pid = ?, token = ? WHERE name = ? AND token = ?').run(process.pid, token, name, holder.token)
            .changes === 1
        );
      }, true);
    },
    takeLease: (name, token) =>
      void within((db) => void db.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?)').run(name, process.pid, token)),
    release: (name, token) => void within((db) => void db.prepare('DELETE FROM leases WHERE name = ? AND token = ?').run(name, token)),
    size: () => file.use(usedBytes, 0),
    count(counts) {
      for (const [name, count] of counts) delta.set(name, (delta.get(name) ?? 0) + count);
    },
    close() {
      if (used.size > 0 || delta.size > 0) within(flush);
      file.close();
    },
  };
}

/** Covers the question and the instants too: damage must not pass one answer, or one time, for another. */
const checksumOf = (name: string, askedAt: Instant, fetchedAt: Instant, value: Uint8Array): number =>
  crc32(value, crc32(`${name} ${askedAt} ${fetchedAt}`));

/** Deletes the least recently used until the pages in use fit; never `kept`. Returns how many. */
export function evictOver(db: DatabaseSync, bytesMax: number, kept = ''): number {
  if (usedBytes(db) <= bytesMax) return 0;
  const oldest = db.prepare('DELETE FROM entries WHERE name IN (SELECT name FROM entries WHERE name <> ? ORDER BY usedAt LIMIT ?)');
  let evicted = 0;
  while (usedBytes(db) > bytesMax * FILLED_AFTER_EVICTION) {
    const changes = Number(oldest.run(kept, EVICTED_AT_ONCE).changes);
    if (changes === 0) break;
    evicted += changes;
  }
  db.exec('PRAGMA incremental_vacuum');
  return evicted;
}

export function usedBytes(db: DatabaseSync): number {
  const number = (pragma: string) => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() as Record<string, unknown>)[0]);
  return (number('page_count') - number('freelist_count')) * number('page_size');
}

/** Whether a process of this machine runs; WAL files can't be shared by two machines. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
