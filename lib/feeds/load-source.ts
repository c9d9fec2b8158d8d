/** Any source of bars by its name: what ships, the lab market, the store of fetched data, or the user's own files. */
import type { Symbol } from '../core/index.js';
import { embeddedData } from './embedded.js';
import { isEmbedded } from './embedded-sets.js';
import { FeedError } from './errors.js';
import type { FileMapping } from './file-mapping.js';
import { loadLab } from './lab/load-lab.js';
import { loadBars } from './load-bars.js';
import type { MarketData } from './market-data.js';
import { isStore } from './store/entry.js';
import { loadStore } from './store/load-store.js';
import { storeFolder } from './store/store-folder.js';

/**
 * `embedded:cn`, `embedded:us`, `embedded:cn-5m`, `lab:<preset>[@seed]`, `store:<name>`, or a path to a store or to CSV or Parquet bars. `symbols` narrows
 * what a store opens. `mappings` says how the columns of each file were read; empty for all else. Throws FeedError on a name that is
 * none of these.
 */
export function loadSource(
  source: string,
  onBadRow: 'refuse' | 'skip' = 'refuse',
  symbols?: readonly Symbol[],
): MarketData & { readonly mappings: readonly FileMapping[] } {
  if (source.startsWith('lab:')) return { ...loadLab(source), mappings: [] };
  if (source.startsWith('embedded:')) {
    const name = source.slice('embedded:'.length);
    if (isEmbedded(name)) return { ...embeddedData(name), mappings: [] };
    throw new FeedError(
      `loadSource: expected embedded:cn, embedded:us or embedded:cn-5m, got ${source}. Choose one, or give a path to bars.`,
    );
  }
  const named = /^store:(.+)$/.exec(source)?.[1];
  const store = named !== undefined ? storeFolder(named) : isStore(source) ? source : undefined;
  if (store !== undefined) return { ...loadStore(store, { symbols, withIndex: true }), mappings: [] };
  return loadBars(source, { onBadRow });
}
