/** The bars that a run was made on, if they are still the same. */
import { InputError } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import { dataFor, type RunFolder } from '../replay/index.js';

/** Loads the data of the run's spec. When it can't be had, or its digests are not those of the stamp, says why instead. */
export function barsOf(run: RunFolder): { readonly data: MarketData } | { readonly missing: string } {
  let data: MarketData;
  try {
    data = dataFor(run.spec);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { missing: `the bars of ${run.spec.data} are not at hand` };
  }
  const moved = run.spec.symbols.find((symbol) => data.digests[symbol] !== run.row.stamp.data[symbol]);
  return moved === undefined ? { data } : { missing: `the bars of ${moved} are not those of the run any more` };
}
