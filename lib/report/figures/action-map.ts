/** What a policy would do over two features, all others held: the most likely action of each cell, the stronger the likelier. */
import { formatValue, plotlyText } from '../format.js';
import { INDEX_GREY, INK, MUTED, SERIES } from '../palette.js';
import { HEIGHT, px, shorten, svgFrame, text, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';
import type { HeatAxis } from './heat-map.js';

export interface ActionMapFigureData {
  readonly id: string;
  readonly title: string;
  /** What is held for all other features, one sentence. */
  readonly others: string;
  readonly x: HeatAxis;
  readonly y: HeatAxis;
  /** Names in the order of the action table; the first does nothing. */
  readonly actions: readonly string[];
  /** By row of `y`, column of `x`: the most likely action by its place, and its probability. */
  readonly cells: readonly (readonly { readonly action: number; readonly probability: number }[])[];
}

const [LEFT, RIGHT, TOP, BOTTOM] = [66, 152, 30, 44];

const colourOf = (action: number): string => (action === 0 ? INDEX_GREY : SERIES[(action - 1) % SERIES.length]!);
/** A probability of a fifth (any of five actions) is faint, certainty full. */
const opacityOf = (probability: number): number => Math.round(100 * Math.min(0.9, Math.max(0.15, probability))) / 100;
const plain = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '\u2212');

export function actionMapFigure({ id, title, others, x, y, actions, cells }: ActionMapFigureData): Figure {
  const description = `The most likely action for each pair of values; the stronger the colour, the likelier it is. ${others}`;
  const width = (WIDTH - LEFT - RIGHT) / x.values.length;
  const height = (HEIGHT - TOP - BOTTOM) / y.values.length;
  const topOf = (row: number): number => TOP + (y.values.length - 1 - row) * height;
  // Neighbours share their rounded edges: no seam between them.
  const edge = (at: number): number => Math.round(10 * at) / 10;
  const drawn = cells.flatMap((row, r) =>
    row.map(
      ({ action, probability }, c) =>
        `<rect x="${px(LEFT + c * width)}" y="${px(topOf(r))}" width="${px(edge(LEFT + (c + 1) * width) - edge(LEFT + c * width))}" height="${px(edge(topOf(r) + height) - edge(topOf(r)))}" fill="${colourOf(action)}" fill-opacity="${opacityOf(probability)}"/>`,
    ),
  );
  const every = (count: number, most: number): number => Math.max(1, Math.ceil(count / most));
  const columns = every(x.values.length, 7);
  const rows = every(y.values.length, 7);
  const bottom = HEIGHT - BOTTOM;
  const names = x.values.map((value, c) =>
    c % columns === 0 ? text(LEFT + (c + 0.5) * width, bottom + 16, plain(value), { anchor: 'middle' }) : '',
  );
  const sides = y.values.map((value, r) =>
    r % rows === 0 ? text(LEFT - 8, topOf(r) + height / 2 + 4, plain(value), { anchor: 'end' }) : '',
  );
  const used = [...new Set(cells.flat().map(({ action }) => action))].sort((a, b) => a - b);
  const key = used.map(
    (action, i) =>
      `<rect x="${px(WIDTH - RIGHT + 14)}" y="${px(TOP + i * 20)}" width="14" height="14" fill="${colourOf(action)}" fill-opacity="0.8"/>` +
      text(WIDTH - RIGHT + 33, TOP + i * 20 + 11, shorten(actions[action]!, 16), { size: 11, fill: INK }),
  );
  const axes =
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, x.name, { anchor: 'middle', weight: 600 }) + text(2, TOP - 12, y.name, { weight: 600 });
  const flat = cells.flatMap((row, r) => row.map((cell, c) => ({ ...cell, r, c })));
  return {
    id,
    title,
    description,
    svg: svgFrame(
      title,
      description,
      `<g shape-rendering="crispEdges">${drawn.join('')}</g>` + names.join('') + sides.join('') + key.join('') + axes,
    ),
    table: {
      thinBy: 'head',
      columns: [
        { name: x.name, format: 'price', values: flat.map(({ c }) => x.values[c]!) },
        { name: y.name, format: 'price', values: flat.map(({ r }) => y.values[r]!) },
        { name: 'Action', format: 'text', values: flat.map(({ action }) => actions[action]!) },
        { name: 'Probability', format: 'percent', values: flat.map(({ probability }) => probability) },
      ],
    },
    plotly: {
      data: used.map((action) => {
        const own = flat.filter((cell) => cell.action === action);
        return {
          type: 'bar',
          name: plotlyText(actions[action]!),
          x: own.map(({ c }) => c),
          y: own.map(() => 1),
          base: own.map(({ r }) => r - 0.5),
          width: 1,
          text: own.map(
            ({ r, c, probability }) =>
              `${plotlyText(x.name)} ${plain(x.values[c]!)}, ${plotlyText(y.name)} ${plain(y.values[r]!)}: ${plotlyText(actions[action]!)} ${formatValue(probability, 'level')}`,
          ),
          textposition: 'none',
          hovertemplate: '%{text}<extra></extra>',
          marker: { color: colourOf(action), opacity: own.map(({ probability }) => opacityOf(probability)), line: { width: 0 } },
        };
      }),
      layout: {
        barmode: 'overlay',
        bargap: 0,
        hovermode: 'closest',
        xaxis: { title: { text: plotlyText(x.name) }, tickmode: 'array', ...axisTicks(x.values, columns) },
        yaxis: { title: { text: plotlyText(y.name) }, showgrid: false, tickmode: 'array', ...axisTicks(y.values, rows) },
        legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0, xanchor: 'left', font: { color: MUTED } },
      },
    },
  };
}

function axisTicks(values: readonly number[], every: number) {
  const at = values.map((_, i) => i).filter((i) => i % every === 0);
  return { tickvals: at, ticktext: at.map((i) => plain(values[i]!)) };
}
