/** Lab markets by the names that a replay's `data` may bear. */
import { FeedError } from '../errors.js';
import type { MarketData } from '../market-data.js';
import { labMarket } from './lab-market.js';
import { labPreset, labPresets } from './presets.js';

/** `lab:<preset>` (seed 1) or `lab:<preset>@<seed>` as market data. Throws FeedError on any other name. */
export function loadLab(name: string): MarketData {
  const match = /^lab:([a-z]+)(?:@(\d{1,15}))?$/.exec(name);
  if (!match)
    throw new FeedError(
      `loadLab: expected lab:<preset> or lab:<preset>@<seed> with one of ${labPresets.join(', ')}, got ${name}. Write for example lab:small@7.`,
    );
  const [, preset, seed = '1'] = match;
  return labMarket(labPreset(preset!), Number(seed)).data;
}
