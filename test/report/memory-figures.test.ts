import { expect, test } from 'vitest';
import { decayFigure, type Figure, recallDatesFigure, upliftFigure } from '../../lib/report/index.js';
import { assertWellFormed } from './well-formed.js';

const HOSTILE = '</script><img src=x onerror=alert(1)> & "平安"';
const DAY = 86_400_000;
const item = (day: number, kind: string, text: string, score: number) => ({ kind, text, knownAt: day * DAY + DAY / 2, score });

const figures: Record<string, Figure> = {
  recall: recallDatesFigure({
    question: HOSTILE,
    asked: [
      { asOf: 17_000 * DAY, items: [] },
      { asOf: 17_100 * DAY, items: [item(17_050, 'lesson', 'it rose', 0.5)] },
      { asOf: 17_400 * DAY, items: [item(17_399, 'maxim', HOSTILE, 0.9), item(17_050, 'lesson', 'it rose', 0.4)] },
    ],
  }),
  nothing: recallDatesFigure({
    question: 'anything',
    asked: [
      { asOf: 17_000 * DAY, items: [] },
      { asOf: 17_001 * DAY, items: [item(17_000, 'lesson', 'x', 1)] },
    ],
  }),
  decay: decayFigure({
    ageDays: [0, 50, 100],
    layers: [
      { name: 'fast', halfLifeDays: 14, weights: [1, 0.084, 0.007] },
      { name: 'slow', halfLifeDays: 365, weights: [1, 0.909, 0.827] },
    ],
  }),
  uplift: upliftFigure({
    horizon: 5,
    uses: [
      { use: 'own', decisions: 100, mean: 0.003, low: 0.001, high: 0.005 },
      { use: 'off', decisions: 100, mean: 0, low: 0, high: 0 },
      { use: HOSTILE, decisions: 100, mean: -0.002, low: -0.004, high: -0.0001 },
    ],
  }),
};

test.each(Object.entries(figures))('%s: an SVG that stands alone, columns of one length, nothing of the outside in it', (_, figure) => {
  assertWellFormed(figure.svg);
  expect(figure.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 760 \d+" role="img"/);
  expect(figure.svg).toMatch(/<title>[^<]+<\/title><desc>[^<]+<\/desc>/);
  expect(figure.svg).not.toMatch(/NaN|undefined|Infinity|<img/);
  expect(JSON.parse(JSON.stringify(figure.plotly))).toEqual(figure.plotly);
  expect(JSON.stringify(figure.plotly)).not.toContain('<img');
  expect(new Set(figure.table.columns.map(({ values }) => values.length)).size).toBe(1);
});

test('points and bars stand where the numbers say', () => {
  const { recall, uplift, decay } = figures as Record<string, Figure>;
  // One point a recalled row, none above the line of its day: y grows downwards.
  const dots = [...recall!.svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const line = /<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"[^>]*dasharray/.exec(recall!.svg)!.slice(1).map(Number);
  const [x1, y1, x2, y2] = line as [number, number, number, number];
  expect(dots).toHaveLength(3);
  for (const [x, y] of dots) expect(y!).toBeGreaterThan(y1 + ((x! - x1) / (x2 - x1)) * (y2 - y1));
  expect(recall!.table.columns[0]!.values).toEqual([17_100 * DAY, 17_400 * DAY, 17_400 * DAY]);
  expect(recall!.table.columns[1]!.values).toEqual([1, 1, 2]);
  expect(uplift!.table.columns[2]!.values).toEqual([30, 0, -20]);
  // Above zero, spanning it, below it.
  expect([...uplift!.svg.matchAll(/<circle [^>]*fill="([^"]+)"/g)].map((match) => match[1])).toEqual(['#0072b2', '#7b8794', '#d55e00']);
  expect(decay!.plotly.data.map((trace) => trace['y'])).toEqual([
    [1, 0.084, 0.007],
    [1, 0.909, 0.827],
  ]);
});
