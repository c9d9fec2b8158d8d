/** Share of right decisions by stated confidence, one group of points per horizon, with 95 % intervals. */
import type { CalibrationBin } from '../calibration.js';
import { scales } from '../drawing.js';
import { formatValue } from '../format.js';
import { MUTED, SERIES } from '../palette.js';
import { HEIGHT, MARGIN, px, rule, svgFrame, text, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

const TITLE = 'How often was high confidence right?';

const rangeOf = (bin: CalibrationBin): string => `${bin.from.toFixed(1)}\u2013${bin.to.toFixed(1)}`;

function draw(bins: readonly CalibrationBin[], description: string): string {
  const ranges = [...new Set(bins.map(rangeOf))];
  const horizons = [...new Set(bins.map((b) => b.horizon))];
  const bottom = HEIGHT - MARGIN.bottom - 14;
  const x = scales()
    .scalePoint(ranges, [MARGIN.left, WIDTH - MARGIN.right])
    .padding(0.6);
  const y = scales().scaleLinear([0, 1], [bottom, MARGIN.top]);
  const grid = y
    .ticks(5)
    .map(
      (t) =>
        rule(MARGIN.left, y(t), WIDTH - MARGIN.right, y(t)) + text(MARGIN.left - 8, y(t) + 4, `${Math.round(t * 100)}%`, { anchor: 'end' }),
    );
  const half = `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${px(y(0.5))}" y2="${px(y(0.5))}" stroke="${MUTED}" stroke-dasharray="4 4"/>`;
  const names = ranges.map((r) => text(x(r)!, bottom + 17, r, { anchor: 'middle' }));
  const points = bins.map((bin) => {
    if (bin.share === null) return '';
    const at = horizons.indexOf(bin.horizon);
    const colour = SERIES[at % SERIES.length]!;
    const cx = x(rangeOf(bin))! + (at - (horizons.length - 1) / 2) * 18;
    return (
      `<line x1="${px(cx)}" x2="${px(cx)}" y1="${px(y(bin.low!))}" y2="${px(y(bin.high!))}" stroke="${colour}" stroke-width="2" stroke-opacity="0.55"/>` +
      `<circle cx="${px(cx)}" cy="${px(y(bin.share))}" r="4.5" fill="${colour}"/>`
    );
  });
  const key = horizons.map((h, i) =>
    text(WIDTH - MARGIN.right + 8, MARGIN.top + 10 + i * 17, `\u25cf ${h} session${h === 1 ? '' : 's'}`, {
      fill: SERIES[i % SERIES.length]!,
      weight: 600,
    }),
  );
  const axis = text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 6, 'Stated confidence', { anchor: 'middle' });
  return svgFrame(TITLE, description, grid.join('') + half + names.join('') + points.join('') + key.join('') + axis);
}

/** `bins`: of one or more horizons, all with the same ranges. */
export function calibrationFigure(bins: readonly CalibrationBin[]): Figure {
  const description =
    'Share of decisions that came out, after costs, by the confidence stated at the time: a rise after buying or holding on, a fall after selling. Standing aside is no bet. Bars are 95% intervals, too narrow where spans of neighbouring sessions overlap; the dashed line is a coin toss.';
  const horizons = [...new Set(bins.map((b) => b.horizon))];
  const data = horizons.map((h, i) => {
    const own = bins.filter((b) => b.horizon === h && b.share !== null);
    return {
      type: 'scatter',
      mode: 'markers',
      name: `${h} session${h === 1 ? '' : 's'}`,
      x: own.map((b) => (b.from + b.to) / 2 + (i - (horizons.length - 1) / 2) * 0.02),
      y: own.map((b) => b.share),
      text: own.map((b) => `confidence ${rangeOf(b)}: ${formatValue(b.share, 'percent')} of ${formatValue(b.decisions, 'count')}`),
      marker: { color: SERIES[i % SERIES.length]!, size: 10 },
      error_y: {
        type: 'data',
        symmetric: false,
        array: own.map((b) => b.high! - b.share!),
        arrayminus: own.map((b) => b.share! - b.low!),
        thickness: 1.5,
        width: 4,
        color: SERIES[i % SERIES.length]!,
      },
      hovertemplate: '%{text}',
    };
  });
  return {
    id: 'calibration',
    title: TITLE,
    description,
    svg: draw(bins, description),
    table: {
      thinBy: 'head',
      columns: [
        { name: 'Horizon', unit: 'sessions', format: 'count', values: bins.map((b) => b.horizon) },
        { name: 'Confidence', format: 'text', values: bins.map(rangeOf) },
        { name: 'Bets', unit: 'count', format: 'count', values: bins.map((b) => b.decisions) },
        { name: 'Right', unit: 'count', format: 'count', values: bins.map((b) => b.right) },
        { name: 'Share right', format: 'percent', values: bins.map((b) => b.share) },
        { name: 'Interval from', format: 'percent', values: bins.map((b) => b.low) },
        { name: 'Interval to', format: 'percent', values: bins.map((b) => b.high) },
      ],
    },
    plotly: {
      data,
      layout: {
        hovermode: 'closest',
        xaxis: { title: { text: 'Stated confidence' }, range: [0, 1], dtick: 0.2, tickformat: '.1f' },
        yaxis: { title: { text: 'Share right (%)' }, range: [0, 1], tickformat: '.0%' },
        shapes: [{ type: 'line', x0: 0, x1: 1, y0: 0.5, y1: 0.5, line: { color: MUTED, width: 1, dash: 'dash' } }],
      },
    },
  };
}
