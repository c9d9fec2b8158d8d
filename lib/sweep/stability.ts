/** How those next to the best do: a peak among poor neighbours is luck more often than a plateau is. */
import { quantile } from '../stats/index.js';
import type { SweepRows } from './results-rows.js';
import type { Stability } from './results-schema.js';
import type { Space } from './space.js';
import type { Objective } from './walk-score.js';

/** Of a random draw, where few points lie one step apart. */
const NEAREST = 10;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Neighbours of the row `best` among those that are there. Null when it has none: nothing was varied around it. */
export function stabilityOf(space: Space, rows: SweepRows, best: number, by: Objective, random: boolean): Stability | null {
  const { space: own, at } = space.coordinates(best);
  const near: { index: number; steps: number; distance: number }[] = [];
  for (let index = own.from; index < Math.min(own.from + own.size, rows.done); index++) {
    if (index === best) continue;
    const other = space.coordinates(index).at;
    let [steps, square] = [0, 0];
    other.forEach((value, a) => {
      const span = own.axes[a]!.values.length - 1;
      steps = Math.max(steps, Math.abs(value - at[a]!));
      if (span > 0) square += ((value - at[a]!) / span) ** 2;
    });
    if (random || steps === 1) near.push({ index, steps, distance: square });
  }
  const chosen = random ? near.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, NEAREST) : near;
  if (chosen.length === 0) return null;
  const summary = (valueOf: (index: number) => number) => {
    const values = chosen.map(({ index }) => valueOf(index)).sort((a, b) => a - b);
    return { best: finite(valueOf(best)), median: finite(quantile(values, 0.5)), worst: finite(values[0]!) };
  };
  const totalReturn = (index: number): number => rows.figures(index).totalReturn ?? Number.NEGATIVE_INFINITY;
  return {
    kind: random ? 'nearest' : 'grid',
    neighbours: chosen.length,
    objective: summary((index) => rows.ranked(index, by)),
    totalReturn: summary(totalReturn),
    sharePositive: chosen.filter(({ index }) => totalReturn(index) > 0).length / chosen.length,
    edges: own.axes.filter(({ values }, a) => values.length > 1 && (at[a] === 0 || at[a] === values.length - 1)).map(({ name }) => name),
  };
}
