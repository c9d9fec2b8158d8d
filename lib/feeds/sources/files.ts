/** The user's own CSV or Parquet files. */
import { type LoadOptions, loadBars } from '../load-bars.js';
import type { MarketData } from '../market-data.js';
import { sourceOfData } from './from-data.js';
import type { Source } from './source.js';

/** Bars of a file or folder, read as {@link loadBars} reads them, once. */
export function files(path: string, options: LoadOptions = {}): Source {
  let loaded: MarketData | undefined;
  return sourceOfData(`file:${path}`, async () => (loaded ??= loadBars(path, options)));
}
