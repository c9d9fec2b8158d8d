/** Looking after a cache from outside: what is in it, what may go. For the cache of a running process too. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Clock, HindcastError, type Instant } from '../../core/index.js';
import { cacheFile, FILE } from './cache-file.js';
import type { CacheKind } from './contract.js';
import { type CounterName, evictOver, usedBytes } from './disk.js';

export interface CacheStats {
  readonly folder: string;
  readonly entries: number;
  /** Pages in use. */
  readonly bytes: number;
  /** By source and kind; `bytes` of the values. */
  readonly groups: readonly {
    readonly source: string;
    readonly kind: CacheKind;
    readonly entries: number;
    readonly bytes: number;
    readonly oldestFetchedAt: Instant;
    readonly newestFetchedAt: Instant;
  }[];
  /** Over all processes since the last full clear. */
  readonly hits: { readonly memory: number; readonly disk: number };
  readonly misses: number;
  /** Of all reads, 0..1; null before the first. */
  readonly hitRate: number | null;
  readonly stale: number;
  readonly evictions: { readonly memory: number; readonly disk: number };
  /** Files that were corrupt and set aside. */
  readonly aside: readonly { readonly file: string; readonly bytes: number }[];
}

interface KeepingOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** Runs `work` on the file. Throws HindcastError when it can't be used now; `none` when there is no file. */
function onFile<T>({ folder, clock, warn }: KeepingOptions, none: T, work: (db: DatabaseSync) => T): T {
  if (!existsSync(join(folder, FILE))) return none;
  const file = cacheFile(folder, clock, warn);
  try {
    const done = file.use((db) => ({ value: work(db) }), null);
    if (done !== null) return done.value;
    throw new HindcastError(
      `cache: expected a file in ${folder} that can be used, got a locked or unreadable one. End its user and try again.`,
    );
  } finally {
    file.close();
  }
}

const asideIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(`${FILE}.aside-`)) : [];

/** What the cache of a folder holds and how often it helped. Makes no file. */
export function cacheStats(options: KeepingOptions): CacheStats {
  const { folder } = options;
  const aside = asideIn(folder).map((file) => ({ file, bytes: statSync(join(folder, file)).size }));
  const empty = { groups: [] as CacheStats['groups'], bytes: 0, counters: new Map<string, number>() };
  const { groups, bytes, counters } = onFile(options, empty, (db) => ({
    groups: db
      .prepare(
        `SELECT source, kind, count(*) AS entries, sum(bytes) AS bytes, min(fetchedAt) AS oldestFetchedAt, max(fetchedAt) AS newestFetchedAt
         FROM entries GROUP BY source, kind ORDER BY source, kind`,
      )
      .all() as unknown as CacheStats['groups'],
    bytes: usedBytes(db),
    counters: new Map(
      (db.prepare('SELECT name, count FROM counters').all() as { name: string; count: number }[]).map((row) => [row.name, row.count]),
    ),
  }));
  const counter = (name: CounterName): number => counters.get(name) ?? 0;
  const hits = { memory: counter('hits_memory'), disk: counter('hits_disk') };
  const misses = counter('misses');
  const reads = hits.memory + hits.disk + misses;
  return {
    folder,
    entries: groups.reduce((sum, group) => sum + group.entries, 0),
    bytes,
    groups: groups.map((group) => ({ ...group })),
    hits,
    misses,
    hitRate: reads === 0 ? null : (hits.memory + hits.disk) / reads,
    stale: counter('stale'),
    evictions: { memory: counter('evictions_memory'), disk: counter('evictions_disk') },
    aside,
  };
}

interface Removed {
  readonly entries: number;
  readonly bytesFreed: number;
}

function removing(options: KeepingOptions, remove: (db: DatabaseSync) => number): Removed {
  return onFile(options, { entries: 0, bytesFreed: 0 }, (db) => {
    const before = usedBytes(db);
    const entries = remove(db);
    db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)');
    return { entries, bytesFreed: before - usedBytes(db) };
  });
}

/**
 * Takes out what was not used since `unusedSince`, then the least recently used until the file fits `diskBytes`; files that were set
 * aside go too. A time to live takes nothing out: for a replay an old answer is as good as on its first day.
 */
export function pruneCache(
  options: KeepingOptions & { readonly unusedSince: Instant; readonly diskBytes?: number },
): Removed & { readonly aside: readonly string[] } {
  const aside = asideIn(options.folder);
  for (const name of aside) rmSync(join(options.folder, name));
  const removed = removing(options, (db) => {
    const unused = Number(db.prepare('DELETE FROM entries WHERE usedAt < ?').run(options.unusedSince).changes);
    return unused + (options.diskBytes === undefined ? 0 : evictOver(db, options.diskBytes));
  });
  return { ...removed, aside };
}

/** Takes out all entries, or those of a source or a kind. A process that runs keeps its memory until it ends or that grows old. */
export function clearCache(options: KeepingOptions & { readonly source?: string; readonly kind?: string }): Removed {
  const { source, kind } = options;
  return removing(options, (db) => {
    if (source === undefined && kind === undefined) db.exec('DELETE FROM counters');
    return Number(
      db.prepare('DELETE FROM entries WHERE source = coalesce(?, source) AND kind = coalesce(?, kind)').run(source ?? null, kind ?? null)
        .changes,
    );
  });
}
