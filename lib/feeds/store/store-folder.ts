/** Where a store lies. */
import { isAbsolute, join, resolve } from 'node:path';
import { projectRoot } from '../../core/index.js';

/** Folder of a store: a plain name lies under the data folder, anything with a slash is a path. */
export const storeFolder = (name: string, dataDir: string = join(projectRoot(), 'data', 'store')): string =>
  isAbsolute(name) || /[/\\]/.test(name) ? resolve(name) : join(dataDir, name);
