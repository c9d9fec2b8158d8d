/** Packages that are loaded with their first use, so that importing a room costs no more than the room. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from './files.js';

/** `Shape`: what the package exports, as `typeof import('name')`. Give the name in the type and as text. */
export function lazyPackage<Shape>(name: string): () => Shape {
  let loaded: Shape | undefined;
  return () => {
    loaded ??= createRequire(join(projectRoot(), 'package.json'))(name) as Shape;
    return loaded;
  };
}
