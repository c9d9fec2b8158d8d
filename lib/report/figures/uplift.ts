/** What a memory is worth: uplift a decision by what was done to the memory, with 95 % intervals. */
import { scales } from '../drawing.js';
import { formatValue, plotlyText } from '../format.js';
import { BLUE, INDEX_GREY, INK, MUTED, ORANGE } from '../palette.js';
import { px, rule, shorten, svgFrame, text, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

export interface UpliftFigureData {
  /** Sessions over which what followed is counted. */
  readonly horizon: number;
  /** Fractions of the price a decision; `low` and `high` bound the 95 % interval. */
  readonly uses: readonly {
    readonly use: string;
    readonly decisions: number;
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }[];
}

const TITLE = 'What the memory is worth';
const LEFT = 110;
const RIGHT = WIDTH - 220;
const ROW = 34;
const TOP = 16;

export function upliftFigure({ horizon, uses }: UpliftFigureData): Figure {
  const description = `Memory uplift: what a decision made over the market in ${horizon} sessions, less the same decision without memory, in basis points; mean over sessions, bars are 95% intervals. Blue lies above zero, orange below, grey spans it.`;
  const height = TOP + uses.length * ROW + 40;
  const bottom = TOP + uses.length * ROW;
  const bp = (value: number): number => 10_000 * value;
  const bounds = uses.flatMap(({ low, high }) => [bp(low), bp(high)]);
  const x = scales()
    .scaleLinear([Math.min(-1, ...bounds), Math.max(1, ...bounds)], [LEFT, RIGHT])
    .nice(6);
  const grid = x
    .ticks(6)
    .map((tick) => rule(x(tick), TOP, x(tick), bottom) + text(x(tick), bottom + 16, formatValue(tick, 'count'), { anchor: 'middle' }));
  const zero = rule(x(0), TOP, x(0), bottom, MUTED);
  const rows = uses.map(({ use, mean, low, high }, i) => {
    const middle = TOP + i * ROW + ROW / 2;
    const colour = colourOf(low, high);
    const words = `${numberOf(bp(mean))} (${numberOf(bp(low))} to ${numberOf(bp(high))})`;
    return (
      text(LEFT - 10, middle + 4, shorten(use, 14), { anchor: 'end', fill: INK, weight: 600 }) +
      `<line x1="${px(x(bp(low)))}" x2="${px(x(bp(high)))}" y1="${px(middle)}" y2="${px(middle)}" stroke="${colour}" stroke-width="4" stroke-opacity="0.6"/>` +
      `<circle cx="${px(x(bp(mean)))}" cy="${px(middle)}" r="5.5" fill="${colour}"/>` +
      text(RIGHT + 14, middle + 4, words)
    );
  });
  const caption = text((LEFT + RIGHT) / 2, height - 6, 'Uplift a decision (basis points)', { anchor: 'middle' });
  return {
    id: 'uplift',
    title: TITLE,
    description,
    svg: svgFrame(TITLE, description, grid.join('') + zero + rows.join('') + caption, height),
    table: {
      thinBy: 'head',
      columns: [
        { name: 'Memory', format: 'text', values: uses.map(({ use }) => use) },
        { name: 'Decisions', unit: 'count', format: 'count', values: uses.map(({ decisions }) => decisions) },
        { name: 'Uplift', unit: 'basis points', format: 'ratio', values: uses.map(({ mean }) => bp(mean)) },
        { name: 'Interval from', unit: 'basis points', format: 'ratio', values: uses.map(({ low }) => bp(low)) },
        { name: 'Interval to', unit: 'basis points', format: 'ratio', values: uses.map(({ high }) => bp(high)) },
      ],
    },
    plotly: {
      data: [
        {
          type: 'scatter',
          mode: 'markers',
          x: uses.map(({ mean }) => bp(mean)),
          y: uses.map(({ use }) => plotlyText(use)),
          marker: { color: uses.map(({ low, high }) => colourOf(low, high)), size: 11 },
          error_x: {
            type: 'data',
            symmetric: false,
            array: uses.map(({ mean, high }) => bp(high - mean)),
            arrayminus: uses.map(({ mean, low }) => bp(mean - low)),
            color: MUTED,
          },
          hovertemplate: '%{y}: %{x:.1f} bp<extra></extra>',
        },
      ],
      layout: {
        hovermode: 'closest',
        showlegend: false,
        xaxis: { title: { text: 'Uplift a decision (basis points)' }, zeroline: true },
        yaxis: { autorange: 'reversed', type: 'category', automargin: true },
      },
    },
  };
}

const numberOf = (value: number): string => `${value < 0 ? '\u2212' : ''}${Math.abs(value).toFixed(1)}`;

const colourOf = (low: number, high: number): string => (low > 0 ? BLUE : high < 0 ? ORANGE : INDEX_GREY);
