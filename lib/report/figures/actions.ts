/** How often each action was chosen. */
import { scales } from '../drawing.js';
import { formatValue, plotlyText } from '../format.js';
import { BLUE, INK } from '../palette.js';
import { px, rule, shorten, svgFrame, text, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

export interface ActionCount {
  /** An action, or `abstained`, `suspended`, `no intent`. */
  readonly name: string;
  readonly count: number;
}

const LEFT = 150;
const ROW = 30;

export function actionsFigure(counts: readonly ActionCount[]): Figure {
  const title = 'Actions chosen';
  const description =
    'Number of decisions by action. A session in which nothing was asked, could be traded or could be read is counted under its own name.';
  const total = counts.reduce((sum, c) => sum + c.count, 0);
  const height = counts.length * ROW + 20;
  const y = scales()
    .scaleBand(
      counts.map((c) => c.name),
      [10, height - 10],
    )
    .padding(0.28);
  const x = scales().scaleLinear([0, Math.max(1, ...counts.map((c) => c.count))], [LEFT, WIDTH - 150]);
  const bars = counts.map((c) => {
    const top = y(c.name)!;
    const middle = top + y.bandwidth() / 2 + 4;
    const share = `${formatValue(c.count, 'count')} (${formatValue(total ? c.count / total : null, 'percent')})`;
    return (
      text(LEFT - 8, middle, shorten(c.name, 20), { anchor: 'end', fill: INK }) +
      `<rect x="${LEFT}" y="${px(top)}" width="${px(Math.max(1, x(c.count) - LEFT))}" height="${px(y.bandwidth())}" fill="${BLUE}"/>` +
      text(x(c.count) + 6, middle, share)
    );
  });
  return {
    id: 'actions',
    title,
    description,
    svg: svgFrame(title, description, rule(LEFT, 6, LEFT, height - 6) + bars.join(''), height),
    table: {
      thinBy: 'head',
      columns: [
        { name: 'Action', format: 'text', values: counts.map((c) => c.name) },
        { name: 'Decisions', unit: 'count', format: 'count', values: counts.map((c) => c.count) },
        { name: 'Share', format: 'percent', values: counts.map((c) => (total ? c.count / total : null)) },
      ],
    },
    plotly: {
      data: [
        {
          type: 'bar',
          orientation: 'h',
          x: counts.map((c) => c.count),
          y: counts.map((c) => plotlyText(c.name)),
          marker: { color: BLUE },
          hovertemplate: '%{y}: %{x:,}<extra></extra>',
        },
      ],
      layout: {
        height: Math.max(200, height + 60),
        hovermode: 'closest',
        showlegend: false,
        xaxis: { title: { text: 'Decisions (count)' } },
        yaxis: { autorange: 'reversed', type: 'category', automargin: true },
      },
    },
  };
}
