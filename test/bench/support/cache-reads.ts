/** Reads of the cache, one by one: from memory, and from disk with an empty memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '../../../lib/core/index.js';
import { type Cache, type CacheKey, openCache } from '../../../lib/feeds/index.js';

const SYMBOLS = 100;
/** Ten years of daily bars. */
const BARS = 2_430;
const NAMES = ['knownAt', 'open', 'high', 'low', 'close', 'volume', 'factor'];

type Columns = Readonly<Record<string, Float64Array>>;

const columns: Columns = Object.fromEntries(NAMES.map((name) => [name, Float64Array.from({ length: BARS }, (_, i) => i + 1)]));
const records = Array.from({ length: 242 }, (_, i) => ({
  knownAt: i + 1,
  open: 9.39,
  high: 9.42,
  low: 9.21,
  close: 9.21,
  volume: 115_836_600,
}));

const keyOf = (i: number, form: string): CacheKey => ({
  source: 'bench',
  kind: 'bars',
  query: { form, symbol: `${i}.SZ` },
  adjustment: 'raw',
});

async function eachRead(cache: Cache, form: string, from: 'memory' | 'disk', asOf: number): Promise<{ us: number[]; rows: number }> {
  const us: number[] = [];
  let rows = 0;
  for (let i = 0; i < SYMBOLS; i++) {
    const key = keyOf(i, form);
    const start = performance.now();
    const answer = await cache.get<Columns | typeof records>(key, () => Promise.reject(new Error('not cached')), { offline: true, asOf });
    us.push((performance.now() - start) * 1_000);
    if (answer.from !== from)
      throw new Error(`eachRead: expected an answer from ${from}, got one from ${answer.from}. Give it more memory.`);
    rows += Array.isArray(answer.value) ? answer.value.length : (answer.value as Columns)['knownAt']!.length;
  }
  return { us, rows };
}

/** Microseconds of each read: ten years of columns cut in their middle, ten years uncut, a year of records cut in its middle. */
export async function cacheReads(rounds: number) {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-bench-'));
  const options = { folder, clock: manualClock(1e12), warn: (message: string) => void process.stderr.write(`${message}\n`) };
  try {
    const filling = openCache(options);
    for (let i = 0; i < SYMBOLS; i++) {
      await filling.get(keyOf(i, 'columns'), async () => columns);
      await filling.get(keyOf(i, 'records'), async () => records);
    }
    filling.close();
    const us = {
      memory: [] as number[],
      disk: [] as number[],
      diskUncut: [] as number[],
      memoryRecords: [] as number[],
      diskRecords: [] as number[],
    };
    let rows = 0;
    for (let round = 0; round < rounds; round++) {
      const cache = openCache(options);
      const first = await eachRead(cache, 'columns', 'disk', BARS / 2);
      rows = first.rows;
      us.disk.push(...first.us);
      us.memory.push(...(await eachRead(cache, 'columns', 'memory', BARS / 2)).us);
      us.diskRecords.push(...(await eachRead(cache, 'records', 'disk', 121)).us);
      us.memoryRecords.push(...(await eachRead(cache, 'records', 'memory', 121)).us);
      cache.close();
      const again = openCache(options);
      us.diskUncut.push(...(await eachRead(again, 'columns', 'disk', BARS)).us);
      again.close();
    }
    return { us, rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
