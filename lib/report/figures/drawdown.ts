/** How far equity stands below its highest close so far. */
import { dateOf } from '../../core/index.js';
import { DASHES, SERIES } from '../palette.js';
import type { TableColumn } from '../table.js';
import type { Figure } from './figure.js';
import { type TimeChart, type TimeLine, timeChartPlotly, timeChartSvg } from './time-chart.js';

export interface DrawdownFigureData {
  /** The subject first. `values`: equity at each close, any unit; `start`: equity before the first session. */
  readonly runs: readonly {
    readonly name: string;
    readonly days: ArrayLike<number>;
    readonly values: ArrayLike<number>;
    readonly start: number;
  }[];
}

/** 0 at a new high, negative below it, as a fraction; to a hundredth of a percent, as it is shown. */
export function drawdownOf(values: ArrayLike<number>, start: number): number[] {
  let peak = start;
  return Array.from(values, (v) => {
    if (v > peak) peak = v;
    const fall = Math.round((v / peak - 1) * 1e4) / 1e4;
    return fall === 0 ? 0 : fall;
  });
}

export function drawdownFigure(data: DrawdownFigureData): Figure {
  const lines: TimeLine[] = data.runs.map((run, i) => ({
    name: run.name,
    days: run.days,
    values: drawdownOf(run.values, run.start),
    colour: SERIES[i % SERIES.length]!,
    dash: i % DASHES.length,
    width: i === 0 ? 1.8 : 1.2,
    filled: i === 0,
  }));
  const chart: TimeChart = {
    title: 'Drawdown',
    description: 'Fall of each account below its highest close so far. Zero is a new high.',
    axis: 'Below the highest close (%)',
    format: 'percent',
    lines: [...lines].reverse(),
    includeZero: true,
  };
  const subject = lines[0]!;
  const columns: TableColumn[] = [
    { name: 'Date', format: 'date', values: Array.from(subject.days, dateOf) },
    ...lines.map((l): TableColumn => {
      const byDay = new Map(Array.from(l.days, (d, i) => [d, l.values[i]!]));
      return { name: l.name, format: 'percent', values: Array.from(subject.days, (d) => byDay.get(d) ?? null) };
    }),
  ];
  return {
    id: 'drawdown',
    title: chart.title,
    description: chart.description,
    svg: timeChartSvg(chart),
    table: { columns, thinBy: 'month' },
    plotly: timeChartPlotly({ ...chart, lines }),
  };
}
