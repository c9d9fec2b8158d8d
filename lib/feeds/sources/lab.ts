/** The lab market: synthetic bars whose truth is known. */
import { loadLab } from '../lab/load-lab.js';
import type { MarketData } from '../market-data.js';
import { sourceOfData } from './from-data.js';
import type { Source } from './source.js';

/** `lab:<preset>` or `lab:<preset>@<seed>`, made at the first question. */
export function lab(name: string): Source {
  let made: MarketData | undefined;
  return sourceOfData(name, async () => (made ??= loadLab(name)), []);
}
