import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { FutureReadError, HindcastError } from '../../../lib/core/index.js';
import type { CacheKind } from '../../../lib/feeds/cache/contract.js';
import { openDisk } from '../../../lib/feeds/cache/disk.js';
import { encode, entryOf } from '../../../lib/feeds/cache/entry.js';
import { NotCachedError, NotKnownThenError } from '../../../lib/feeds/cache/errors.js';
import { openCache } from '../../../lib/feeds/cache/open-cache.js';
import { TTL_MS } from '../../../lib/feeds/cache/ttl.js';
import { Cancelled, Unavailable } from '../../../lib/feeds/outside/errors.js';
import { keyOf, loader, temporaryFolder, testCache } from './support.js';

const noLoad = () => Promise.reject(new Error('load was called'));

test('an answer comes from the source, then from memory, then, after a restart, from disk', async () => {
  const { open, clock } = testCache();
  const load = loader([{ close: 9.21, at: new Date(0) }]);
  const first = open();
  const at = clock.now();
  expect(await first.get(keyOf('a'), load)).toEqual({
    value: [{ close: 9.21, at: new Date(0) }],
    fetchedAt: at,
    ageMs: 0,
    stale: false,
    from: 'source',
  });
  clock.advance(5);
  expect(await first.get(keyOf('a'), load)).toMatchObject({ ageMs: 5, from: 'memory' });
  first.close();
  const second = open();
  expect(await second.get(keyOf('a'), load)).toEqual({
    value: [{ close: 9.21, at: new Date(0) }],
    fetchedAt: at,
    ageMs: 5,
    stale: false,
    from: 'disk',
  });
  expect(await second.get(keyOf('a'), load)).toMatchObject({ from: 'memory' });
  expect(load.calls).toBe(1);
  expect(second.metrics()).toMatchObject({ data_cache_hits_total: { memory: 1, disk: 1 }, data_cache_misses_total: 0 });
  second.close();
  await expect(second.get(keyOf('a'), load)).rejects.toBeInstanceOf(HindcastError);
});

test('every part of the question tells entries apart; the order of its fields does not', async () => {
  const cache = testCache().open();
  const base = { source: 's', kind: 'bars' as const, query: { a: 1, b: 2 }, adjustment: 'raw' };
  const others = [
    base,
    { ...base, source: 't' },
    { ...base, kind: 'list' as const },
    { ...base, query: { a: 1, b: 3 } },
    { ...base, adjustment: 'qfq' },
    { ...base, asOf: 2_000_000 },
    { ...base, asOf: 2_000_001 },
  ];
  for (const [i, key] of others.entries()) expect((await cache.get(key, async () => i)).value).toBe(i);
  for (const [i, key] of others.entries()) expect((await cache.get(key, noLoad)).value).toBe(i);
  expect((await cache.get({ ...base, query: { b: 2, a: 1 } }, noLoad)).value).toBe(0);
  cache.close();
});

test('each kind has its own time to live, and a caller may set another', async () => {
  const { open, clock } = testCache();
  const cache = open();
  for (const kind of Object.keys(TTL_MS) as CacheKind[]) {
    const load = loader(1);
    await cache.get(keyOf('a', { kind }), load);
    clock.advance(TTL_MS[kind]);
    await cache.get(keyOf('a', { kind }), load);
    expect(load.calls, kind).toBe(1);
    clock.advance(1);
    await cache.get(keyOf('a', { kind }), load);
    expect(load.calls, kind).toBe(2);
    clock.advance(10);
    await cache.get(keyOf('a', { kind }), load, { ttlMs: { [kind]: 9 } });
    expect(load.calls, kind).toBe(3);
  }
  cache.close();
});

test('one load however many ask at once; its failure is theirs, and the next one tries again', async () => {
  const cache = testCache().open();
  let works = false;
  const load = loader(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (!works) throw new Unavailable('test', 'down');
    return 7;
  });
  const ask = () => Promise.allSettled(Array.from({ length: 100 }, () => cache.get(keyOf('a'), load)));
  expect((await ask()).every(({ status }) => status === 'rejected')).toBe(true);
  expect(load.calls).toBe(1);
  works = true;
  expect((await ask()).every((one) => one.status === 'fulfilled' && one.value.value === 7)).toBe(true);
  expect(load.calls).toBe(2);
  cache.close();
});

test("a caller's signal ends its wait; the load ends with its last caller", async () => {
  const cache = testCache().open();
  let ended = false;
  const load = (signal: AbortSignal) =>
    new Promise<number>((_, reject) => {
      signal.addEventListener('abort', () => {
        ended = true;
        reject(signal.reason);
      });
    });
  const [one, two] = [new AbortController(), new AbortController()];
  const first = cache.get(keyOf('a'), load, { signal: one.signal });
  const second = cache.get(keyOf('a'), load, { signal: two.signal });
  one.abort();
  await expect(first).rejects.toBeInstanceOf(Cancelled);
  expect(ended).toBe(false);
  two.abort();
  await expect(second).rejects.toBeInstanceOf(Cancelled);
  expect(ended).toBe(true);
  expect((await cache.get(keyOf('a'), async () => 3)).value).toBe(3);
  cache.close();
});

test('when the source fails an older answer stands in, marked with its age, within its limit only', async () => {
  const { open, clock, warnings } = testCache();
  const cache = open();
  await cache.get(keyOf('a', { kind: 'quotes' }), async () => 1);
  clock.advance(TTL_MS.quotes + 60_000);
  const fail = () => Promise.reject(new Unavailable('test', 'HTTP 500'));
  const key = keyOf('a', { kind: 'quotes' });
  expect(await cache.get(key, fail, { staleWhileErrorMs: 60_000 })).toMatchObject({
    value: 1,
    ageMs: TTL_MS.quotes + 60_000,
    stale: true,
    staleReason: 'test: HTTP 500',
  });
  expect(warnings).toHaveLength(1);
  await expect(cache.get(key, fail, { staleWhileErrorMs: 59_999 })).rejects.toBeInstanceOf(Unavailable);
  await expect(cache.get(key, fail)).rejects.toBeInstanceOf(Unavailable);
  // A fault of the code is no failure of the source.
  await expect(cache.get(key, () => Promise.reject(new TypeError('bug')), { staleWhileErrorMs: 60_000 })).rejects.toBeInstanceOf(TypeError);
  expect(cache.metrics().data_cache_stale_total).toBe(1);
  cache.close();
});

test('offline reads what is there, of any age, and names what is missing', async () => {
  const { open, clock } = testCache();
  const cache = open();
  await cache.get(keyOf('a'), async () => 1);
  clock.advance(TTL_MS.bars * 10);
  expect(await cache.get(keyOf('a'), noLoad, { offline: true })).toMatchObject({ value: 1, stale: true });
  const missing = cache.get(keyOf('b', { source: 'tushare' }), noLoad, { offline: true });
  await expect(missing).rejects.toBeInstanceOf(NotCachedError);
  await expect(missing).rejects.toThrow('tushare bars {"symbol":"b"} raw');
  cache.close();
});

test('in simulated time records and columns are cut, an undated answer is known when it was fetched', async () => {
  const { open, clock } = testCache();
  const cache = open();
  const records = [1, 3, 2].map((knownAt) => ({ knownAt, text: `known at ${knownAt}` }));
  const columns = {
    symbol: '600000.SH',
    length: 3,
    knownAt: Float64Array.of(1, 2, 3),
    close: Int32Array.of(10, 20, 30),
    notes: ['x', 'y', 'z'],
  };
  const at = async (name: string, value: unknown, asOf: number) => (await cache.get(keyOf(name), async () => value, { asOf })).value;
  expect(await at('records', records, 2)).toEqual([records[0], records[2]]);
  expect(await at('records', records, 0)).toEqual([]);
  expect(await at('records', records, 3)).toEqual(records);
  const cut = (await at('columns', columns, 2)) as typeof columns;
  expect(cut).toEqual({ symbol: '600000.SH', length: 2, knownAt: Float64Array.of(1, 2), close: Int32Array.of(10, 20), notes: ['x', 'y'] });
  // The later rows are not behind the columns either.
  expect(cut.close.buffer.byteLength).toBe(8);
  expect(await at('columns', columns, 3)).toEqual(columns);
  const unsorted = { knownAt: [3, 1, 2], close: Int32Array.of(30, 10, 20) };
  expect(await at('unsorted', unsorted, 2)).toEqual({ knownAt: [1, 2], close: Int32Array.of(10, 20) });

  const now = clock.now();
  const undated = {
    snapshot: { st: ['600000.SH'] },
    mixed: [{ knownAt: 1 }, { text: 'when?' }],
    wrong: [{ knownAt: Number.NaN }],
    ragged: { knownAt: [1], close: [1, 2] },
    hiding: { knownAt: [1], close: [1], next: { close: 2 } },
  };
  for (const [name, value] of Object.entries(undated)) {
    await expect(at(name, value, now - 1), name).rejects.toBeInstanceOf(NotKnownThenError);
    expect(await at(name, value, now), name).toEqual(value);
  }
  cache.close();
});

test("a question put as of an instant can't be read earlier, and is cut there when the reader says nothing", async () => {
  const cache = testCache().open();
  const key = keyOf('a', { asOf: 50 });
  const load = async () => [{ knownAt: 40 }, { knownAt: 60 }];
  expect((await cache.get(key, load)).value).toEqual([{ knownAt: 40 }]);
  await expect(cache.get(key, load, { asOf: 49 })).rejects.toBeInstanceOf(FutureReadError);
  expect((await cache.get(key, load, { asOf: 60 })).value).toHaveLength(2);
  cache.close();
});

test('in simulated time an answer asked for earlier ages by the simulated clock, a later one does not age', async () => {
  const { open, clock } = testCache();
  const cache = open();
  const load = loader(() => [{ knownAt: clock.now() }]);
  const askedAt = clock.now();
  await cache.get(keyOf('a'), load);
  clock.advance(TTL_MS.bars * 100);
  expect(await cache.get(keyOf('a'), load, { asOf: askedAt })).toMatchObject({ ageMs: 0, stale: false });
  expect(await cache.get(keyOf('a'), load, { asOf: askedAt + TTL_MS.bars })).toMatchObject({ ageMs: TTL_MS.bars, stale: false });
  expect(load.calls).toBe(1);
  await cache.get(keyOf('a'), load, { asOf: askedAt + TTL_MS.bars + 1 });
  expect(load.calls).toBe(2);
  cache.close();
});

test('a load that lasts: what came in during it is neither complete before nor known before', async () => {
  const { open, clock } = testCache();
  const cache = open();
  const startedAt = clock.now();
  const answer = await cache.get(keyOf('snapshot'), async () => {
    clock.advance(1_000);
    return { price: 1 };
  });
  expect(answer).toMatchObject({ fetchedAt: startedAt + 1_000, ageMs: 1_000 });
  await expect(cache.get(keyOf('snapshot'), noLoad, { asOf: startedAt + 999 })).rejects.toBeInstanceOf(NotKnownThenError);
  expect(await cache.get(keyOf('snapshot'), noLoad, { asOf: startedAt + 1_000 })).toMatchObject({ ageMs: 1_000 });
  cache.close();
});

test("an answer is frozen and its own: neither reader nor loader changes the next reader's", async () => {
  const cache = testCache().open();
  const loaded = [{ knownAt: 1, close: 1 }];
  const { value } = await cache.get(keyOf('a'), async () => loaded);
  loaded[0]!.close = 2;
  expect(() => (value[0]!.close = 3)).toThrow(TypeError);
  expect(() => value.push({ knownAt: 1, close: 4 })).toThrow(TypeError);
  expect((await cache.get(keyOf('a'), noLoad)).value).toEqual([{ knownAt: 1, close: 1 }]);
  const columns = async () => ({ knownAt: Float64Array.of(1, 2), close: Float64Array.of(10, 20) });
  for (const asOf of [undefined, 2, 3]) {
    const { value: own } = await cache.get(keyOf('c'), columns, asOf === undefined ? {} : { asOf });
    own.knownAt.fill(0);
    own.close.reverse();
  }
  expect((await cache.get(keyOf('c'), noLoad, { asOf: 1 })).value).toEqual({ knownAt: Float64Array.of(1), close: Float64Array.of(10) });
  await expect(cache.get(keyOf('f'), async () => () => 1)).rejects.toThrow('expected plain data');
  cache.close();
});

test('an answer stored under a wrong clock does not stay fresh until that time comes', async () => {
  const { open, clock } = testCache();
  const cache = open();
  clock.advance(1e10);
  const load = loader(1);
  await cache.get(keyOf('a'), load);
  clock.advance(-1e10);
  await cache.get(keyOf('a'), load);
  cache.close();
  const again = open();
  expect(await again.get(keyOf('a'), load)).toMatchObject({ from: 'disk', fetchedAt: clock.now() });
  expect(load.calls).toBe(2);
  again.close();
});

test('an answer that comes in late does not replace one that was asked for after it', () => {
  const { folder, clock } = testCache();
  const disk = openDisk({ folder, bytesMax: 1e6, clock, warn: (message) => expect(message).toBe(''), onEvicted: () => {} });
  const write = (value: string, askedAt: number) => {
    const bytes = encode(value, 'a');
    disk.write('name', keyOf('a'), entryOf(bytes, askedAt, clock.now()), bytes);
    return disk.read('name', 'a')?.value;
  };
  const now = clock.now();
  expect(write('second', now - 5)).toBe('second');
  expect(write('first', now - 9)).toBe('second');
  expect(write('third', now - 5)).toBe('third');
  expect(write('wrong clock', now + 5)).toBe('wrong clock');
  expect(write('fourth', now)).toBe('fourth');
  disk.close();
});

test('memory and disk keep to their limits, the least recently used leaving first', async () => {
  const { open, clock, folder } = testCache({ memoryBytes: 100_000, diskBytes: 1_000_000 });
  const cache = open();
  const big = 'x'.repeat(20_000);
  for (let i = 0; i < 100; i++) {
    clock.advance(1);
    await cache.get(keyOf(String(i)), async () => big);
    await cache.get(keyOf('0'), noLoad);
    const { data_cache_size_bytes: size } = cache.metrics();
    expect(size.memory).toBeLessThanOrEqual(100_000);
    expect(size.disk).toBeLessThanOrEqual(1_000_000);
  }
  const { data_cache_evictions_total: evictions } = cache.metrics();
  expect(evictions.memory).toBeGreaterThan(90);
  expect(evictions.disk).toBeGreaterThan(50);
  // Used all the time, if only from memory.
  cache.close();
  const again = open();
  expect((await again.get(keyOf('0'), noLoad)).from).toBe('disk');
  again.close();
  expect(readFileSync(join(folder, 'cache.db')).length).toBeLessThanOrEqual(1_000_000);
});

test('an answer over the limit of the disk is kept in memory alone', async () => {
  const { open, warnings } = testCache({ diskBytes: 100_000 });
  const cache = open();
  await cache.get(keyOf('a'), async () => 'x'.repeat(200_000));
  expect((await cache.get(keyOf('a'), noLoad)).from).toBe('memory');
  expect(warnings[0]).toContain('over the limit');
  cache.close();
});

test('forget makes the next reader ask the source', async () => {
  const cache = testCache().open();
  const load = loader(1);
  await cache.get(keyOf('a'), load);
  cache.forget(keyOf('a'));
  await cache.get(keyOf('a'), load);
  expect(load.calls).toBe(2);
  cache.close();
});

test('a file that is no database is set aside with a warning', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'cache.db'), 'not a database '.repeat(1_000));
  const { open, warnings } = testCache({ folder });
  const cache = open();
  expect((await cache.get(keyOf('a'), async () => 1)).value).toBe(1);
  cache.close();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('set aside');
  const aside = readdirSync(folder).filter((name) => name.includes('.aside-'));
  expect(aside).toHaveLength(1);
  expect(readFileSync(join(folder, aside[0]!), 'utf8')).toContain('not a database');
  const again = open();
  expect((await again.get(keyOf('a'), noLoad)).from).toBe('disk');
  again.close();
});

test('a file of another format is set aside', async () => {
  const { open, warnings, folder } = testCache();
  open().metrics();
  const db = new DatabaseSync(join(folder, 'cache.db'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  const cache = open();
  expect((await cache.get(keyOf('a'), async () => 1)).value).toBe(1);
  expect(warnings[0]).toContain('format 99');
  cache.close();
});

test('damage in the middle of the file costs entries, never a wrong answer and never the run', async () => {
  const { open, folder, clock, warnings } = testCache({ memoryBytes: 1_000 });
  for (let round = 0; round < 24; round++) {
    const cache = open();
    for (let i = 0; i < 10; i++) await cache.get(keyOf(`${i}`), async () => `${i}`.repeat(10_000));
    cache.close();
    const path = join(folder, 'cache.db');
    const bytes = readFileSync(path);
    if (round % 3 === 0) truncateSync(path, (bytes.length * (1 + (round % 7))) >> 3);
    else {
      for (let i = 0; i < 400; i++) {
        const at = Math.floor((bytes.length * ((round * 37 + i) % 500)) / 500) + (round % 90);
        bytes[at] = bytes[at]! ^ 0xff;
      }
      writeFileSync(path, bytes);
    }
    clock.advance(10_000);
    const again = open();
    for (let i = 0; i < 10; i++)
      expect((await again.get(keyOf(`${i}`), async () => `${i}`.repeat(10_000))).value).toBe(`${i}`.repeat(10_000));
    again.close();
  }
  // Both kinds of damage were met: a file that can't be read, and a single entry.
  expect(warnings.filter((warning) => warning.includes('set aside')).length).toBeGreaterThan(3);
  expect(warnings.filter((warning) => warning.includes('is damaged')).length).toBeGreaterThan(3);
});

test('a locked file is left alone: the cache goes on in memory and comes back to the file', async () => {
  const { open, warnings, folder, clock } = testCache();
  const first = open();
  await first.get(keyOf('a'), async () => 1);
  first.close();
  const other = new DatabaseSync(join(folder, 'cache.db'));
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (x)');
  const cache = open();
  expect((await cache.get(keyOf('a'), async () => 2)).value).toBe(2);
  expect((await cache.get(keyOf('a'), noLoad)).from).toBe('memory');
  expect(() => cache.forget(keyOf('a'))).toThrow(HindcastError);
  expect(warnings.length).toBeGreaterThan(0);
  expect(warnings[0]).toContain('locked');
  other.exec('ROLLBACK');
  other.close();
  clock.advance(60_000);
  expect((await cache.get(keyOf('a'), noLoad)).from).toBe('disk');
  cache.close();
  expect(readdirSync(folder).filter((name) => name.includes('.aside-'))).toEqual([]);
});

test('a folder that is none, or that nobody may write, is a warning', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'taken', 'cache.db'), { recursive: true });
  for (const place of ['file', 'taken']) {
    const warnings: string[] = [];
    const { clock } = testCache();
    const cache = openCache({ folder: join(folder, place), clock, warn: (message) => warnings.push(message) });
    expect((await cache.get(keyOf('a'), async () => 1)).value).toBe(1);
    expect((await cache.get(keyOf('a'), noLoad)).from).toBe('memory');
    expect(warnings).toHaveLength(1);
    cache.close();
  }
});

test('git never sees the folder; an unused cache opens nothing', () => {
  const { open, folder } = testCache();
  const cache = open();
  cache.close();
  expect(existsSync(join(folder, 'cache.db'))).toBe(false);
  const used = open();
  used.metrics();
  used.close();
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
});
