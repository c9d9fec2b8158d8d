/** Hashes of the code and data that a pipeline rests on: a receipt is stale when one of them moved. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { hashOf, sha256 } from '../core/index.js';
import { typescript } from './typescript.js';

/** sha256 over the lib files that `entry` imports, directly or not (the static and literal dynamic imports; `entry` left out). */
export function importsHash(root: string, entry: string): string {
  const seen = new Set<string>();
  const queue = [entry];
  const hashes: Record<string, string> = {};
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    if (file !== entry) hashes[relative(root, file)] = sha256(text);
    for (const { fileName } of typescript().preProcessFile(text).importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const target = resolve(dirname(file), fileName);
      const source = target.replace(/\.js$/, '.ts');
      const found = [source, target].find(existsSync);
      if (found) queue.push(found);
    }
  }
  return hashOf(hashes);
}

/** sha256 over all files of a folder, by their paths within it; of nothing when there is no folder. */
export function folderHash(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : [];
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return hashOf(Object.fromEntries(paths.map((path) => [relative(folder, path), sha256(readFileSync(path))])));
}
