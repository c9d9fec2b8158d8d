/** Whether a memory is what it says: rows by their hashes, vectors by their health, and the search by its recall against a plain scan. */
import { hashOf, type RandomState, randomBelow, randomInit } from '../core/index.js';
import type { Memory } from './memory.js';
import { type MemoryRow, memoryRow } from './row.js';

export interface MemoryCheck {
  readonly rows: number;
  readonly embedder: { readonly status: 'ok' | 'degraded'; readonly reason?: string };
  /** Rows whose id is not the hash of their content. */
  readonly altered: readonly string[];
  readonly duplicates: readonly string[];
  /** Rows that replace one that is not there. */
  readonly dangling: readonly string[];
  /** Share of the true ten nearest rows that the search finds, over `queries` queries. */
  readonly recallAt10: number;
  readonly queries: number;
  readonly ok: boolean;
}

const BATCH = 1000;
const LIMIT = 0.95;

/** Reads everything once. `queries`: sampled rows whose vectors ask for their neighbours at random dates. */
export async function checkMemory(memory: Memory, { queries = 50, seed = 1 } = {}): Promise<MemoryCheck> {
  const heads = memory.heads();
  const ids = new Set(heads.map(({ id }) => id));
  const altered: string[] = [];
  for (let at = 0; at < heads.length; at += BATCH) {
    const positions = Array.from({ length: Math.min(BATCH, heads.length - at) }, (_, i) => at + i);
    for (const row of await memory.rowsAt(positions)) if (!holds(row)) altered.push(row.id);
  }
  const seen = new Set<string>();
  const duplicates = heads.map(({ id }) => id).filter((id) => seen.has(id) || !seen.add(id));
  const dangling = heads.filter(({ supersedes }) => supersedes !== null && !ids.has(supersedes)).map(({ id }) => id);
  const recallAt10 = memory.length === 0 ? 1 : measureRecall(memory, queries, randomInit(seed, 'memory-check'));
  return {
    rows: heads.length,
    embedder: memory.health,
    altered,
    duplicates,
    dangling,
    recallAt10,
    queries,
    ok: memory.health.status === 'ok' && altered.length + duplicates.length + dangling.length === 0 && recallAt10 >= LIMIT,
  };
}

function holds(row: MemoryRow): boolean {
  const { id, ...content } = row;
  return id === hashOf(content).slice(0, 32) && memoryRow(content).id === id;
}

/** The search against scoring every row, at dates spread over the memory's life. */
function measureRecall(memory: Memory, queries: number, random: RandomState): number {
  const { vectors } = memory.searchable();
  const heads = memory.heads();
  const vector = new Float32Array(vectors.dimension);
  const other = new Float32Array(vectors.dimension);
  let found = 0;
  let wanted = 0;
  for (let q = 0; q < queries; q++) {
    vectors.vectorOf(randomBelow(random, heads.length), vector);
    const asOf = heads[randomBelow(random, heads.length)]!.knownAt;
    const truth: { row: number; score: number }[] = [];
    for (let row = 0; row < vectors.lengthAt(asOf); row++) {
      vectors.vectorOf(row, other);
      let score = 0;
      for (let i = 0; i < other.length; i++) score += vector[i]! * other[i]!;
      truth.push({ row, score });
    }
    truth.sort((a, b) => b.score - a.score || a.row - b.row);
    const best = new Set(truth.slice(0, 10).map(({ row }) => row));
    wanted += best.size;
    for (const { row } of vectors.search(vector, 10, { asOf })) if (best.has(row)) found++;
  }
  return found / wanted;
}
