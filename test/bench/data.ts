/** `hindcast bench data`: how fast market data comes out of the store and the cache, and into the store. */
import { cpus } from 'node:os';
import { cacheReads } from './support/cache-reads.js';
import { storeSpeed } from './support/store-speed.js';

const ROUNDS = 20;
const STORE_ROUNDS = 5;

const spread = (values: readonly number[], unit: string) => {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, n: sorted.length, unit };
};

export async function bench({ say }: { peers: boolean; say: (text: string) => void; signal: AbortSignal }) {
  say('reads of the cache');
  const { us, rows } = await cacheReads(ROUNDS);
  say('load, import and start (a file of 400 MB is made first)');
  const store = await storeSpeed(STORE_ROUNDS);
  return {
    bench: 'data',
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    versions: { node: process.version },
    metrics: {
      load_100x10y_s: spread(store.loadS, 's'),
      import_mb_per_s: spread(store.importMbPerS, 'MB/s'),
      import_peak_mb: spread(store.importPeakMb, 'MB'),
      import_lib_ms: spread(store.doorsMs, 'ms'),
      cache_mem_us_p50: spread(us.memory, 'us'),
      cache_disk_us_p50: spread(us.disk, 'us'),
      cache_disk_uncut_us_p50: spread(us.diskUncut, 'us'),
      cache_records_mem_us_p50: spread(us.memoryRecords, 'us'),
      cache_records_disk_us_p50: spread(us.diskRecords, 'us'),
    },
    ratios: {},
    checks: { cache_rows: rows, rows: store.rows },
  };
}
