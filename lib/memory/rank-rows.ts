/** Which rows answer a query as of an instant, best first: ranks by vector and by words fused, weighed by age in their layer and by importance. */
import type { RecallQuery } from '../core/index.js';
import { decayWeight } from './decay.js';
import { fuseRanks } from './fuse.js';
import type { RowHead } from './row-head.js';
import type { RowIndex } from './row-index.js';

/** Candidates that each ranking brings before they are fused, at least. */
const POOL = 40;
/** Characters of a query that full-text search looks at: the head names the matter, the rest only costs time. */
const MATCH_CHARACTERS = 240;

/** Positions in the index with their scores, at most `limit`. `vector`: that of the query's text. */
export function rankRows(
  index: RowIndex,
  vector: Float32Array,
  query: RecallQuery,
  { asOf, limit }: { readonly asOf: number; readonly limit: number },
): { row: number; score: number }[] {
  const { rows } = index;
  const accept = (position: number) => accepts(index, rows[position]!, query, asOf);
  const pool = Math.max(POOL, limit * 2);
  const byVector = index.vectors.search(vector, pool, { asOf, accept }).map(({ row }) => row);
  const byWords = index.words.search(query.text.slice(0, MATCH_CHARACTERS), pool, index.vectors.lengthAt(asOf), accept);
  const weighed = [...fuseRanks([byVector, byWords])].map(([row, relevance]) => {
    const { layer, knownAt, importance } = rows[row]!;
    return { row, score: (relevance * (1 + decayWeight(layer, asOf - knownAt) + importance)) / 3 };
  });
  return weighed.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, limit);
}

/** Whether a row may answer a query at an instant: known by then, of this owner, kind and symbol, and not replaced by a row known by then. */
export function accepts(index: RowIndex, row: RowHead, query: RecallQuery, asOf: number): boolean {
  if (row.knownAt > asOf) return false;
  if (row.owner !== 'shared' && row.owner !== query.owner) return false;
  if (query.kinds !== undefined && !query.kinds.includes(row.kind)) return false;
  if (query.symbols !== undefined && row.symbols.length > 0 && !row.symbols.some((symbol) => query.symbols!.includes(symbol))) return false;
  if (index.supersededAt.size === 0) return true;
  const replaced = index.supersededAt.get(row.id);
  return replaced === undefined || replaced > asOf;
}
