/** `memory.json`: which embedding model each table of a memory is of, and which table is in use. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../core/index.js';
import { MemoryError } from './errors.js';
import { type EmbedderCard, embedderCardSchema } from './health.js';

const cardFileSchema = z.strictObject({
  v: z.literal(1),
  /** Name of the table in use. */
  active: z.string(),
  tables: z.record(z.string(), embedderCardSchema),
});

export type CardFile = z.output<typeof cardFileSchema>;

const pathOf = (folder: string): string => join(folder, 'memory.json');

/** null when the folder holds no memory yet. Throws MemoryError on a file that can't be read. */
export function readCards(folder: string): CardFile | null {
  if (!existsSync(pathOf(folder))) return null;
  try {
    return cardFileSchema.parse(JSON.parse(readFileSync(pathOf(folder), 'utf8')));
  } catch (error) {
    throw new MemoryError(`openMemory: expected memory.json of ${folder} as it was written, got something else. Restore it from a copy.`, {
      cause: error,
    });
  }
}

export function writeCards(folder: string, cards: CardFile): void {
  writeFileAtomic(pathOf(folder), `${JSON.stringify(cards)}\n`);
}

/** The models of a memory's tables, the one in use first; null where there is no memory. */
export function memoryTables(folder: string): { readonly active: EmbedderCard; readonly all: readonly EmbedderCard[] } | null {
  const cards = readCards(folder);
  return cards === null ? null : { active: cards.tables[cards.active]!, all: Object.values(cards.tables) };
}

/** Name of the table of a model: one a model and dimension. */
export const tableName = (embedder: { readonly id: string; readonly dimension: number }): string =>
  `rows_${embedder.id.replace(/[^A-Za-z0-9.-]/g, '_')}_${embedder.dimension}`;
