/** Lab markets by the names that a replay's `data` may bear. */
import { FeedError } from '../errors.js';
import type { MarketData } from '../market-data.js';
import { intradayOf } from './intraday.js';
import { labMarket } from './lab-market.js';
import { labPreset, labPresets } from './presets.js';

/** `lab:<preset>` (seed 1) or `lab:<preset>@<seed>`, with `-5m` after the preset in bars of five minutes. Throws FeedError on any other name. */
export function loadLab(name: string): MarketData {
  const match = /^lab:([a-z]+)(?:-(\d{1,3})m)?(?:@(\d{1,15}))?$/.exec(name);
  if (!match)
    throw new FeedError(
      `loadLab: expected lab:<preset>, lab:<preset>@<seed> or lab:<preset>-<minutes>m@<seed> with one of ${labPresets.join(', ')}, got ${name}. Write for example lab:small@7 or lab:small-5m@7.`,
    );
  const [, preset, minutes, seed = '1'] = match;
  const { data } = labMarket(labPreset(preset!), Number(seed));
  return minutes === undefined ? data : intradayOf(data, Number(minutes), Number(seed));
}
