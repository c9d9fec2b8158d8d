/** Figures of a search: heat map and parallel coordinates, drawn and for Plotly, with the data that was given. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shadeAt, shadesOf } from '../../lib/report/figures/heat-map.js';
import { type Figure, heatMapFigure, parallelCoordinatesFigure } from '../../lib/report/index.js';
import { assertWellFormed } from './well-formed.js';

const HOSTILE = '</title><img src=x onerror=alert(1)> & "平安"';

const cells = [
  [1.25, null, -0.5],
  [0.5, 0.75, Number.NaN],
];
const heat = heatMapFigure({
  id: 'heat',
  name: 'Sharpe',
  format: 'ratio',
  x: { name: HOSTILE, values: [5, 10, 20] },
  y: { name: 'slow', values: [50, 100] },
  cells,
  others: 'with exit 3 as in the best',
  best: { x: 0, y: 0 },
});
const wide = heatMapFigure({
  id: 'wide',
  name: 'Return',
  format: 'percent',
  x: { name: 'fast', values: Array.from({ length: 60 }, (_, i) => i + 1) },
  y: { name: 'slow', values: Array.from({ length: 40 }, (_, i) => 10 * i) },
  cells: Array.from({ length: 40 }, (_, r) => Array.from({ length: 60 }, (_, c) => (r * c) / 1000 - 1)),
});
const names = Array.from({ length: 7 }, (_, i) => `sma-cross fast ${i} ${HOSTILE}`);
const parallel = parallelCoordinatesFigure({
  id: 'parallel',
  axes: [
    { name: HOSTILE, format: 'count', values: [1, 2, 3, 4, 5, 6, 7] },
    { name: 'Sharpe', format: 'ratio', values: [0.1, 0.2, null, 0.4, 0.5, 0.6, 0.7] },
    { name: 'Drawdown', format: 'percent', values: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1] },
  ],
  colourBy: 1,
  names,
  best: 6,
});
const figures: Record<string, Figure> = { heat, wide, parallel };

test.each(Object.entries(figures))('%s: an SVG that stands alone, a Plotly figure that is JSON, columns of one length', (_, figure) => {
  assertWellFormed(figure.svg);
  expect(figure.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 760 \d+" role="img"/);
  expect(figure.svg).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
  expect(figure.svg).not.toMatch(/NaN|undefined|Infinity|<img/);
  expect(JSON.parse(JSON.stringify(figure.plotly))).toEqual(figure.plotly);
  expect(JSON.stringify(figure.plotly)).not.toMatch(/<img|NaN|undefined/);
  expect(new Set(figure.table.columns.map(({ values }) => values.length)).size).toBe(1);
});

test('a heat map holds each cell once, with its value, and leaves out what was not run', () => {
  expect(heat.table.columns.map(({ values }) => values)).toEqual([
    [5, 20, 5, 10],
    [50, 50, 100, 100],
    [1.25, -0.5, 0.5, 0.75],
  ]);
  const bars = heat.plotly.data.flatMap((trace) => (trace['x'] as number[]).map((x, i) => [x, (trace['base'] as number[])[i]! + 0.5]));
  expect(bars.sort()).toEqual([
    [0, 0],
    [0, 1],
    [1, 1],
    [2, 0],
  ]);
  expect(heat.description).toContain('with exit 3 as in the best');
  // Numbers are written where cells are wide enough, and only there.
  expect(heat.svg).toContain('>1.25<');
  expect(wide.svg).not.toContain('>−100.00%<');
  // Orange below zero, blue above.
  const colours = heat.plotly.data
    .filter((trace) => (trace['x'] as number[]).length > 0)
    .map((trace) => [trace['name'], (trace['marker'] as { color: string }).color.slice(0, 7)]);
  expect(colours.find(([name]) => String(name).startsWith('\u2212'))![1]).toBe('#d55e00');
  expect(colours.at(0)![1]).toBe('#0072b2');
});

test('shades cover every value once, in order, zero between the two colours', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
      const shades = shadesOf(values);
      shades.forEach((shade, i) => {
        if (i > 0) expect(shade.from).toBeCloseTo(shades[i - 1]!.to, 9);
        if (shade.from < -1e-9) expect(shade.to).toBeLessThanOrEqual(1e-9);
      });
      for (const value of values) {
        const { from, to, colour } = shades[shadeAt(shades, value)]!;
        expect(value).toBeGreaterThanOrEqual(from - 1e-9);
        expect(value).toBeLessThanOrEqual(to + 1e-9);
        if (value < -1e-9) expect(colour).toBe('#d55e00');
        if (value > 1e-9) expect(colour).toBe('#0072b2');
      }
    }),
  );
});

test('parallel coordinates: every configuration with a figure has one line in its fifth, the best on top', () => {
  const lines = parallel.plotly.data.map((trace) => [trace['name'], (trace['x'] as (number | null)[]).filter((x) => x === null).length]);
  expect(lines).toEqual([
    ['lowest fifth', 2],
    ['second', 1],
    ['middle', 1],
    ['fourth', 1],
    ['highest fifth', 1],
    ['best', 1],
  ]);
  const best = parallel.plotly.data.at(-1)!;
  // An axis without a spread is crossed in its middle.
  expect(best['y']).toEqual([1, 1, 0.5, null]);
  expect(parallel.table.columns[0]!.values).toEqual(names);
});

test('thousands of configurations are thinned evenly, never without the best', () => {
  const values = Array.from({ length: 5000 }, (_, i) => i);
  const many = parallelCoordinatesFigure({
    id: 'many',
    axes: [
      { name: 'a', format: 'count', values },
      { name: 'b', format: 'ratio', values },
    ],
    colourBy: 1,
    names: values.map(String),
    best: 4999,
  });
  expect(many.svg.length).toBeLessThan(60_000);
  expect(many.description).toContain('401 of 5,000 are drawn');
  expect((many.plotly.data.at(-1)!['x'] as unknown[]).length).toBe(3);
});
