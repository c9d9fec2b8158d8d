/** Lines over sessions: the common drawing of equity, drawdown, exposure and price, once as SVG and once for Plotly. */
import { dateOf } from '../../core/index.js';
import { shapes } from '../drawing.js';
import { type Format, plotlyText } from '../format.js';
import { DASHES, MUTED, PAPER } from '../palette.js';
import { dayScale, endLabels, HEIGHT, MARGIN, px, shorten, svgFrame, text, valueScale, WIDTH } from '../svg.js';
import { pixelIndices } from '../thin.js';
import type { PlotlyFigure } from './figure.js';

export interface TimeLine {
  readonly name: string;
  /** Epoch days, ascending. */
  readonly days: ArrayLike<number>;
  /** NaN = no value. */
  readonly values: ArrayLike<number>;
  readonly colour: string;
  /** Index into the dash patterns. */
  readonly dash?: number;
  readonly width?: number;
  /** Filled down to zero. */
  readonly filled?: boolean;
  /** A band down to these values instead of a line. Plotly stacks bands itself: there `values` less `base` is drawn. */
  readonly base?: ArrayLike<number>;
}

export interface TimeMarkers {
  readonly name: string;
  readonly days: readonly number[];
  readonly values: readonly number[];
  readonly labels: readonly string[];
  readonly colour: string;
  readonly up: boolean;
}

export interface TimeChart {
  readonly title: string;
  readonly description: string;
  /** With its unit: `Equity (million CNY)`. */
  readonly axis: string;
  readonly format: Format;
  readonly lines: readonly TimeLine[];
  readonly markers?: readonly TimeMarkers[];
  readonly log?: boolean;
  readonly includeZero?: boolean;
}

/** Short tick labels: whole percents unless the span is small, millions as `1.5M`. */
const tickLabel = (format: Format, span: number, top: number) => (value: number) => {
  const [unit, suffix] = format === 'percent' ? [0.01, '%'] : top >= 1e6 ? [1e6, 'M'] : [1, ''];
  // Ticks lie at 1, 2 or 5 times a power of ten, about six in the span.
  const decimals = Math.min(4, Math.max(0, -Math.floor(Math.log10(span / unit / 6) + 0.05)));
  const text = Math.abs(value / unit).toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return `${value < 0 ? '\u2212' : ''}${text}${suffix}`;
};

function extent(lines: readonly TimeLine[], log: boolean): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values } of lines) {
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      if (!Number.isFinite(v) || (log && v <= 0)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (low > high) return [0, 1];
  // A line that never moves gets room around it.
  const room = low === high ? Math.abs(low) * 0.1 || 0.5 : 0;
  return [low - room, high + room];
}

interface Place {
  readonly x: (day: number) => number;
  readonly y: (value: number) => number;
  readonly log: boolean;
}

function drawLine(l: TimeLine, { x, y, log }: Place): string {
  const keep = pixelIndices(l.days, l.values, (WIDTH - MARGIN.left - MARGIN.right) / (l.base ? 4 : 2));
  const ok = (i: number) => Number.isFinite(l.values[i]!) && !(log && l.values[i]! <= 0);
  const down = (to: (i: number) => number) =>
    shapes()
      .area<number>()
      .digits(1)
      .defined(ok)
      .x((i) => x(l.days[i]!))
      .y0(to)
      .y1((i) => y(l.values[i]!))(keep) ?? '';
  if (l.base) return `<path d="${down((i) => y(l.base![i]!))}" fill="${l.colour}" fill-opacity="0.7"/>`;
  const path =
    shapes()
      .line<number>()
      .digits(1)
      .defined(ok)
      .x((i) => x(l.days[i]!))
      .y((i) => y(l.values[i]!))(keep) ?? '';
  const dash = DASHES[(l.dash ?? 0) % DASHES.length]!.svg;
  const fill = l.filled ? `<path d="${down(() => y(0))}" fill="${l.colour}" fill-opacity="0.12"/>` : '';
  return `${fill}<path d="${path}" fill="none" stroke="${l.colour}" stroke-width="${l.width ?? 1.5}" stroke-linejoin="round"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
}

/** The chart as SVG text. Lines without a single value are left out. */
export function timeChartSvg(chart: TimeChart): string {
  const lines = chart.lines.filter((l) => Array.from(l.values).some((v) => Number.isFinite(v)));
  if (lines.length === 0) return svgFrame(chart.title, chart.description, text(WIDTH / 2, HEIGHT / 2, 'no data', { anchor: 'middle' }));
  const log = chart.log ?? false;
  let [low, high] = extent(lines, log);
  if (chart.includeZero) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
  const { x, axis: xAxis } = dayScale(Math.min(...lines.map((l) => l.days[0]!)), Math.max(...lines.map((l) => l.days[l.days.length - 1]!)));
  const { y, axis: yAxis } = valueScale(low, high, tickLabel(chart.format, high - low, high), log);
  const drawn = lines.map((l) => drawLine(l, { x, y, log }));
  const { symbol, symbolTriangle } = shapes();
  const triangle = symbol(symbolTriangle, 46).digits(1)() ?? '';
  const marks = (chart.markers ?? []).flatMap((m) =>
    m.days.map(
      (day, i) =>
        `<path d="${triangle}" transform="translate(${px(x(day))},${px(y(m.values[i]!))})${m.up ? '' : ' rotate(180)'}" fill="${m.colour}" stroke="${PAPER}" stroke-width="0.7"/>`,
    ),
  );
  const bands = lines.filter((l) => l.base);
  const labels = lines
    .filter((l) => !l.base)
    .map((l) => {
      let at = l.values.length - 1;
      while (at > 0 && !Number.isFinite(l.values[at]!)) at--;
      return { name: l.name, y: y(l.values[at]!), colour: l.colour };
    });
  const legend = [
    ...[...bands].reverse().map((l) => ({ name: `\u25a0 ${l.name}`, colour: l.colour })),
    ...(chart.markers ?? [])
      .filter((m) => m.days.length > 0)
      .map((m) => ({ name: `${m.up ? '\u25b2' : '\u25bc'} ${m.name}`, colour: m.colour })),
  ];
  const key = legend
    .map((m, i) => text(WIDTH - MARGIN.right + 8, MARGIN.top + 6 + i * 16, shorten(m.name, 18), { fill: m.colour, weight: 600 }))
    .join('');
  const axisName = text(2, 12, chart.axis, { fill: MUTED });
  return svgFrame(
    chart.title,
    chart.description,
    yAxis + xAxis + drawn.join('') + marks.join('') + (bands.length > 0 ? '' : endLabels(labels)) + key + axisName,
  );
}

const nullable = (values: ArrayLike<number>): (number | null)[] => Array.from(values, (v) => (Number.isFinite(v) ? v : null));

/** The chart for Plotly, as JSON. */
export function timeChartPlotly(chart: TimeChart): PlotlyFigure {
  const percent = chart.format === 'percent';
  const lines = chart.lines.map((l) => ({
    type: 'scatter',
    mode: 'lines',
    name: plotlyText(l.name),
    x: Array.from(l.days, dateOf),
    y: nullable(l.base ? Array.from(l.values, (v, i) => Math.round((v - l.base![i]!) * 1e6) / 1e6) : l.values),
    ...(l.base ? { stackgroup: 'bands', fillcolor: `${l.colour}b3` } : {}),
    line: { color: l.colour, width: l.base ? 0 : (l.width ?? 1.5) + 0.2, dash: DASHES[(l.dash ?? 0) % DASHES.length]!.plotly },
    ...(l.filled ? { fill: 'tozeroy', fillcolor: `${l.colour}1c` } : {}),
    hovertemplate: `%{y:${percent ? '.2%' : ',.2f'}}`,
  }));
  const markers = (chart.markers ?? []).map((m) => ({
    type: 'scatter',
    mode: 'markers',
    name: plotlyText(m.name),
    x: m.days.map(dateOf),
    y: m.values,
    text: m.labels.map(plotlyText),
    marker: { color: m.colour, size: 9, symbol: m.up ? 'triangle-up' : 'triangle-down', line: { color: PAPER, width: 1 } },
    hovertemplate: '%{text}',
  }));
  return {
    data: [...lines, ...markers],
    layout: {
      hovermode: 'x unified',
      xaxis: { type: 'date', hoverformat: '%Y-%m-%d' },
      yaxis: {
        title: { text: chart.axis },
        tickformat: percent ? '.0%' : '',
        type: chart.log ? 'log' : 'linear',
        rangemode: chart.includeZero ? 'tozero' : 'normal',
      },
    },
  };
}
