/** Changing the embedding model: every row again, into a table of its own; the old table stays, and nothing is ever mixed. */
import { join } from 'node:path';
import { readCards, tableName, writeCards } from './card-file.js';
import type { Embedder } from './embedder.js';
import { MemoryError } from './errors.js';
import { registerEmbedder } from './health.js';
import { embeddedText } from './row.js';
import { openTable } from './table.js';
import { embedCached } from './vector-cache.js';
import { lockWriter } from './writer-lock.js';

const BATCH = 256;

/**
 * Embeds all rows of a memory anew and makes the new table the one in use. Goes on where an earlier call stopped. `progress` gets rows
 * done and rows in all. Throws MemoryError when there is no memory or another writer is at work.
 */
export async function reembed(
  folder: string,
  embedder: Embedder,
  options: { readonly signal?: AbortSignal; readonly progress?: (done: number, all: number) => void } = {},
): Promise<{ rows: number; table: string }> {
  const unlock = lockWriter(folder);
  try {
    const cards = readCards(folder);
    if (cards === null) throw new MemoryError(`reembed: expected a memory in ${folder}, got none. Write one first.`);
    const name = tableName(embedder);
    const card = await registerEmbedder(embedder, options.signal);
    const known = cards.tables[name];
    if (known !== undefined && known.digest !== card.digest) {
      throw new MemoryError(
        `reembed: expected another name for another model, got a second ${embedder.id} of digest ${card.digest.slice(0, 12)}. Give it a name of its own.`,
      );
    }
    const from = await openTable(join(folder, 'lance'), cards.active, cards.tables[cards.active]!.dimension, false);
    const to = await openTable(join(folder, 'lance'), name, embedder.dimension, known === undefined);
    if (known === undefined) writeCards(folder, { ...cards, tables: { ...cards.tables, [name]: card } });
    const there = new Set((await to.heads()).map(({ id }) => id));
    const heads = await from.heads();
    const offsets = heads.filter(({ id }) => !there.has(id)).map(({ offset }) => offset);
    const all = heads.length;
    for (let first = 0; first < offsets.length; first += BATCH) {
      options.signal?.throwIfAborted();
      const rows = await from.take(offsets.slice(first, first + BATCH));
      const vectors = await embedCached(embedder, rows.map(embeddedText), { signal: options.signal });
      await to.append(rows, vectors);
      options.progress?.(there.size + first + rows.length, all);
    }
    await to.optimise();
    from.close();
    to.close();
    const latest = readCards(folder)!;
    writeCards(folder, { ...latest, active: name });
    return { rows: all, table: name };
  } finally {
    unlock();
  }
}
