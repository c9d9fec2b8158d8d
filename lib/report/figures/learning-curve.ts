/** What a learner earned while it learned: a thin line a seed, a thick one their mean, over environment steps. */
import { scales, shapes } from '../drawing.js';
import { type Format, formatValue, plotlyText } from '../format.js';
import { BLUE, MUTED, SKY } from '../palette.js';
import { endLabels, HEIGHT, MARGIN, px, rule, svgFrame, text, valueScale, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

export interface LearningCurveFigureData {
  readonly id: string;
  readonly title: string;
  /** What the vertical axis is, such as `Return on validation`. */
  readonly axis: string;
  readonly format: Format;
  readonly description: string;
  /** One a seed, each over its own steps (ascending); null or NaN where there is no value. */
  readonly seeds: readonly { readonly name: string; readonly steps: readonly number[]; readonly values: readonly (number | null)[] }[];
  /** Name of the horizontal axis. */
  readonly across?: string;
  /** Right end of the steps axis; the last step by default. */
  readonly totalSteps?: number;
}

interface Point {
  readonly step: number;
  readonly value: number;
}

const finite = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value);

/** Where at least two seeds have a value, their mean. */
function meanOf(seeds: LearningCurveFigureData['seeds']): Point[] {
  const at = new Map<number, number[]>();
  for (const { steps, values } of seeds) {
    steps.forEach((step, i) => {
      const value = values[i];
      if (finite(value)) at.set(step, [...(at.get(step) ?? []), value]);
    });
  }
  return [...at]
    .filter(([, values]) => values.length > 1)
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => ({ step, value: values.reduce((a, b) => a + b, 0) / values.length }));
}

/** Throws nothing: seeds without a value give an empty drawing. */
export function learningCurveFigure(data: LearningCurveFigureData): Figure {
  const { id, title, axis, format, description, seeds, across = 'steps' } = data;
  const lines = seeds.map(({ name, steps, values }) => ({
    name,
    points: steps.flatMap((step, i): Point[] => (finite(values[i]) ? [{ step, value: values[i] as number }] : [])),
  }));
  const mean = meanOf(seeds);
  const all = lines.flatMap(({ points }) => points);
  const found = all.map(({ value }) => value);
  const [low, high] = found.length === 0 ? [0, 1] : [Math.min(...found), Math.max(...found)];
  const room = high > low ? 0.04 * (high - low) : Math.max(1e-6, Math.abs(high) * 0.1);
  // A share has nothing below 0 or above 1 to show.
  const share = format === 'level' && low >= 0 && high <= 1;
  const [from, to] = share ? [Math.max(0, low - room), Math.min(1, high + room)] : [low - room, high + room];
  const { y, axis: yAxis } = valueScale(from, to, (value) => formatValue(value, format));
  const last = Math.max(data.totalSteps ?? 0, 1, ...all.map(({ step }) => step));
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const x = scales().scaleLinear([0, last], [MARGIN.left, right]);
  const ticks = x
    .ticks(6)
    .map((step) => rule(x(step), bottom, x(step), bottom + 4, MUTED) + text(x(step), bottom + 17, short(step), { anchor: 'middle' }));
  const path = (points: readonly Point[]): string =>
    shapes().line<Point>(
      ({ step }) => Math.round(10 * x(step)) / 10,
      ({ value }) => Math.round(10 * y(value)) / 10,
    )(points) ?? '';
  const drawn = lines.map(
    ({ points }) =>
      `<path d="${path(points)}" fill="none" stroke="${SKY}" stroke-width="${mean.length > 0 ? 1 : 2}" stroke-opacity="0.7"/>`,
  );
  const thick = mean.length === 0 ? '' : `<path d="${path(mean)}" fill="none" stroke="${BLUE}" stroke-width="2.4"/>`;
  const ends = mean[mean.length - 1] ?? lines[0]?.points[lines[0].points.length - 1];
  const labels =
    ends === undefined
      ? ''
      : endLabels([{ name: mean.length > 0 ? `mean of ${seeds.length}` : lines[0]!.name, y: y(ends.value), colour: BLUE }]);
  const key = mean.length === 0 ? '' : text(right + 8, MARGIN.top + 6, 'one seed', { fill: SKY, weight: 600 });
  const zero = low < 0 && high > 0 ? rule(MARGIN.left, y(0), right, y(0), MUTED) : '';
  const svg = svgFrame(
    title,
    description,
    yAxis +
      zero +
      rule(MARGIN.left, bottom, right, bottom, MUTED) +
      ticks.join('') +
      drawn.join('') +
      thick +
      labels +
      key +
      text(2, 12, axis, { fill: MUTED }) +
      text(right + 8, bottom + 17, across, { size: 11 }),
  );
  const trace = (name: string, points: readonly Point[], colour: string, width: number) => ({
    type: 'scatter',
    mode: 'lines',
    name: plotlyText(name),
    x: points.map(({ step }) => step),
    y: points.map(({ value }) => value),
    line: { color: colour, width },
    hovertemplate: format === 'percent' ? '%{y:.2%}' : '%{y:,.4f}',
  });
  const steps = [...new Set(all.map(({ step }) => step))].sort((a, b) => a - b);
  return {
    id,
    title,
    description,
    svg,
    table: {
      thinBy: 'head',
      columns: [
        { name: across, format: 'count', values: steps },
        ...lines.map(({ name, points }) => {
          const by = new Map(points.map(({ step, value }) => [step, value] as const));
          return { name, format, values: steps.map((step) => by.get(step) ?? null) };
        }),
      ],
    },
    plotly: {
      data: [...lines.map(({ name, points }) => trace(name, points, SKY, 1)), ...(mean.length > 0 ? [trace('mean', mean, BLUE, 2.6)] : [])],
      layout: {
        hovermode: 'x unified',
        xaxis: { title: { text: across }, range: [0, last] },
        yaxis: { title: { text: plotlyText(axis) }, tickformat: format === 'percent' ? '.0%' : '' },
      },
    },
  };
}

/** `50 k`, `1.5 M`. */
const short = (steps: number): string => (steps >= 1e6 ? `${px(steps / 1e6)} M` : steps >= 1000 ? `${px(steps / 1000)} k` : String(steps));
