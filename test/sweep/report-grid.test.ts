/** A search over two of its parameters: what lies in a cell, at the best and by the median. */
import { expect, test } from 'vitest';
import { gridView, openSpace, SweepRows, variedAxes } from '../../lib/sweep/index.js';

/** Rows whose total return (column 1) is given, one a configuration. */
function rowsOf(size: number, totalReturn: (index: number) => number): SweepRows {
  const rows = new SweepRows(size, 0);
  for (let i = 0; i < size; i++) {
    const row = new Float64Array(rows.width).fill(Number.NaN);
    row[1] = totalReturn(i);
    rows.add(row, String(i));
  }
  return rows;
}

test('a cell holds its pair; the third parameter as in the best, or by its median; refused pairs stay empty', () => {
  const space = openSpace({ strategies: [{ strategy: 'sma-cross', parameters: { fast: [5, 10], slow: [8, 20], parts: [1, 2, 3] } }] });
  expect(space.size).toBe(9);
  const of = (i: number): number => {
    const { fast, slow, parts } = space.at(i).parameters as { fast: number; slow: number; parts: number };
    return fast * 100 + slow + (parts === 3 ? 50 : parts) / 100;
  };
  const rows = rowsOf(9, of);
  const best = 8;
  expect(space.at(best).parameters).toEqual({ fast: 10, slow: 20, parts: 3 });
  expect(variedAxes(space, best).map(({ name }) => name)).toEqual(['fast', 'slow', 'parts']);
  const held = gridView(space, rows, best, 'totalReturn', 'fast', 'slow', 'best');
  expect(held).toMatchObject({ best: { x: 1, y: 1 }, others: [['parts', 3]], merged: false });
  expect(held.cells).toEqual([
    [508.5, null],
    [520.5, 1020.5],
  ]);
  expect(gridView(space, rows, best, 'totalReturn', 'fast', 'slow', 'median').cells).toEqual([
    [508.02, null],
    [520.02, 1020.02],
  ]);
});

test('values beyond what a figure can show share cells', () => {
  const space = openSpace({ strategies: [{ strategy: 'sma-cross', parameters: { fast: '1:150', slow: [200, 300] } }] });
  const view = gridView(
    space,
    rowsOf(space.size, (i) => Math.floor(i / 2)),
    299,
    'totalReturn',
    'fast',
    'slow',
    'best',
  );
  expect(view).toMatchObject({ merged: true, best: { x: 49, y: 1 } });
  expect(view.x.values.slice(0, 3)).toEqual([1, 4, 7]);
  expect(view.cells[0]).toHaveLength(50);
  expect(view.cells[0]!.slice(0, 2)).toEqual([1, 4]);
});
