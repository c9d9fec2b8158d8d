/** Figures of trainings: what is drawn is what the table says, and nothing breaks them. */
import { expect, test } from 'vitest';
import { actionMapFigure, learningCurveFigure } from '../../lib/report/index.js';

const curve = (seeds: Parameters<typeof learningCurveFigure>[0]['seeds']) =>
  learningCurveFigure({ id: 'curve', title: 'Curve', axis: 'Return', format: 'percent', description: 'Each seed.', seeds });

test('a learning curve draws each seed, their mean where they share a step, and leaves gaps out', () => {
  const { svg, table, plotly } = curve([
    { name: 'seed 1', steps: [10, 20, 30], values: [0.1, null, 0.3] },
    { name: 'seed 2', steps: [10, 20], values: [0.3, Number.NaN] },
  ]);
  expect(svg.match(/<path /g)).toHaveLength(3);
  expect(svg).toContain('mean of 2');
  expect(svg).not.toMatch(/NaN|undefined/);
  expect(table.columns.map(({ name, values }) => [name, values])).toEqual([
    ['steps', [10, 30]],
    ['seed 1', [0.1, 0.3]],
    ['seed 2', [0.3, null]],
  ]);
  expect(plotly.data.map(({ name }) => name)).toEqual(['seed 1', 'seed 2', 'mean']);
  expect((plotly.data[2] as { y: number[] }).y).toEqual([0.2]);
});

test('a single seed has no mean; without values the drawing is empty', () => {
  expect(curve([{ name: 'seed 1', steps: [1, 2], values: [1, 1] }]).svg).not.toContain('mean of');
  expect(curve([]).svg).not.toMatch(/NaN|Infinity/);
});

test('an action map gives each action a colour and each cell its rectangle', () => {
  const cells = [
    [
      { action: 0, probability: 0.9 },
      { action: 2, probability: 0.4 },
    ],
    [
      { action: 2, probability: 0.6 },
      { action: 1, probability: 1 },
    ],
  ];
  const { svg, table, plotly } = actionMapFigure({
    id: 'map',
    title: 'Map',
    others: 'All else at its mean.',
    x: { name: 'a', values: [-1, 1] },
    y: { name: 'b', values: [0, 2] },
    actions: ['HOLD', 'BUY', 'SELL'],
    cells,
  });
  expect(svg.match(/<rect /g)).toHaveLength(4 + 3);
  for (const name of ['HOLD', 'BUY', 'SELL']) expect(svg).toContain(`>${name}<`);
  expect(table.columns[2]!.values).toEqual(['HOLD', 'SELL', 'SELL', 'BUY']);
  expect(plotly.data).toHaveLength(3);
});
