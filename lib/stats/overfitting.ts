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
export function probabilityOfOverfitting(columns: Iterable<ArrayLike<number>>, slices = 16): Overfitting {
  const tally = overfittingTally(slices);
  for (const column of columns) tally.add(column);
  return tally.value();
}

/** {@link probabilityOfOverfitting} with one column at a time: of each, two sums a slice are kept. */
export function overfittingTally(slices = 16): { add(column: ArrayLike<number>): void; value(): Overfitting } {
  const sound = slices % 2 === 0 && slices >= 2 && slices <= 20;
  let rows = -1;
  let uneven = false;
  /** Per configuration: the sums of all slices, then their sums of squares. */
  const kept: Float64Array[] = [];
  return {
    add(column) {
      if (rows < 0) rows = column.length;
      if (column.length !== rows) uneven = true;
      const sums = new Float64Array(sound ? 2 * slices : 0);
      kept.push(sums);
      if (!sound || uneven) return;
      const height = Math.floor(rows / slices);
      const skipped = rows - height * slices;
      for (let s = 0; s < slices; s++) {
        for (let i = skipped + s * height; i < skipped + (s + 1) * height; i++) {
          const r = column[i]!;
          sums[s]! += r;
          sums[slices + s]! += r * r;
        }
      }
    },
    value() {
      const none = (reason: string): Overfitting => ({
        pbo: null,
        reason: `n/a: ${reason}`,
        configurations: kept.length,
        slices,
        combinations: 0,
      });
      const height = Math.floor(Math.max(0, rows) / slices);
      if (kept.length < CONFIGURATIONS_MINIMUM) {
        return none(`${kept.length} aligned configurations, at least ${CONFIGURATIONS_MINIMUM} are needed`);
      }
      if (uneven) return none('configurations have returns of different lengths');
      if (!sound) return none(`slices must be an even number up to 20, not ${slices}`);
      if (height < ROWS_MINIMUM) return none(`${rows} returns, at least ${slices * ROWS_MINIMUM} are needed`);
      const { combinations, overfitted } = countOverfitted(kept, slices, (slices / 2) * height);
      return { pbo: overfitted / combinations, reason: null, configurations: kept.length, slices, combinations };
    },
  };
}

/** Halves the slices in every way; `count` returns lie in a half. */
function countOverfitted(kept: readonly Float64Array[], slices: number, count: number): { combinations: number; overfitted: number } {
  const n = kept.length;
  const half = slices / 2;
  // By slice: what each configuration adds to a half, sums then squares; and the same over all slices.
  const parts = Array.from({ length: slices }, (_, s) => {
    const part = new Float64Array(2 * n);
    for (let c = 0; c < n; c++) {
      part[c] = kept[c]![s]!;
      part[n + c] = kept[c]![slices + s]!;
    }
    return part;
  });
  const whole = new Float64Array(2 * n);
  for (const part of parts) for (let i = 0; i < whole.length; i++) whole[i]! += part[i]!;
  // By number of slices chosen: halves that begin alike share their sums.
  const chosenSums = Array.from({ length: half + 1 }, () => new Float64Array(2 * n));
  const outside = new Float64Array(n);
  // Ranks only: the square of the Sharpe ratio with its sign, up to a constant, spares a root.
  const score = (sum: number, square: number): number => {
    const variance = square - (sum * sum) / count;
    return variance > 1e-14 * (count - 1) * square ? (sum * Math.abs(sum)) / variance : 0;
  };
  let [combinations, overfitted] = [0, 0];
  const judge = (inside: Float64Array): void => {
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < n; c++) {
      const here = score(inside[c]!, inside[n + c]!);
      if (here > bestScore) {
        best = c;
        bestScore = here;
      }
      outside[c] = score(whole[c]! - inside[c]!, whole[n + c]! - inside[n + c]!);
    }
    const chosen = outside[best]!;
    let [below, equal] = [0, 0];
    for (let c = 0; c < n; c++) {
      if (outside[c]! < chosen) below++;
      else if (outside[c]! === chosen) equal++;
    }
    // Relative rank = rank / (N + 1), rank = below + (equal + 1) / 2; its logit is not above 0 up to one half.
    combinations++;
    if (2 * below + equal + 1 <= n + 1) overfitted++;
  };
  const choose = (from: number, chosen: number): void => {
    if (chosen === half) {
      judge(chosenSums[half]!);
      return;
    }
    const [sums, next] = [chosenSums[chosen]!, chosenSums[chosen + 1]!];
    for (let s = from; slices - s >= half - chosen; s++) {
      const part = parts[s]!;
      for (let i = 0; i < next.length; i++) next[i] = sums[i]! + part[i]!;
      choose(s + 1, chosen + 1);
    }
  };
  choose(0, 0);
  return { combinations, overfitted };
}
