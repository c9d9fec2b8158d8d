/** How much a remembered row still weighs by its age, one curve a layer. */
import { scales, shapes } from '../drawing.js';
import { formatValue, plotlyText } from '../format.js';
import { DASHES, MUTED, SERIES } from '../palette.js';
import { endLabels, HEIGHT, MARGIN, px, rule, svgFrame, text, valueScale, WIDTH } from '../svg.js';
import type { Figure } from './figure.js';

export interface DecayFigureData {
  /** Ascending. */
  readonly ageDays: readonly number[];
  /** At most six. */
  readonly layers: readonly { readonly name: string; readonly halfLifeDays: number; readonly weights: readonly number[] }[];
}

const TITLE = 'How rows fade, by layer';

export function decayFigure({ ageDays, layers }: DecayFigureData): Figure {
  const halves = layers.map(({ name, halfLifeDays }) => `${name} in ${formatValue(halfLifeDays, 'count')}`).join(', ');
  const description = `Weight of a row in the ranking by its age: it halves, in days: ${halves}. Fading moves a row down the list; it never removes one.`;
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const { y, axis } = valueScale(0, 1, (value) => value.toFixed(1));
  const x = scales().scaleLinear([ageDays[0]!, ageDays[ageDays.length - 1]!], [MARGIN.left, right]);
  const ticks = x
    .ticks(8)
    .map((tick) => rule(x(tick), bottom, x(tick), bottom + 4, MUTED) + text(x(tick), bottom + 17, String(tick), { anchor: 'middle' }));
  const half = `<line x1="${MARGIN.left}" x2="${right}" y1="${px(y(0.5))}" y2="${px(y(0.5))}" stroke="${MUTED}" stroke-dasharray="4 4"/>`;
  const path = shapes()
    .line<number>()
    .x((_, i) => x(ageDays[i]!))
    .y((weight) => y(weight))
    .digits(1);
  const curves = layers.map(
    ({ weights }, i) =>
      `<path d="${path([...weights])}" fill="none" stroke="${SERIES[i]!}" stroke-width="2" stroke-dasharray="${DASHES[i]!.svg}"/>`,
  );
  const names = endLabels(layers.map(({ name, weights }, i) => ({ name, y: y(weights[weights.length - 1]!), colour: SERIES[i]! })));
  const caption = text(MARGIN.left, 14, 'Weight, by age in days');
  return {
    id: 'decay',
    title: TITLE,
    description,
    svg: svgFrame(TITLE, description, axis + ticks.join('') + half + curves.join('') + names + caption),
    table: {
      thinBy: 'head',
      columns: [
        { name: 'Age', unit: 'days', format: 'count', values: ageDays },
        ...layers.map(({ name, weights }) => ({ name, format: 'price' as const, values: weights })),
      ],
    },
    plotly: {
      data: layers.map(({ name, weights }, i) => ({
        type: 'scatter',
        mode: 'lines',
        name: plotlyText(name),
        x: ageDays,
        y: weights,
        line: { color: SERIES[i]!, dash: DASHES[i]!.plotly, width: 2 },
        hovertemplate: '%{x} days: %{y:.3f}',
      })),
      layout: { hovermode: 'closest', xaxis: { title: { text: 'Age (days)' } }, yaxis: { title: { text: 'Weight' }, range: [0, 1] } },
    },
  };
}
