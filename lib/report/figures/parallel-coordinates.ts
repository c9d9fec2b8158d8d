/** Many configurations at once: one vertical axis a parameter or figure, one line a configuration, coloured by how it did. */
import { type Format, formatValue, plotlyText } from '../format.js';
import { BLUE, GRID, INK, MUTED, ORANGE } from '../palette.js';
import { px, rule, shorten, svgFrame, text, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

export interface ParallelAxis {
  readonly name: string;
  readonly format: Format;
  /** One a configuration; null where it has none. */
  readonly values: readonly (number | null)[];
}

export interface ParallelCoordinatesFigureData {
  readonly id: string;
  /** Two at least; parameters first, what came out last. */
  readonly axes: readonly ParallelAxis[];
  /** Position of the axis that colours the lines. */
  readonly colourBy: number;
  /** Configurations that there are, where only some of them are given. */
  readonly of?: number;
  /** Names of the configurations. */
  readonly names: readonly string[];
  /** Position of the one that is drawn on top. */
  readonly best?: number;
}

/** Fifths of the configurations, worst first. */
const FIFTHS = [
  { name: 'lowest fifth', colour: ORANGE, opacity: 0.55 },
  { name: 'second', colour: ORANGE, opacity: 0.25 },
  { name: 'middle', colour: MUTED, opacity: 0.25 },
  { name: 'fourth', colour: BLUE, opacity: 0.3 },
  { name: 'highest fifth', colour: BLUE, opacity: 0.6 },
] as const;

/** More lines are a block of colour: those kept are even over the ranks. */
const MOST_LINES = 400;
const [LEFT, RIGHT, TOP, HEIGHT] = [54, 128, 46, 340];
const BOTTOM = HEIGHT - 30;

interface Line {
  readonly at: number;
  readonly fifth: number;
}

/** Configurations with a figure to be coloured by, in its order, thinned. */
function linesOf({ axes, colourBy, best }: ParallelCoordinatesFigureData): Line[] {
  const { values } = axes[colourBy]!;
  const ranked = values
    .flatMap((value, at) => (value === null || !Number.isFinite(value) ? [] : [at]))
    .sort((a, b) => values[a]! - values[b]! || a - b);
  const all = ranked.map((at, rank) => ({ at, fifth: Math.min(4, Math.floor((5 * rank) / ranked.length)) }));
  const step = Math.max(1, all.length / MOST_LINES);
  const kept = new Set(Array.from({ length: Math.min(all.length, MOST_LINES) }, (_, i) => Math.floor(i * step)));
  return all.filter(({ at }, i) => kept.has(i) || at === best);
}

/** From a value to 0..1 on its axis. */
function scaleOf({ values }: ParallelAxis): { low: number; high: number; share: (value: number) => number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 0];
  return { low, high, share: (value) => (high === low ? 0.5 : (value - low) / (high - low)) };
}

type Scales = readonly ReturnType<typeof scaleOf>[];

function draw(data: ParallelCoordinatesFigureData, lines: readonly Line[], scales: Scales, title: string, description: string): string {
  const { axes, best } = data;
  const x = (a: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * a) / (axes.length - 1);
  const path = ({ at }: Line): string => {
    let pen = 'M';
    return axes
      .map(({ values }, a) => {
        const value = values[at];
        if (value === null || value === undefined || !Number.isFinite(value)) {
          pen = 'M';
          return '';
        }
        const point = `${pen}${px(x(a))} ${px(BOTTOM - scales[a]!.share(value) * (BOTTOM - TOP))}`;
        pen = 'L';
        return point;
      })
      .join('');
  };
  const drawn = FIFTHS.map(({ colour, opacity }, f) => {
    const own = lines.filter(({ fifth }) => fifth === f).map(path);
    return own.length === 0
      ? ''
      : `<path d="${own.join('')}" fill="none" stroke="${colour}" stroke-opacity="${opacity}" stroke-linejoin="round"/>`;
  });
  const top = lines.find(({ at }) => at === best);
  const mark = top ? `<path d="${path(top)}" fill="none" stroke="${INK}" stroke-width="2.4" stroke-linejoin="round"/>` : '';
  const frame = axes.map((axis, a) => {
    const { low, high } = scales[a]!;
    const anchor = a === 0 ? 'start' : 'middle';
    const at = a === 0 ? x(a) - 20 : x(a);
    return (
      rule(x(a), TOP, x(a), BOTTOM, MUTED) +
      text(at, TOP - 26, shorten(axis.name, 18), { anchor, weight: 600 }) +
      text(at, TOP - 9, formatValue(high, axis.format), { anchor, size: 11 }) +
      text(at, BOTTOM + 16, formatValue(low, axis.format), { anchor, size: 11 })
    );
  });
  const key = [...FIFTHS].reverse().map(({ name, colour, opacity }, i) => {
    const y = TOP + 6 + i * 20;
    return `<line x1="${px(WIDTH - 104)}" x2="${px(WIDTH - 86)}" y1="${px(y)}" y2="${px(y)}" stroke="${colour}" stroke-opacity="${Math.min(1, opacity + 0.25)}" stroke-width="3"/>${text(WIDTH - 80, y + 4, name, { size: 11 })}`;
  });
  const bestKey = top
    ? `<line x1="${px(WIDTH - 104)}" x2="${px(WIDTH - 86)}" y1="${px(TOP + 106)}" y2="${px(TOP + 106)}" stroke="${INK}" stroke-width="3"/>${text(WIDTH - 80, TOP + 110, 'best', { size: 11 })}`
    : '';
  return svgFrame(title, description, drawn.join('') + frame.join('') + mark + key.join('') + bestKey, HEIGHT);
}

/** Every axis has as many values as there are names. */
export function parallelCoordinatesFigure(data: ParallelCoordinatesFigureData): Figure {
  const { axes, colourBy, names, best, of = names.length } = data;
  const by = axes[colourBy]!.name;
  const title = 'Configurations side by side';
  const lines = linesOf(data);
  const scales = axes.map(scaleOf);
  const shown =
    lines.length < of ? ` ${formatValue(lines.length, 'count')} of ${formatValue(of, 'count')} are drawn, even over the ranks.` : '';
  const description = `One line a configuration, from its parameters on the left to what came of it on the right, coloured by ${by}. Blue lines that leave an axis in one place mean that the parameter matters.${shown}`;
  const trace = (own: readonly Line[], name: string, line: Readonly<Record<string, unknown>>) => ({
    type: 'scatter',
    mode: 'lines',
    name,
    // A gap after each line keeps them apart in one trace.
    x: own.flatMap(() => [...axes.map((_, a) => a), null]),
    y: own.flatMap(({ at }) => [...axes.map(({ values }, a) => shareOf(scales[a]!.share, values[at] ?? null)), null]),
    text: own.flatMap(({ at }) => [
      ...axes.map((axis) => `${plotlyText(names[at]!)}: ${plotlyText(axis.name)} ${formatValue(axis.values[at], axis.format)}`),
      null,
    ]),
    line,
    hovertemplate: '%{text}<extra></extra>',
  });
  const top = lines.filter(({ at }) => at === best);
  const fifths = FIFTHS.map(({ name, colour, opacity }, f) =>
    trace(
      lines.filter(({ fifth }) => fifth === f),
      name,
      {
        color: `${colour}${Math.round(opacity * 255)
          .toString(16)
          .padStart(2, '0')}`,
        width: 1,
      },
    ),
  );
  const ends = axes.flatMap((axis, a) =>
    (['high', 'low'] as const).map((end) => ({
      x: a,
      y: end === 'high' ? 1 : 0,
      yshift: end === 'high' ? 12 : -12,
      text: formatValue(scales[a]![end], axis.format),
      showarrow: false,
      font: { size: 11 },
    })),
  );
  return {
    id: data.id,
    title,
    description,
    svg: draw(data, lines, scales, title, description),
    table: {
      thinBy: 'head',
      columns: [
        { name: 'Configuration', format: 'text', values: names },
        ...axes.map(({ name, format, values }) => ({ name, format, values })),
      ],
    },
    plotly: {
      data: [...fifths, ...(top.length > 0 ? [trace(top, 'best', { color: INK, width: 3 })] : [])],
      layout: {
        hovermode: 'closest',
        height: 460,
        xaxis: {
          range: [-0.3, axes.length - 0.7],
          tickmode: 'array',
          tickvals: axes.map((_, a) => a),
          ticktext: axes.map(({ name }) => plotlyText(name)),
          showgrid: true,
          gridcolor: GRID,
          fixedrange: true,
        },
        yaxis: { range: [-0.1, 1.1], visible: false, fixedrange: true },
        annotations: ends,
      },
    },
  };
}

const shareOf = (share: (value: number) => number, value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Math.round(share(value) * 1e4) / 1e4;
