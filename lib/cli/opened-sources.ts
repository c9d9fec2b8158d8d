/** What the sources of data need of a command: deadlines and rates, the cache, one way to end them all. */
import { log, randomFloat, randomInit } from '../core/index.js';
import { openCache, openSources } from '../feeds/index.js';
import type { Context } from './action.js';

const MIB = 1024 * 1024;

/** The random source is for the jitter between attempts, which no result depends on. */
const jitterOf = ({ clock }: Context): (() => number) => {
  const state = randomInit(clock.now() >>> 0, 'data-jitter');
  return () => randomFloat(state);
};

/** Every question goes to the source itself. */
export const openedLive = (context: Context) =>
  openSources({ clock: context.clock, random: jitterOf(context) }, { signal: context.signal });

/** Answers come from the cache where it has them; offline, from nowhere else. */
export function openedCached(context: Context, offline = false) {
  const { clock, settings, signal } = context;
  const { cacheDir: folder, cacheMemoryMb, cacheDiskMb } = settings.values;
  const warn = (message: string): void => log('feeds').warn(message);
  const cache = openCache({ folder, memoryBytes: cacheMemoryMb * MIB, diskBytes: cacheDiskMb * MIB, clock, warn });
  const sources = openSources({ clock, random: jitterOf(context) }, { signal, cached: { cache, offline } });
  return {
    ...sources,
    async close(): Promise<void> {
      await sources.close();
      cache.close();
    },
  };
}
