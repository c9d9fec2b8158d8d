/** Lab markets by name. */

import { FeedError } from '../errors.js';
import { LAB_REGIMES } from './regimes.js';
import { type LabSettings, type LabSettingsInput, labSettings } from './settings.js';

/** Only differences from the default settings. */
const PRESETS: Readonly<Record<string, LabSettingsInput>> = {
  /** For tests and first steps: every board is open, and all stocks trade from the first session on. */
  small: { symbols: 12, sessions: 750, from: '2022-01-04', newListingShare: 0 },
  standard: {},
  /** The size of the speed promise. */
  large: { symbols: 500, sessions: 2500, from: '2014-01-02' },
  /** Control: neither regimes, trends nor items say anything of the next session, so that whoever earns here, errs. */
  nothing: {
    symbols: 50,
    sessions: 1200,
    regimes: LAB_REGIMES.map((regime) => ({ ...regime, drift: 0, momentum: 0 })),
    news: { information: 0 },
  },
  /** Items say much and never lie. */
  clear: { symbols: 50, sessions: 1200, news: { information: 0.5, misleadingShare: 0, companyRate: 0.06 } },
  /**
   * For memories: regimes are short, well told, and come back; in a mania and in a panic good company news is sold, which only the
   * past of such times can teach.
   */
  recurring: {
    symbols: 50,
    sessions: 1500,
    regimes: LAB_REGIMES.map((regime) => ({
      ...regime,
      meanSessions: regime.meanSessions / 2,
      newsResponse: regime.name === 'mania' || regime.name === 'panic' ? -1 : 1,
    })),
    news: { information: 0.4, companyRate: 0.06, regimeClarity: 0.95, marketRate: 0.8 },
  },
};

export const labPresets: readonly string[] = Object.keys(PRESETS);

/** Settings of a preset. Throws FeedError on an unknown name. */
export function labPreset(name: string): LabSettings {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (!preset) throw new FeedError(`labPreset: expected ${labPresets.join(', ')}, got ${JSON.stringify(name)}. Name one of them.`);
  return labSettings(preset);
}
