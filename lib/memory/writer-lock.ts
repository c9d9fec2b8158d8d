/** One writer a memory: an exclusive transaction on a small SQLite file, which the system ends with the process however it dies. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MemoryError } from './errors.js';

/** Throws MemoryError while another writer holds the folder. Call the result to let go. */
export function lockWriter(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'writer.db'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new MemoryError(
      `openMemory: expected to be the only writer of ${folder}, got another one at work. Wait for it, or open read-only.`,
      {
        cause: error,
      },
    );
  }
  return () => database.close();
}
