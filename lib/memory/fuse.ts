/** Reciprocal rank fusion (Cormack, Clarke & Buettcher 2009): several rankings as one, by rank and not by score. */

/** The paper's constant. */
const K = 60;

/** Fused relevance by row, 1 for a row that leads every ranking. `rankings`: rows, best first. */
export function fuseRanks(rankings: readonly (readonly number[])[]): Map<number, number> {
  const fused = new Map<number, number>();
  const most = rankings.length / (K + 1);
  for (const ranking of rankings) {
    for (const [i, row] of ranking.entries()) fused.set(row, (fused.get(row) ?? 0) + 1 / (K + i + 1) / most);
  }
  return fused;
}
