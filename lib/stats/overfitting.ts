/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation: Bailey, Borwein, Lopez de Prado and Zhu, "The
 * Probability of Backtest Overfitting", J. of Computational Finance 20 (2017). How often the best configuration of one half of the
 * history is in the lower half of the ranks in the other.
 */
export interface Overfitting {
  /** 0..1; null with `reason` when it can't be told. */
  readonly pbo: number | null;
  readonly reason: string | null;
  readonly configurations: number;
  readonly slices: number;
  /** Ways to halve the slices that were tried: C(16, 8) = 12,870. */
  readonly combinations: number;
}

/** Fewest configurations whose ranks say anything. */
const CONFIGURATIONS_MINIMUM = 10;
/** Rows a slice: a Sharpe ratio of a half then rests on at least 8 x 2 returns. */
const ROWS_MINIMUM = 2;

/**
 * `columns`: one series of returns per configuration, aligned, of equal length. `slices`: even, S = 16 in the paper. The oldest rows
 * are left out where the length is no multiple. Score = Sharpe ratio; a configuration without variation in a half scores 0 (it earned
 * nothing there); the first of equal bests is chosen; equal ranks share their mean.
 */
export function probabilityOfOverfitting(columns: readonly ArrayLike<number>[], slices = 16): Overfitting {
  const n = columns.length;
  const rows = columns[0]?.length ?? 0;
  const none = (reason: string): Overfitting => ({ pbo: null, reason: `n/a: ${reason}`, configurations: n, slices, combinations: 0 });
  if (n < CONFIGURATIONS_MINIMUM) return none(`${n} aligned configurations, at least ${CONFIGURATIONS_MINIMUM} are needed`);
  if (columns.some((column) => column.length !== rows)) return none('configurations have returns of different lengths');
  if (slices % 2 !== 0 || slices < 2 || slices > 20) return none(`slices must be an even number up to 20, not ${slices}`);
  const height = Math.floor(rows / slices);
  if (height < ROWS_MINIMUM) return none(`${rows} returns, at least ${slices * ROWS_MINIMUM} are needed`);

  // Sums and squares per slice and configuration: a half is then a sum of slices.
  const sums = new Float64Array(slices * n);
  const squares = new Float64Array(slices * n);
  const skipped = rows - height * slices;
  for (let c = 0; c < n; c++) {
    for (let s = 0; s < slices; s++) {
      for (let i = skipped + s * height; i < skipped + (s + 1) * height; i++) {
        const r = columns[c]![i]!;
        sums[s * n + c]! += r;
        squares[s * n + c]! += r * r;
      }
    }
  }
  const count = (slices / 2) * height;
  const score = (sum: number, square: number): number => {
    const variance = (square - (sum * sum) / count) / (count - 1);
    return variance > 1e-14 * square ? sum / count / Math.sqrt(variance) : 0;
  };
  let [combinations, overfitted] = [0, 0];
  const [inside, outside] = [new Float64Array(2 * n), new Float64Array(2 * n)];
  for (const half of halves(slices)) {
    inside.fill(0);
    outside.fill(0);
    for (let s = 0; s < slices; s++) {
      const into = (half >>> s) & 1 ? inside : outside;
      for (let c = 0; c < n; c++) {
        into[c]! += sums[s * n + c]!;
        into[n + c]! += squares[s * n + c]!;
      }
    }
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < n; c++) {
      const here = score(inside[c]!, inside[n + c]!);
      if (here > bestScore) [best, bestScore] = [c, here];
    }
    const chosen = score(outside[best]!, outside[n + best]!);
    let [below, equal] = [0, 0];
    for (let c = 0; c < n; c++) {
      const here = score(outside[c]!, outside[n + c]!);
      if (here < chosen) below++;
      else if (here === chosen) equal++;
    }
    // Relative rank = rank / (N + 1), rank = below + (equal + 1) / 2; its logit is not above 0 up to one half.
    combinations++;
    if (2 * below + equal + 1 <= n + 1) overfitted++;
  }
  return { pbo: overfitted / combinations, reason: null, configurations: n, slices, combinations };
}

/** All bit patterns of `slices` bits with half of them set, ascending (Gosper's hack). */
function* halves(slices: number): Generator<number> {
  let pattern = 2 ** (slices / 2) - 1;
  while (pattern < 2 ** slices) {
    yield pattern;
    const lowest = pattern & -pattern;
    const carried = pattern + lowest;
    pattern = carried | (((pattern ^ carried) >>> 2) / lowest);
  }
}
