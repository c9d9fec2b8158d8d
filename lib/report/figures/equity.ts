/** Equity of a run beside its comparisons and its index, all scaled to the same start. */
import { dateOf } from '../../core/index.js';
import { DASHES, INDEX_GREY, SERIES } from '../palette.js';
import type { TableColumn } from '../table.js';
import type { Figure } from './figure.js';
import { type TimeChart, type TimeLine, timeChartPlotly, timeChartSvg } from './time-chart.js';

export interface EquityFigureData {
  readonly currency: string;
  /** The subject first. `values`: equity in major units at each session's close. */
  readonly runs: readonly {
    readonly name: string;
    readonly days: ArrayLike<number>;
    readonly values: ArrayLike<number>;
    readonly start: number;
  }[];
  /** `values`: closes of the index, NaN where unknown. */
  readonly index?: { readonly name: string; readonly days: ArrayLike<number>; readonly values: ArrayLike<number> };
  readonly log?: boolean;
}

const scaled = (values: ArrayLike<number>, factor: number): number[] => Array.from(values, (v) => Math.round(v * factor * 100) / 100);

/** Values of `line` on the days of the first line; null where it has none. */
function onDays(days: ArrayLike<number>, line: TimeLine): (number | null)[] {
  const byDay = new Map(Array.from(line.days, (d, i) => [d, line.values[i]!]));
  return Array.from(days, (d) => {
    const value = byDay.get(d);
    return value === undefined || Number.isNaN(value) ? null : value;
  });
}

/** Throws nothing; an empty run gives an empty drawing. */
export function equityFigure(data: EquityFigureData): Figure {
  const subject = data.runs[0]!;
  const lines: TimeLine[] = data.runs.map((run, i) => ({
    name: run.name,
    days: run.days,
    values: scaled(run.values, subject.start / run.start),
    colour: SERIES[i % SERIES.length]!,
    dash: i % DASHES.length,
    width: i === 0 ? 2.2 : 1.4,
  }));
  if (data.index) {
    const first = Array.from(data.index.values).find((v) => Number.isFinite(v) && v > 0);
    if (first) {
      const values = scaled(data.index.values, subject.start / first);
      lines.push({ name: data.index.name, days: data.index.days, values, colour: INDEX_GREY, dash: 4, width: 1.4 });
    }
  }
  const chart: TimeChart = {
    title: 'Equity',
    description: `Value of the account at each close${lines.length > 1 ? ', beside the comparisons; every line starts at the same value' : ''}. All costs are taken off.`,
    axis: `Equity (${data.currency})`,
    format: 'money',
    lines: [...lines].reverse(),
    ...(data.log === undefined ? {} : { log: data.log }),
  };
  const columns: TableColumn[] = [
    { name: 'Date', format: 'date', values: Array.from(subject.days, dateOf) },
    ...lines.map((l): TableColumn => ({ name: l.name, unit: data.currency, format: 'money', values: onDays(subject.days, l) })),
  ];
  return {
    id: 'equity',
    title: chart.title,
    description: chart.description,
    svg: timeChartSvg(chart),
    table: { columns, thinBy: 'month' },
    plotly: timeChartPlotly({ ...chart, lines }),
  };
}
