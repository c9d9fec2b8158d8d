/** A key of the settings that is missing, wrong or unknown, and what to write instead. */
import { nearest } from './nearest.js';
import { aboutSetting, type SettingName, settingNames } from './schema.js';

export interface SettingProblem {
  readonly key: string;
  readonly kind: 'missing' | 'wrong' | 'unknown';
  /** `expected X, got Y.` Never holds a secret. */
  readonly says: string;
  /** A line that would do, for .env. */
  readonly example: string;
}

/** The line that sets a setting, as the environment and .env take it. */
export function exampleLine(name: SettingName): string {
  const { variable, example } = aboutSetting(name);
  return `${variable}=${example}`;
}

/** A name that none of `names` is; `origin` says where it stands. */
export function unknownKey(key: string, origin: string, names: readonly string[]): SettingProblem {
  const bare = (name: string): string => name.replace(/^HINDCAST_/, '');
  const slip = nearest(bare(key), names.map(bare));
  const like = names.find((name) => bare(name) === slip);
  const hint = like ? `Did you mean ${like}?` : `Use one of ${names.join(', ')}.`;
  const meant = settingNames.find((name) => like === name || like === aboutSetting(name).variable) ?? 'logLevel';
  return { key, kind: 'unknown', says: `expected a known setting, got "${key}" from ${origin}. ${hint}`, example: exampleLine(meant) };
}
