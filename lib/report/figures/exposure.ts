/** How much of the account was in the market, in all and per position. */
import { dateOf } from '../../core/index.js';
import { INDEX_GREY, INK, SERIES } from '../palette.js';
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

/** Positions stacked from the largest up, and what is left of the whole as `Others`. */
function bandsOf({ days, exposure, positions }: ExposureFigureData): { bands: TimeLine[]; weights: { name: string; values: number[] }[] } {
  if (positions.length === 0) return { bands: [], weights: [] };
  const weights = positions.map((p) => ({ name: p.symbol, values: rounded(p.weight) }));
  const rest = Array.from(exposure, (all, i) => Math.max(0, all - positions.reduce((sum, p) => sum + p.weight[i]!, 0)));
  if (rest.some((r) => r > 0.005)) weights.push({ name: 'Others', values: rounded(rest) });
  let base = new Array<number>(days.length).fill(0);
  const bands = weights.map(({ name, values }, at): TimeLine => {
    const band = {
      name,
      days,
      base,
      values: rounded(values.map((v, i) => base[i]! + v)),
      colour: name === 'Others' ? INDEX_GREY : SERIES[at % SERIES.length]!,
    };
    base = band.values;
    return band;
  });
  return { bands, weights };
}

export function exposureFigure(data: ExposureFigureData): Figure {
  const { bands, weights } = bandsOf(data);
  const many = bands.length > 0;
  const total: TimeLine = {
    name: 'All positions',
    days: data.days,
    values: rounded(data.exposure),
    colour: many ? INK : SERIES[0]!,
    width: many ? 0.9 : 1.5,
    filled: !many,
  };
  const chart: TimeChart = {
    title: 'Exposure',
    description: `Market value of ${many ? 'the positions, stacked,' : 'the position'} as a share of equity at each close. The rest is cash.`,
    axis: 'Share of equity (%)',
    format: 'percent',
    lines: [...bands, total],
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
        { name: total.name, format: 'percent', values: Array.from(total.values) },
        ...weights.map((w): TableColumn => ({ ...w, format: 'percent' })),
      ],
    },
    plotly: timeChartPlotly(chart),
  };
}
