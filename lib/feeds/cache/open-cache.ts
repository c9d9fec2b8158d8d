/** One cache for all sources: memory first, then disk, then the source; what comes out is cut at the reader's instant. */
import { LRUCache } from 'lru-cache';
import { type Clock, FutureReadError, HindcastError, type Instant, isoOf } from '../../core/index.js';
import { OutsideError } from '../outside/errors.js';
import type { Cache, Cached, CacheKey, CacheMetrics, CacheReadOptions } from './contract.js';
import { cutAt } from './cut.js';
import { type CounterName, openDisk } from './disk.js';
import { type Entry, nameOf, questionOf } from './entry.js';
import { NotCachedError } from './errors.js';
import { flights } from './flights.js';
import { TTL_MS } from './ttl.js';

const MIB = 1024 * 1024;
/** A clock that another machine's differs from by less is not called wrong. */
const CLOCK_SLACK_MS = 1_000;

export interface CacheOptions {
  /** Holds `cache.db`; made when missing. Processes of one machine may share it. */
  readonly folder: string;
  /** Serialised bytes of what is kept in memory. */
  readonly memoryBytes?: number;
  /** Largest size of the file. */
  readonly diskBytes?: number;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

interface Found {
  readonly entry: Entry;
  readonly from: 'memory' | 'disk' | 'source';
}

/** Opens the cache of a folder. Nothing about the folder is fatal: without a usable file it lives in memory, with a warning. */
export function openCache({ folder, memoryBytes = 64 * MIB, diskBytes = 1024 * MIB, clock, warn }: CacheOptions): Cache {
  const counts = { hits_memory: 0, hits_disk: 0, misses: 0, stale: 0, evictions_memory: 0, evictions_disk: 0 };
  const count = (name: CounterName, by = 1): void => {
    counts[name] += by;
    disk.count([[name, by]]);
  };
  const disk = openDisk({ folder, bytesMax: diskBytes, clock, warn, onEvicted: (entries) => count('evictions_disk', entries) });
  const memory = new LRUCache<string, Entry>({
    maxSize: memoryBytes,
    sizeCalculation: ({ bytes }) => bytes,
    dispose: (_value, _name, reason) => {
      if (reason === 'evict') count('evictions_memory');
    },
  });
  const loads = flights(disk, clock, (name, entry) => memory.set(name, entry));
  let closed = false;

  /** The newest answer at hand; disk is asked only where memory's is not `good`. */
  function find(name: string, key: CacheKey, good: (entry: Entry) => boolean): Found | undefined {
    const inMemory = memory.get(name);
    if (inMemory && good(inMemory)) return { entry: inMemory, from: 'memory' };
    const onDisk = disk.read(name, questionOf(key));
    if (onDisk && (inMemory === undefined || onDisk.askedAt > inMemory.askedAt)) {
      memory.set(name, onDisk);
      return { entry: onDisk, from: 'disk' };
    }
    return inMemory && { entry: inMemory, from: 'memory' };
  }

  function instantOf(key: CacheKey, { asOf = key.asOf }: CacheReadOptions): Instant | undefined {
    if (asOf === undefined || key.asOf === undefined || key.asOf <= asOf) return asOf;
    throw new FutureReadError(
      `Cache.get: expected a question as of ${isoOf(asOf)} or earlier, got ${questionOf(key)}. Put it as of the reader's instant.`,
    );
  }

  async function get<T>(key: CacheKey, load: (signal: AbortSignal) => Promise<T>, options: CacheReadOptions = {}): Promise<Cached<T>> {
    if (closed) throw new HindcastError('Cache.get: expected an open cache, got a closed one. Open it again.');
    const { ttlMs = {}, staleWhileErrorMs = 0, offline = false, signal } = options;
    const asOf = instantOf(key, options);
    const ttl = ttlMs[key.kind] ?? TTL_MS[key.kind];
    const name = nameOf(key);
    const ageOf = ({ askedAt }: Entry): number => Math.max(0, (asOf ?? clock.now()) - askedAt);
    // A live answer from the future was stored under a wrong clock.
    const isFresh = (entry: Entry): boolean => ageOf(entry) <= ttl && (asOf !== undefined || entry.askedAt <= clock.now() + CLOCK_SLACK_MS);

    const handOut = ({ entry, from }: Found, staleReason?: string): Cached<T> => {
      const { fetchedAt, dating } = entry;
      const value = cutAt(entry.value, dating, fetchedAt, asOf ?? Number.POSITIVE_INFINITY, () => questionOf(key)) as T;
      const stale = from !== 'source' && !isFresh(entry);
      if (stale) count('stale');
      return { value, fetchedAt, ageMs: ageOf(entry), stale, from, ...(staleReason !== undefined && { staleReason }) };
    };

    const found = find(name, key, offline ? () => true : isFresh);
    if (found && (offline || isFresh(found.entry))) {
      count(found.from === 'memory' ? 'hits_memory' : 'hits_disk');
      disk.touch(name);
      return handOut(found);
    }
    count('misses');
    if (offline) {
      throw new NotCachedError(
        `Cache.get: expected an answer in the cache, got none to ${questionOf(key)}. Fetch it once without --offline.`,
      );
    }
    try {
      const entry = await loads.wait({ name, key, seenAskedAt: found?.entry.askedAt ?? Number.NEGATIVE_INFINITY }, load, signal);
      return handOut({ entry, from: 'source' });
    } catch (error) {
      const failed = error instanceof OutsideError && error.reason !== 'cancelled';
      if (!failed || found === undefined || ageOf(found.entry) > ttl + staleWhileErrorMs) throw error;
      warn(`cache: an answer ${Math.round(ageOf(found.entry) / 1000)} s old stands in for ${questionOf(key)}: ${error.message}`);
      return handOut(found, error.message);
    }
  }

  return {
    get,
    forget(key) {
      const name = nameOf(key);
      memory.delete(name);
      if (!disk.forget(name)) {
        throw new HindcastError(
          `Cache.forget: expected to delete the answer to ${questionOf(key)}, got a file in ${folder} that can't be written. Try again.`,
        );
      }
    },
    metrics: (): CacheMetrics => ({
      data_cache_hits_total: { memory: counts.hits_memory, disk: counts.hits_disk },
      data_cache_misses_total: counts.misses,
      data_cache_stale_total: counts.stale,
      data_cache_evictions_total: { memory: counts.evictions_memory, disk: counts.evictions_disk },
      data_cache_size_bytes: { memory: memory.calculatedSize, disk: disk.size() },
    }),
    close() {
      if (closed) return;
      closed = true;
      loads.close();
      disk.close();
      memory.clear();
    },
  };
}
