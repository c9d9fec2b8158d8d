/** config: the project's settings, one schema, read once, each value with where it came from. */
export { checkSettings } from './check.js';
export { ConfigError } from './errors.js';
export { environmentExample } from './example.js';
export { loadSettings, readSettings, type Settings } from './load.js';
export { nearest } from './nearest.js';
export type { SettingProblem } from './problem.js';
export type { SettingsInput } from './schema.js';
export { showSettings } from './show.js';
