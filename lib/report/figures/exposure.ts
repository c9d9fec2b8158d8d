/** How much of the account was in the market, in all and per position. */
import { dateOf } from '../../core/index.js';
import { DASHES, INK, SERIES } from '../palette.js';
import type { TableColumn } from '../table.js';
import type { Figure } from './figure.js';
import { type TimeChart, type TimeLine, timeChartPlotly, timeChartSvg } from './time-chart.js';

export interface ExposureFigureData {
  readonly days: ArrayLike<number>;
  /** Market value over equity at each close. */
  readonly exposure: ArrayLike<number>;
  /** Weights of the largest positions on the same days; empty for a single instrument. */
  readonly positions: readonly { readonly symbol: string; readonly weight: ArrayLike<number> }[];
}

const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (v) => Math.round(v * 1e4) / 1e4);

export function exposureFigure(data: ExposureFigureData): Figure {
  const total: TimeLine = { name: 'All positions', days: data.days, values: rounded(data.exposure), colour: data.positions.length > 0 ? INK : SERIES[0]!, width: 1.6, filled: true };
  const lines: TimeLine[] = [
    total,
    ...data.positions.map((p, i) => ({
      name: p.symbol,
      days: data.days,
      values: rounded(p.weight),
      colour: SERIES[i % SERIES.length]!,
      dash: i % DASHES.length,
      width: 1.2,
    })),
  ];
  const chart: TimeChart = {
    title: 'Exposure',
    description: `Market value of ${data.positions.length > 0 ? 'all positions, and of the largest ones,' : 'the position'} as a share of equity at each close. The rest is cash.`,
    axis: 'Share of equity (%)',
    format: 'percent',
    lines,
    includeZero: true,
  };
  return {
    id: 'exposure',
    title: chart.title,
    description: chart.description,
    svg: timeChartSvg(chart),
    table: {
      thinBy: 'month',
      columns: [
        { name: 'Date', format: 'date', values: Array.from(data.days, dateOf) },
        ...lines.map((l): TableColumn => ({ name: l.name, format: 'percent', values: Array.from(l.values) })),
      ],
    },
    plotly: timeChartPlotly(chart),
  };
}
