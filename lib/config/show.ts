/** The settings as people may see them: each with its origin and meaning, secrets masked. */
import type { Settings } from './load.js';
import { aboutSetting, settingNames } from './schema.js';
import { shownValue } from './text.js';

interface ShownSetting {
  readonly name: string;
  /** As its variable would hold it. Null when not set; `****` for a secret. */
  readonly value: string | null;
  readonly origin: string;
  readonly environment: string;
  readonly meaning: string;
}

export function showSettings(settings: Settings): ShownSetting[] {
  return settingNames.map((name) => {
    const value = settings.values[name];
    const { variable, meaning } = aboutSetting(name);
    return {
      name,
      value: value === undefined ? null : shownValue(name, value),
      origin: settings.origins[name],
      environment: variable,
      meaning,
    };
  });
}
