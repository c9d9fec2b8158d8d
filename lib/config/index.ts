/** config: the project's settings, one schema, read once, each value with where it came from. */
export { ConfigError } from './errors.js';
export { type LoadOptions, loadSettings, type Settings } from './load.js';
export { nearest } from './nearest.js';
export { type SettingsValues, settingsSchema } from './schema.js';
export { type ShownSetting, showSettings } from './show.js';
