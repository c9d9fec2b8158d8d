/** The in-process side of a table: every row's head in the order of knownAt, and the exact vector index over them. */
import { ExactIndex } from './exact-index.js';
import { LexicalIndex } from './lexical-index.js';
import type { MemoryTable, RowHead } from './table.js';

export class RowIndex {
  /** By position in the vector index. */
  readonly rows: RowHead[] = [];
  /** Ids of the rows, from the first time that someone asks for one: only writers do. */
  private ids: Set<string> | undefined;
  /** knownAt of the first row that replaces a row, by the id of the replaced one. */
  readonly supersededAt = new Map<string, number>();
  readonly vectors: ExactIndex;
  readonly words = new LexicalIndex();

  constructor(dimension: number) {
    this.vectors = new ExactIndex(dimension);
  }

  /** knownAt of the last row; rows from then on can be appended. */
  get lastKnownAt(): number {
    return this.rows.length === 0 ? Number.NEGATIVE_INFINITY : this.rows[this.rows.length - 1]!.knownAt;
  }

  has(id: string): boolean {
    this.ids ??= new Set(this.rows.map((row) => row.id));
    return this.ids.has(id);
  }

  append(row: RowHead, vector: Float32Array, words: string): void {
    this.vectors.append(row.knownAt, vector);
    this.words.append(words);
    this.ids?.add(row.id);
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
export async function indexTable(table: MemoryTable, dimension: number): Promise<RowIndex> {
  const index = new RowIndex(dimension);
  // Nearly always rows were written in the order of knownAt: then they are indexed as they are read.
  let inOrder = true;
  await table.read((row, vector, words) => {
    inOrder &&= row.knownAt >= index.lastKnownAt;
    if (inOrder) index.append(row, vector, words);
  });
  if (inOrder) return index;
  index.close();
  const found: { row: RowHead; vector: Float32Array; words: string }[] = [];
  await table.read((row, vector, words) => void found.push({ row, vector, words }));
  found.sort((a, b) => a.row.knownAt - b.row.knownAt || a.row.offset - b.row.offset);
  const sorted = new RowIndex(dimension);
  for (const { row, vector, words } of found) sorted.append(row, vector, words);
  return sorted;
}
