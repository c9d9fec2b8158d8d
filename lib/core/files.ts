/** Files that appear whole or not at all, and JSON Lines. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HindcastError, InputError } from './errors.js';

/** The project root: the nearest folder upwards from `start` that holds package-lock.json and lib. */
export function projectRoot(start: string = process.cwd()): string {
  let dir = start;
  while (!(existsSync(join(dir, 'package-lock.json')) && existsSync(join(dir, 'lib')))) {
    const up = dirname(dir);
    if (up === dir) throw new HindcastError(`projectRoot: expected a folder of the project, got ${start}. Run inside the checkout.`);
    dir = up;
  }
  return dir;
}

/** Writes a file under a temporary name, flushes it to the disk, then renames: a reader sees the old file or the new one. */
export function writeFileAtomic(path: string, chunks: string | Uint8Array | Iterable<string | Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    const parts = typeof chunks === 'string' || chunks instanceof Uint8Array ? [chunks] : chunks;
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      let done = 0;
      while (done < bytes.length) done += writeSync(file, bytes, done);
    }
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, path);
  } catch (error) {
    try {
      closeSync(file);
    } catch {
      // already closed: the rename failed
    }
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The rows of a JSON Lines file. Throws InputError with file and line on a row that is not JSON. */
export function readJsonl<T>(path: string): T[] {
  const rows: T[] = [];
  let line = 0;
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    line++;
    if (text === '') continue;
    try {
      rows.push(JSON.parse(text) as T);
    } catch (error) {
      throw new InputError(
        `readJsonl: expected JSON in ${path} line ${line}, got ${JSON.stringify(text.slice(0, 60))}. Restore the file from its run.`,
        {
          cause: error,
        },
      );
    }
  }
  return rows;
}
