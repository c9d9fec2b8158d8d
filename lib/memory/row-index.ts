/** The in-process side of a table: every row's head in the order of knownAt, and the exact vector index over them. */
import { ExactIndex } from './exact-index.js';
import { type FloatRows, rowsInMemory } from './float-rows.js';
import { LexicalIndex } from './lexical-index.js';
import type { MemoryTable, RowHead } from './table.js';

export interface IndexedRow extends RowHead {
  /** Place in the table's order of writing. */
  readonly offset: number;
}

export class RowIndex {
  /** By position in the vector index. */
  readonly rows: IndexedRow[] = [];
  readonly positions = new Map<string, number>();
  /** knownAt of the first row that replaces a row, by the id of the replaced one. */
  readonly supersededAt = new Map<string, number>();
  readonly vectors: ExactIndex;
  readonly words = new LexicalIndex();

  constructor(dimension: number, floats: FloatRows = rowsInMemory(dimension)) {
    this.vectors = new ExactIndex(dimension, floats);
  }

  /** knownAt of the last row; rows from then on can be appended. */
  get lastKnownAt(): number {
    return this.rows.length === 0 ? Number.NEGATIVE_INFINITY : this.rows[this.rows.length - 1]!.knownAt;
  }

  append(row: IndexedRow, vector: Float32Array, words: string): void {
    this.vectors.append(row.knownAt, vector);
    this.words.append(words);
    this.positions.set(row.id, this.rows.length);
    this.rows.push(row);
    if (row.supersedes !== null) {
      this.supersededAt.set(row.supersedes, Math.min(row.knownAt, this.supersededAt.get(row.supersedes) ?? Number.POSITIVE_INFINITY));
    }
  }

  close(): void {
    this.vectors.close();
  }
}

/** All rows of a table, sorted by knownAt, then by the order of writing. */
export async function indexTable(table: MemoryTable, dimension: number, floats?: FloatRows): Promise<RowIndex> {
  const found: { row: IndexedRow; vector: Float32Array; words: string }[] = [];
  await table.read((head, vector, words) => void found.push({ row: { ...head, offset: found.length }, vector, words }));
  found.sort((a, b) => a.row.knownAt - b.row.knownAt || a.row.offset - b.row.offset);
  const index = new RowIndex(dimension, floats);
  for (const { row, vector, words } of found) index.append(row, vector, words);
  return index;
}
