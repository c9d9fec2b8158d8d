/** config: the project's settings, one schema, read once, each value with where it came from. */
export { ConfigError } from './errors.js';
export { loadSettings, type Settings } from './load.js';
export { nearest } from './nearest.js';
export { showSettings } from './show.js';
