/** Opening a memory: its table, its index, its lock, and the health of its embedder. */
import { join } from 'node:path';
import { readCards, tableName, writeCards } from './card-file.js';
import type { Embedder } from './embedder.js';
import { MemoryError } from './errors.js';
import { checkEmbedder, EmbedderError, registerEmbedder } from './health.js';
import { type Health, Memory } from './memory.js';
import { indexTable } from './row-index.js';
import { openTable } from './table.js';
import { lockWriter } from './writer-lock.js';

export interface MemoryOptions {
  readonly embedder: Embedder;
  readonly mode: 'read-only' | 'read-write';
  readonly signal?: AbortSignal;
}

/**
 * Opens the memory in a folder. read-write creates it where there is none and holds the writer's lock. A sick embedder does not fail the
 * opening: the memory is then degraded, and says why at each recall. Throws MemoryError when a read-only memory does not exist, when
 * another writer is at work, or when the folder is of another embedding model (`reembed` makes a table of the new one).
 */
export async function openMemory(folder: string, { embedder, mode, signal }: MemoryOptions): Promise<Memory> {
  const unlock = mode === 'read-write' ? lockWriter(folder) : () => {};
  try {
    let cards = readCards(folder);
    let health: Health = { status: 'ok' };
    const isNew = cards === null;
    if (cards === null) {
      if (mode === 'read-only') throw new MemoryError(`openMemory: expected a memory in ${folder}, got none. Write one first.`);
      const name = tableName(embedder);
      cards = { v: 1, active: name, tables: { [name]: await registerEmbedder(embedder, signal) } };
    } else {
      const card = cards.tables[cards.active]!;
      if (card.id !== embedder.id || card.dimension !== embedder.dimension) {
        throw new MemoryError(
          `openMemory: expected the embedder ${card.id} (${card.dimension} numbers) that ${folder} was written with, got ${embedder.id} (${embedder.dimension}). Run hindcast memory reembed to change it.`,
        );
      }
      try {
        await checkEmbedder(card, embedder, signal);
      } catch (error) {
        if (!(error instanceof EmbedderError)) throw error;
        health = { status: 'degraded', reason: `${error.sickness}: ${error.message}`, sickness: error.sickness };
      }
    }
    const table = await openTable(join(folder, 'lance'), cards.active, embedder.dimension, isNew);
    // The table first: a memory.json that names no table would look like a loss.
    if (isNew) writeCards(folder, cards);
    return new Memory(table, await indexTable(table, embedder.dimension), embedder, mode, health, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}
