/** The settings as people may see them: each with its origin and meaning, secrets masked. */
import type { Settings } from './load.js';
import { environmentNames, secretNames, settingNames, settingsSchema } from './schema.js';

interface ShownSetting {
  readonly name: string;
  /** Null when not set; `****` for a secret. */
  readonly value: string | null;
  readonly origin: string;
  readonly environment: string;
  readonly meaning: string;
}

export function showSettings(settings: Settings): ShownSetting[] {
  return settingNames.map((name) => {
    const value = settings.values[name];
    return {
      name,
      value: value === undefined ? null : secretNames.has(name) ? '****' : value,
      origin: settings.origins[name],
      environment: environmentNames[name],
      meaning: settingsSchema.shape[name].description ?? '',
    };
  });
}
