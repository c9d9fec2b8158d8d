/** Appending to a file that other processes append to as well. */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LedgerError } from './errors.js';

/** Appends bytes in one write (O_APPEND: no other process's write comes between) and returns the byte offset where they lie. */
export function appendBytes(path: string, bytes: Uint8Array): number {
  return appending(path, (file) => {
    const before = fstatSync(file).size;
    write(path, file, bytes);
    const after = fstatSync(file).size;
    if (after === before + bytes.length) return before;
    // Others have appended since `before` was read: ours lie at or after it, and equal bytes are as good as ours.
    const tail = readRange(file, before, after);
    const found = tail.indexOf(bytes);
    if (found < 0)
      throw new LedgerError(
        `appendBytes: expected to find what was written to ${path}, got other bytes. Don't truncate it while runs write.`,
      );
    return before + found;
  });
}

/** Appends one line in one write. A line that a killed process left torn is closed first, so that ours begins a line of its own. */
export function appendLine(path: string, line: string): void {
  appending(path, (file) => {
    const size = fstatSync(file).size;
    const torn = size > 0 && readRange(file, size - 1, size)[0] !== 10;
    write(path, file, Buffer.from(`${torn ? '\n' : ''}${line}\n`));
  });
}

/** Bytes [from, to) of an open file; fewer when it ends before. */
export function readRange(file: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const got = readSync(file, bytes, done, bytes.length - done, from + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}

function appending<T>(path: string, work: (file: number) => T): T {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

function write(path: string, file: number, bytes: Uint8Array): void {
  const written = writeSync(file, bytes);
  if (written !== bytes.length) {
    throw new LedgerError(
      `append: expected to write ${bytes.length} bytes to ${path}, got ${written} through. Free some disk space and run again.`,
    );
  }
}
