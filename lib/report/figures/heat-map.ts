/** A figure over two parameters: one cell a pair of values, coloured by what came out. */
import { type Format, formatValue, plotlyText } from '../format.js';
import { BLUE, INK, MUTED, ORANGE } from '../palette.js';
import { px, shorten, svgFrame, text, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

export interface HeatAxis {
  readonly name: string;
  /** Ascending. */
  readonly values: readonly number[];
}

export interface HeatMapFigureData {
  readonly id: string;
  /** What is shown, such as `Sharpe ratio`. */
  readonly name: string;
  readonly format: Format;
  readonly x: HeatAxis;
  readonly y: HeatAxis;
  /** By row of `y`, then column of `x`; null where there is none. */
  readonly cells: readonly (readonly (number | null)[])[];
  /** What holds for all else, one sentence. */
  readonly others?: string;
  /** Positions of the cell that is marked. */
  readonly best?: { readonly x: number; readonly y: number };
}

/** A step of colour: values from `from` up to `to`. Strength is opacity, so that it reads on paper and on a dark screen. */
export interface Shade {
  readonly from: number;
  readonly to: number;
  readonly colour: string;
  readonly opacity: number;
}

const STEPS = 4;
/** Kept weak enough for a number to be read on top. */
const [WEAKEST, STRONGEST] = [0.1, 0.62];

const strength = (step: number): number => Math.round((WEAKEST + ((STRONGEST - WEAKEST) * step) / Math.max(1, STEPS - 1)) * 100) / 100;

/** Steps over the values: orange below zero and blue above where both occur; otherwise from the weakest value to the strongest. */
export function shadesOf(values: readonly number[]): Shade[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const ladder = (from: number, to: number, colour: string): Shade[] =>
    Array.from({ length: STEPS }, (_, i) => ({
      from: from + ((to - from) * i) / STEPS,
      to: from + ((to - from) * (i + 1)) / STEPS,
      colour,
      opacity: strength(i),
    }));
  if (low < 0 && high > 0) {
    const most = Math.max(-low, high);
    const below = ladder(0, most, ORANGE).map(({ from, to, ...shade }) => ({ ...shade, from: -to, to: -from }));
    return [...below.reverse(), ...ladder(0, most, BLUE)].filter(({ from, to }) => to > low && from < high);
  }
  if (low >= high) return [{ from: low, to: high, colour: high < 0 ? ORANGE : BLUE, opacity: strength(1) }];
  if (high > 0) return ladder(low, high, BLUE);
  const fall = ladder(-high, -low, ORANGE).map(({ from, to, ...shade }) => ({ ...shade, from: -to, to: -from }));
  return fall.reverse();
}

/** The step that a value lies in. */
export function shadeAt(shades: readonly Shade[], value: number): number {
  const at = shades.findIndex(({ to }) => value < to);
  return at < 0 ? shades.length - 1 : at;
}

const LEFT = 66;
const RIGHT = 138;
const TOP = 34;
const BOTTOM = 46;
/** Narrowest cell with a number in it, and narrowest distance of labels. */
const [NUMBER_WIDTH, LABEL_WIDTH] = [38, 34];

const plainNumber = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 6, useGrouping: false });

const rangeText = ({ from, to }: Shade, format: Format): string =>
  from === to ? formatValue(to, format) : `${formatValue(from, format)} to ${formatValue(to, format)}`;

function draw(data: HeatMapFigureData, title: string, description: string, shades: readonly Shade[]): string {
  const { x, y, cells, format, best } = data;
  const width = (WIDTH - LEFT - RIGHT) / x.values.length;
  const height = Math.max(10, Math.min(30, 330 / y.values.length));
  const bottom = TOP + height * y.values.length;
  // The smallest value of y at the bottom, as on any axis.
  const topOf = (row: number): number => bottom - (row + 1) * height;
  const drawn = cells.flatMap((row, r) =>
    row.map((value, c) => {
      if (value === null) return '';
      const { colour, opacity } = shades[shadeAt(shades, value)]!;
      const cell = `<rect x="${px(LEFT + c * width)}" y="${px(topOf(r))}" width="${px(width)}" height="${px(height)}" fill="${colour}" fill-opacity="${opacity}"/>`;
      const written = formatValue(value, format);
      const fits = width >= NUMBER_WIDTH && height >= 15 && written.length * 6.2 < width;
      return fits
        ? cell + text(LEFT + (c + 0.5) * width, topOf(r) + height / 2 + 4, written, { anchor: 'middle', fill: INK, size: 11 })
        : cell;
    }),
  );
  const mark = best
    ? `<rect x="${px(LEFT + best.x * width + 1)}" y="${px(topOf(best.y) + 1)}" width="${px(width - 2)}" height="${px(height - 2)}" fill="none" stroke="${INK}" stroke-width="2"/>`
    : '';
  const every = (size: number, least: number): number => Math.max(1, Math.ceil(least / size));
  const [columns, rows] = [every(width, LABEL_WIDTH), every(height, 14)];
  const names = x.values.map((value, c) =>
    c % columns === 0 ? text(LEFT + (c + 0.5) * width, bottom + 16, plainNumber(value), { anchor: 'middle' }) : '',
  );
  const sides = y.values.map((value, r) =>
    r % rows === 0 ? text(LEFT - 8, topOf(r) + height / 2 + 4, plainNumber(value), { anchor: 'end' }) : '',
  );
  const axes =
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, x.name, { anchor: 'middle', weight: 600 }) +
    text(LEFT - 8, TOP - 12, y.name, { anchor: 'end', weight: 600 });
  const key = [...shades].reverse().map((shade, i) => {
    const at = TOP + i * 20;
    return (
      `<rect x="${px(WIDTH - RIGHT + 14)}" y="${px(at)}" width="14" height="14" fill="${shade.colour}" fill-opacity="${shade.opacity}"/>` +
      text(WIDTH - RIGHT + 33, at + 11, rangeText(shade, format), { size: 11 })
    );
  });
  const keyName = text(WIDTH - RIGHT + 14, TOP - 12, shorten(data.name, 20), { weight: 600 });
  const marked = best
    ? `<rect x="${px(WIDTH - RIGHT + 15)}" y="${px(TOP + shades.length * 20 + 5)}" width="12" height="12" fill="none" stroke="${INK}" stroke-width="2"/>` +
      text(WIDTH - RIGHT + 33, TOP + shades.length * 20 + 15, 'best', { size: 11 })
    : '';
  const total = Math.max(bottom + BOTTOM, TOP + shades.length * 20 + 40);
  return svgFrame(
    title,
    description,
    drawn.join('') + mark + names.join('') + sides.join('') + axes + keyName + key.join('') + marked,
    total,
  );
}

/** `data.cells`: one row a value of y, one number a value of x. */
export function heatMapFigure(data: HeatMapFigureData): Figure {
  const { x, y, cells, format, best, others } = data;
  const title = `${data.name} by ${x.name} and ${y.name}`;
  const found = cells.flatMap((row) => row.flatMap((value) => (value === null || !Number.isFinite(value) ? [] : [value])));
  const shades = shadesOf(found.length === 0 ? [0] : found);
  const description = `${data.name} of each pair of values${others === undefined ? '' : `, ${others}`}. A broad region of one colour is worth more than a single dark cell; empty cells were not run.${best ? ' The frame marks the best.' : ''}`;
  const clean = cells.map((row) => row.map((value) => (value === null || !Number.isFinite(value) ? null : value)));
  const points = clean.flatMap((row, r) =>
    row.flatMap((value, c) => (value === null ? [] : [{ r, c, value, step: shadeAt(shades, value) }])),
  );
  const label = ({ r, c, value }: { r: number; c: number; value: number }): string =>
    `${plotlyText(x.name)} ${plainNumber(x.values[c]!)}, ${plotlyText(y.name)} ${plainNumber(y.values[r]!)}: ${formatValue(value, format)}`;
  // Cells are bars of height 1 on a numbered axis: the page's Plotly has no heat map, and one colour a trace follows the colour scheme.
  const traces = shades.map((shade, step) => {
    const own = points.filter((point) => point.step === step);
    return {
      type: 'bar',
      name: rangeText(shade, format),
      x: own.map(({ c }) => c),
      y: own.map(() => 1),
      base: own.map(({ r }) => r - 0.5),
      width: 1,
      text: own.map(label),
      textposition: 'none',
      hovertemplate: '%{text}<extra></extra>',
      marker: {
        color: `${shade.colour}${Math.round(shade.opacity * 255)
          .toString(16)
          .padStart(2, '0')}`,
        line: { width: 0 },
      },
    };
  });
  const ticks = (values: readonly number[], most: number) => {
    const every = Math.max(1, Math.ceil(values.length / most));
    const at = values.map((_, i) => i).filter((i) => i % every === 0);
    return { tickmode: 'array', tickvals: at, ticktext: at.map((i) => plainNumber(values[i]!)) };
  };
  return {
    id: data.id,
    title,
    description,
    svg: draw({ ...data, cells: clean }, title, description, shades),
    table: {
      thinBy: 'head',
      columns: [
        { name: x.name, format: 'text', values: points.map(({ c }) => x.values[c]!) },
        { name: y.name, format: 'text', values: points.map(({ r }) => y.values[r]!) },
        { name: data.name, format, values: points.map(({ value }) => value) },
      ],
    },
    plotly: {
      data: [...traces].reverse(),
      layout: {
        barmode: 'overlay',
        bargap: 0,
        hovermode: 'closest',
        height: Math.max(400, Math.min(640, 130 + 18 * y.values.length + 16 * shades.length)),
        xaxis: { title: { text: plotlyText(x.name) }, range: [-0.5, x.values.length - 0.5], ...ticks(x.values, 14) },
        yaxis: { title: { text: plotlyText(y.name) }, range: [-0.5, y.values.length - 0.5], showgrid: false, ...ticks(y.values, 16) },
        shapes: best
          ? [{ type: 'rect', x0: best.x - 0.48, x1: best.x + 0.48, y0: best.y - 0.48, y1: best.y + 0.48, line: { color: INK, width: 2 } }]
          : [],
        legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0, xanchor: 'left', font: { color: MUTED } },
      },
    },
  };
}
