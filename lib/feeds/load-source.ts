/** Any source of bars by its name: what ships, the lab market, or the user's own files. */
import { embeddedData } from './embedded.js';
import { FeedError } from './errors.js';
import type { FileMapping } from './file-mapping.js';
import { loadLab } from './lab/load-lab.js';
import { loadBars } from './load-bars.js';
import type { MarketData } from './market-data.js';

/**
 * `embedded:cn`, `embedded:us`, `lab:<preset>[@seed]`, or a path to CSV or Parquet bars. `mappings` says how the columns of each file
 * were read; empty for what ships. Throws FeedError on a name that is none of these.
 */
export function loadSource(
  source: string,
  onBadRow: 'refuse' | 'skip' = 'refuse',
): MarketData & { readonly mappings: readonly FileMapping[] } {
  if (source === 'embedded:cn' || source === 'embedded:us')
    return { ...embeddedData(source === 'embedded:cn' ? 'cn' : 'us'), mappings: [] };
  if (source.startsWith('lab:')) return { ...loadLab(source), mappings: [] };
  if (source.startsWith('embedded:')) {
    throw new FeedError(`loadSource: expected embedded:cn or embedded:us, got ${source}. Choose one, or give a path to bars.`);
  }
  return loadBars(source, { onBadRow });
}
