/** Packages that only some sources need, loaded when such a source is first asked. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../../core/index.js';

/** A package of the project. `Shape` is the part of it that is used: its own types would cost every compiler run seconds. */
export const required = <Shape>(name: string): Shape => createRequire(join(projectRoot(), 'package.json'))(name) as Shape;
