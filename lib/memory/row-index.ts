/** The in-process side of a table: every row's head in the order of knownAt, and the exact vector index over them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryError } from './errors.js';
import { ExactIndex } from './exact-index.js';
import { type FloatRows, rowsInFile } from './float-rows.js';
import { LexicalIndex } from './lexical-index.js';
import type { RowHead, StoredHead } from './row-head.js';
import type { MemoryTable } from './table.js';

export class RowIndex {
  /** By position in the vector index. */
  readonly rows: RowHead[] = [];
  /** Ids of the rows, from the first time that someone asks for one: only writers do. */
  private ids: Set<string> | undefined;
  /** knownAt of the first row that replaces a row, by the id of the replaced one. */
  readonly supersededAt = new Map<string, number>();
  readonly vectors: ExactIndex;
  readonly words = new LexicalIndex();

  constructor(dimension: number, floats?: FloatRows) {
    this.vectors = new ExactIndex(dimension, floats);
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
    this.words.append([words]);
    this.list(row);
  }

  /** Rows as a table has them, in the order of knownAt, with a block of their vectors that is kept as it is. */
  adopt(rows: readonly StoredHead[], vectors: Float32Array): void {
    this.vectors.adopt(
      rows.map(({ knownAt }) => knownAt),
      vectors,
    );
    this.words.append(wordsOf(rows));
    for (const row of rows) this.list(row);
  }

  close(): void {
    this.vectors.close();
  }

  private list(row: RowHead): void {
    this.ids?.add(row.id);
    this.rows.push(row);
    const { supersedes } = row;
    if (supersedes !== null)
      this.supersededAt.set(supersedes, Math.min(row.knownAt, this.supersededAt.get(supersedes) ?? Number.POSITIVE_INFINITY));
  }
}

function* wordsOf(rows: readonly StoredHead[]): Generator<string> {
  for (const row of rows) yield row.words();
}

/** Rows whose float32 vectors are kept in memory: at 512 numbers 800 MB. Of more, the codes are, and the floats lie in a scratch file. */
const MOST_IN_MEMORY = 400_000;

/** All rows of a table, sorted by knownAt, then by the order of writing. Throws MemoryError where rows and vectors differ in number. */
export async function indexTable(table: MemoryTable, dimension: number, mostInMemory = MOST_IN_MEMORY): Promise<RowIndex> {
  const blocks = table.vectors();
  const heads = await table.heads();
  const index = new RowIndex(dimension, heads.length > mostInMemory ? scratchRows(dimension) : undefined);
  try {
    await fill(index, heads, blocks, dimension);
  } catch (error) {
    index.close();
    throw error;
  }
  return index;
}

async function fill(index: RowIndex, heads: readonly StoredHead[], blocks: AsyncIterable<Float32Array>, dimension: number): Promise<void> {
  // Nearly always rows were written in the order of knownAt: then they are indexed block by block as they are read.
  const inOrder = heads.every((head, i) => i === 0 || head.knownAt >= heads[i - 1]!.knownAt);
  const waiting: Float32Array[] = [];
  let read = 0;
  for await (const block of blocks) {
    const rows = block.length / dimension;
    if (inOrder) index.adopt(heads.slice(read, read + rows), block);
    else for (let i = 0; i < rows; i++) waiting.push(block.subarray(i * dimension, (i + 1) * dimension));
    read += rows;
  }
  if (read !== heads.length)
    throw new MemoryError(`indexTable: expected a vector for each of ${heads.length} rows, got ${read}. Run hindcast memory check.`);
  if (inOrder) return;
  const sorted = [...heads].sort((a, b) => a.knownAt - b.knownAt || a.offset - b.offset);
  for (const head of sorted) index.append(head, waiting[head.offset]!, head.words());
}

/** In a file in a folder of its own, both removed on close; where a kill leaves them they go with the temporary files. */
function scratchRows(dimension: number): FloatRows {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-floats-'));
  const rows = rowsInFile(dimension, join(folder, 'rows.f32'));
  return {
    ...rows,
    close() {
      rows.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
