/** Price of one instrument as traded (raw, unadjusted) with the account's buys and sells on it. */
import { dateOf } from '../../core/index.js';
import { formatValue, plotlyText } from '../format.js';
import { BLUE, INDEX_GREY, ORANGE } from '../palette.js';
import type { Figure, PlotlyFigure } from './figure.js';
import { type TimeChart, type TimeMarkers, timeChartPlotly, timeChartSvg } from './time-chart.js';

export interface Trade {
  readonly day: number;
  /** `HH:MM` on the exchange's clock, where bars are shorter than a session. */
  readonly clock?: string;
  readonly side: 'buy' | 'sell';
  /** Units for display: shares, coins. */
  readonly quantity: number;
  /** Major units. */
  readonly price: number;
  /** Major units. */
  readonly fees: number;
  readonly action: string;
  readonly why: string;
}

export interface PriceFigureData {
  readonly id: string;
  readonly symbol: string;
  readonly currency: string;
  readonly days: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  /** With these, and not more bars than a reader can tell apart, candles are drawn. */
  readonly open?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
  readonly low?: ArrayLike<number>;
  readonly trades: readonly Trade[];
}

/** Above this many bars candles are narrower than a pixel on most screens. */
const CANDLES_UP_TO = 600;

function markersOf(data: PriceFigureData, side: 'buy' | 'sell'): TimeMarkers {
  const trades = data.trades.filter((t) => t.side === side);
  return {
    name: side === 'buy' ? 'Buy' : 'Sell',
    days: trades.map((t) => t.day),
    values: trades.map((t) => t.price),
    labels: trades.map(
      (t) =>
        `${t.clock === undefined ? '' : `${t.clock} `}${t.side} ${formatValue(t.quantity, 'count')} at ${formatValue(t.price, 'price')}`,
    ),
    colour: side === 'buy' ? BLUE : ORANGE,
    up: side === 'buy',
  };
}

function withCandles(line: PlotlyFigure, data: PriceFigureData): PlotlyFigure {
  const { open, high, low } = data;
  if (!open || !high || !low || data.days.length > CANDLES_UP_TO) return line;
  const candles = {
    type: 'candlestick',
    name: plotlyText(data.symbol),
    x: Array.from(data.days, dateOf),
    open: Array.from(open),
    high: Array.from(high),
    low: Array.from(low),
    close: Array.from(data.close),
    increasing: { line: { color: INDEX_GREY, width: 1 }, fillcolor: 'rgba(0,0,0,0)' },
    decreasing: { line: { color: INDEX_GREY, width: 1 }, fillcolor: INDEX_GREY },
  };
  return {
    data: [candles, ...line.data.slice(1)],
    layout: { ...line.layout, xaxis: { ...(line.layout['xaxis'] as object), rangeslider: { visible: false } } },
  };
}

export function priceFigure(data: PriceFigureData): Figure {
  const chart: TimeChart = {
    title: `${data.symbol}: price and trades`,
    description: `Close of ${data.symbol} as traded, not adjusted for dividends or splits, with the fills of the account. Triangles up are buys, down are sells, at the price paid.`,
    axis: `Price (${data.currency})`,
    format: 'price',
    lines: [{ name: data.symbol, days: data.days, values: data.close, colour: INDEX_GREY, width: 1.2 }],
    markers: [markersOf(data, 'buy'), markersOf(data, 'sell')],
  };
  const t = data.trades;
  return {
    id: data.id,
    title: chart.title,
    description: chart.description,
    svg: timeChartSvg(chart),
    table: {
      thinBy: 'head',
      columns: [
        { name: 'Date', format: 'date', values: t.map((f) => dateOf(f.day)) },
        ...(t.some((f) => f.clock !== undefined)
          ? [{ name: 'Time', unit: 'exchange', format: 'text' as const, values: t.map((f) => f.clock ?? '') }]
          : []),
        { name: 'Side', format: 'text', values: t.map((f) => f.side) },
        { name: 'Quantity', unit: 'units', format: 'count', values: t.map((f) => f.quantity) },
        { name: 'Price', unit: data.currency, format: 'price', values: t.map((f) => f.price) },
        { name: 'Costs', unit: data.currency, format: 'money', values: t.map((f) => f.fees) },
        { name: 'Action', format: 'text', values: t.map((f) => f.action) },
        { name: 'Why', format: 'text', values: t.map((f) => f.why) },
      ],
    },
    plotly: withCandles(timeChartPlotly(chart), data),
  };
}
