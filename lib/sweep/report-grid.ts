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
  /** True when neighbouring values share a cell, which then has their median. */
  readonly merged: boolean;
  /** Parameters varied besides x and y, with their value in the best. */
  readonly others: readonly (readonly [name: string, best: number])[];
}

/** More cells a side can't be told apart in a figure. */
const MOST_CELLS = 60;

/** Neighbouring values together where there are too many; a bin is named by its lowest value. */
function binsOf({ name, values }: Axis): { axis: Axis; of: (value: number) => number; merged: boolean } {
  const size = Math.ceil(values.length / MOST_CELLS);
  return {
    axis: { name, values: values.filter((_, i) => i % size === 0) },
    of: (value) => Math.floor(value / size),
    merged: size > 1,
  };
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
  const [binX, binY] = [binsOf(own.axes[ax]!), binsOf(own.axes[ay]!)];
  const [axisX, axisY] = [binX.axis, binY.axis];
  const found = axisY.values.map(() => axisX.values.map((): number[] => []));
  const column = FIGURES.indexOf(figure);
  for (let index = own.from; index < Math.min(rows.done, own.from + own.size); index++) {
    const here = space.coordinates(index).at;
    if (others === 'best' && here.some((value, a) => a !== ax && a !== ay && value !== at[a])) continue;
    const value = rows.row(index)[column]!;
    if (Number.isFinite(value)) found[binY.of(here[ay]!)]![binX.of(here[ax]!)]!.push(value);
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
    best: { x: binX.of(at[ax]!), y: binY.of(at[ay]!) },
    merged: binX.merged || binY.merged,
    others: own.axes.flatMap(({ name, values }, a) =>
      a === ax || a === ay || values.length < 2 ? [] : [[name, values[at[a]!]!] as const],
    ),
  };
}
