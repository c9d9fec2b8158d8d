/** Thinning of long series: for drawings by pixel column, for data by buckets, never changing what the eye sees at that width. */

/**
 * Indices to draw of a series over `columns` pixel columns: first, lowest, highest and last of each (M4: Jugel et al., VLDB 2014,
 * "M4: A Visualization-Oriented Time Series Data Aggregation"). `x`: ascending. NaN values end a piece and are kept once per column.
 */
export function pixelIndices(x: ArrayLike<number>, y: ArrayLike<number>, columns: number): number[] {
  const count = x.length;
  if (count <= columns * 2) return Array.from({ length: count }, (_, i) => i);
  const from = x[0]!;
  const span = x[count - 1]! - from || 1;
  const keep: number[] = [];
  let start = 0;
  while (start < count) {
    const column = Math.floor(((x[start]! - from) / span) * columns);
    let end = start;
    let low = start;
    let high = start;
    let gap = -1;
    while (end < count && Math.floor(((x[end]! - from) / span) * columns) === column) {
      if (Number.isNaN(y[end]!)) gap = end;
      else {
        if (Number.isNaN(y[low]!) || y[end]! < y[low]!) low = end;
        if (Number.isNaN(y[high]!) || y[end]! > y[high]!) high = end;
      }
      end++;
    }
    const chosen = new Set([start, low, high, end - 1]);
    if (gap >= 0) chosen.add(gap);
    keep.push(...[...chosen].sort((a, b) => a - b));
    start = end;
  }
  return keep;
}

/** At most `limit` indices of `count`, evenly spread, first and last included. All of them when `count <= limit`. */
export function evenIndices(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: limit }, (_, i) => Math.round((i * (count - 1)) / (limit - 1)));
}
