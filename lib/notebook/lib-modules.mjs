// Runs lib in a kernel as every other program of the project does: the sources themselves, types stripped by Node. A file that was
// edited, and every file that reaches it, is loaded anew by the next cell that imports it; all others stay the one they were.
import { existsSync } from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * @param {string} root
 * @returns {{ renew(files: Iterable<string>): void }} `renew` takes paths relative to the root.
 */
export function runLib(root) {
  const library = pathToFileURL(join(root, 'lib', '/')).href;
  const { cache } = createRequire(import.meta.url);
  /** How often a source was renewed, by its URL. */
  const versions = new Map();
  /** Who imported a source. */
  const importers = new Map();
  const sourceOf = (url) => url.replace(/\?v=\d+$/, '').replace(/\.v\d+\.mjs$/, '.ts');
  // Node keeps what `require` loads by file name, so that a renewed door needs a name of its own.
  const doorOf = (source, version) => (version === 0 ? source : source.replace(/\.ts$/, `.v${version}.mjs`));

  enableCompileCache();
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !context.parentURL) return next(specifier, context);
      const source = new URL(`${specifier.slice(0, -3)}.ts`, context.parentURL);
      if (!source.href.startsWith(library) || !existsSync(fileURLToPath(source))) return next(specifier, context);
      const version = versions.get(source.href) ?? 0;
      importers.set(source.href, (importers.get(source.href) ?? new Set()).add(sourceOf(context.parentURL)));
      if (context.conditions.includes('require')) {
        return { url: doorOf(source.href, version), format: version === 0 ? 'module-typescript' : 'module', shortCircuit: true };
      }
      return { url: version === 0 ? source.href : `${source.href}?v=${version}`, format: 'module-typescript', shortCircuit: true };
    },
    load(url, context, next) {
      const door = /^.*\/([^/]+)\.v\d+\.mjs$/.exec(url);
      if (!door || !url.startsWith(library)) return next(url, context);
      return { format: 'module', source: `export * from './${door[1]}.js';`, shortCircuit: true };
    },
  });

  const renew = (files) => {
    const queue = [...files].map((file) => pathToFileURL(join(root, file)).href);
    const renewed = new Set();
    for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
      if (renewed.has(source)) continue;
      renewed.add(source);
      const version = versions.get(source) ?? 0;
      delete cache[fileURLToPath(doorOf(source, version))];
      versions.set(source, version + 1);
      queue.push(...(importers.get(source) ?? []));
    }
  };
  return { renew };
}
