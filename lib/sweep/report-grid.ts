/** A search as a table over two parameters, what else was varied held at the best or summed up by its median. */
import { quantile } from '../stats/index.js';
import { FIGURES, type FigureName } from './results-columns.js';
import type { SweepRows } from './results-rows.js';
import type { Axis, Space } from './space.js';

export interface GridView {
  readonly strategy: string;
  readonly x: Axis;
  readonly y: Axis;
  /** By value of y, then of x; null where nothing was run. */
  readonly cells: readonly (readonly (number | null)[])[];
  readonly best: { readonly x: number; readonly y: number };
  /** Parameters varied besides x and y, with their value in the best. */
  readonly others: readonly (readonly [name: string, best: number])[];
}

/** Parameters with more than one value, of the strategy of a row. */
export const variedAxes = (space: Space, index: number): Axis[] =>
  space.coordinates(index).space.axes.filter(({ values }) => values.length > 1);

/**
 * Configurations of the strategy of row `best` by parameters `x` and `y`. `others`: `best` keeps those that share the rest of their
 * parameters with it; `median` takes the median over the rest.
 */
export function gridView(
  space: Space,
  rows: SweepRows,
  best: number,
  figure: FigureName,
  x: string,
  y: string,
  others: 'best' | 'median',
): GridView {
  const { space: own, at } = space.coordinates(best);
  const [ax, ay] = [own.axes.findIndex(({ name }) => name === x), own.axes.findIndex(({ name }) => name === y)];
  const [axisX, axisY] = [own.axes[ax]!, own.axes[ay]!];
  const found = axisY.values.map(() => axisX.values.map((): number[] => []));
  const column = FIGURES.indexOf(figure);
  for (let index = own.from; index < Math.min(rows.done, own.from + own.size); index++) {
    const here = space.coordinates(index).at;
    if (others === 'best' && here.some((value, a) => a !== ax && a !== ay && value !== at[a])) continue;
    const value = rows.row(index)[column]!;
    if (Number.isFinite(value)) found[here[ay]!]![here[ax]!]!.push(value);
  }
  return {
    strategy: own.strategy,
    x: axisX,
    y: axisY,
    cells: found.map((row) =>
      row.map((values) =>
        values.length === 0
          ? null
          : quantile(
              values.sort((a, b) => a - b),
              0.5,
            ),
      ),
    ),
    best: { x: at[ax]!, y: at[ay]! },
    others: own.axes.flatMap(({ name, values }, a) =>
      a === ax || a === ay || values.length < 2 ? [] : [[name, values[at[a]!]!] as const],
    ),
  };
}
