/** A cache in a folder of its own, with a clock that the test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { manualClock } from '../../../lib/core/index.js';
import type { CacheKey } from '../../../lib/feeds/cache/contract.js';
import { type CacheOptions, openCache } from '../../../lib/feeds/cache/open-cache.js';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function testCache(changes: Partial<CacheOptions> = {}) {
  const folder = changes.folder ?? temporaryFolder();
  const clock = manualClock(1_000_000);
  const warnings: string[] = [];
  const open = () => openCache({ clock, warn: (message) => warnings.push(message), ...changes, folder });
  return { folder, clock, warnings, open };
}

export const keyOf = (name: string, changes: Partial<CacheKey> = {}): CacheKey => ({
  source: 'test',
  kind: 'bars',
  query: { symbol: name },
  adjustment: 'raw',
  ...changes,
});

/** A load that counts its calls. */
export function loader<T>(value: T | (() => T | Promise<T>)) {
  const load = async (): Promise<T> => {
    load.calls++;
    return typeof value === 'function' ? await (value as () => T | Promise<T>)() : value;
  };
  load.calls = 0;
  return load;
}
