/** How alike series of returns are in what returns share everywhere: no memory of direction, long memory of size, fat tails. */
import type { StylisedFacts } from '../../feeds/index.js';
import { scales, shapes } from '../drawing.js';
import { formatValue, plotlyText } from '../format.js';
import { DASHES, SERIES } from '../palette.js';
import { endLabels, HEIGHT, MARGIN, px, svgFrame, text, valueScale, WIDTH } from '../svg.js';
import type { TableColumn } from '../table.js';
import type { Figure } from './figure.js';

export interface StylisedFactsFigureData {
  /** The made series first, then the real ones; all with the same number of lags. */
  readonly series: readonly { readonly name: string; readonly facts: StylisedFacts }[];
}

const TITLE = 'Stylised facts of daily returns';

const MEASURES: readonly (readonly [name: string, of: (facts: StylisedFacts) => number | null])[] = [
  ['Returns measured', (facts) => facts.returns],
  ['Deviation a session (%)', (facts) => facts.deviation * 100],
  ['Skew', (facts) => facts.skew],
  ['Kurtosis (normal: 3)', (facts) => facts.kurtosis],
  ['Closes at a limit (%)', (facts) => (facts.limitHitRate === null ? null : facts.limitHitRate * 100)],
  ['Correlation of volume and size', (facts) => facts.volumeVolatility],
];

function draw({ series }: StylisedFactsFigureData, lags: readonly number[], description: string): string {
  const all = series.flatMap(({ facts }) => [...facts.autocorrelation, ...facts.absoluteAutocorrelation]);
  const { y, axis } = valueScale(Math.min(-0.05, ...all), Math.max(0.1, ...all), (value) => formatValue(value, 'ratio'));
  const x = scales().scaleLinear([1, Math.max(2, lags.length)], [MARGIN.left, WIDTH - MARGIN.right]);
  const curve = (values: readonly number[], colour: string, dash: string, width: number): string => {
    const path =
      shapes().line<number>(
        (_, i) => Number(px(x(i + 1))),
        (value) => Number(px(y(value))),
      )([...values]) ?? '';
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
  };
  const curves = series.map(({ facts }, i) => {
    const colour = SERIES[i % SERIES.length]!;
    return (
      curve(facts.absoluteAutocorrelation, colour, DASHES[i % DASHES.length]!.svg, i === 0 ? 2.4 : 1.6) +
      curve(facts.autocorrelation, colour, '1 3', 1.2)
    );
  });
  const bottom = HEIGHT - MARGIN.bottom;
  const ticks = lags.filter((lag) => lag === 1 || lag % 5 === 0).map((lag) => text(x(lag), bottom + 17, String(lag), { anchor: 'middle' }));
  const labels = series.map(({ name, facts }, i) => ({
    name,
    y: y(facts.absoluteAutocorrelation[lags.length - 1]!),
    colour: SERIES[i % SERIES.length]!,
  }));
  const caption = text(WIDTH - MARGIN.right + 24, bottom + 17, 'lag in sessions');
  return svgFrame(TITLE, description, axis + curves.join('') + ticks.join('') + endLabels(labels) + caption);
}

/** `data.series`: one at least. */
export function stylisedFactsFigure(data: StylisedFactsFigureData): Figure {
  const { series } = data;
  const lags = series[0]!.facts.autocorrelation.map((_, i) => i + 1);
  const description =
    'Autocorrelation by lag: thick lines of the size of returns, dotted lines of the returns themselves. In markets the first stays above zero for weeks and the second lies near zero.';
  const names = [
    ...MEASURES.map(([name]) => name),
    ...lags.map((lag) => `Autocorrelation of returns, lag ${lag}`),
    ...lags.map((lag) => `Autocorrelation of size, lag ${lag}`),
  ];
  const columns: TableColumn[] = [
    { name: 'Measure', format: 'text', values: names },
    ...series.map(
      ({ name, facts }): TableColumn => ({
        name,
        format: 'ratio',
        values: [...MEASURES.map(([, of]) => of(facts)), ...facts.autocorrelation, ...facts.absoluteAutocorrelation],
      }),
    ),
  ];
  return {
    id: 'stylised-facts',
    title: TITLE,
    description,
    svg: draw(data, lags, description),
    table: { columns, thinBy: 'head' },
    plotly: {
      data: series.flatMap(({ name, facts }, i) => {
        const colour = SERIES[i % SERIES.length]!;
        const trace = (what: string, y: readonly number[], dash: string, width: number) => ({
          type: 'scatter',
          mode: 'lines',
          name: `${plotlyText(name)}, ${what}`,
          x: lags,
          y: [...y],
          line: { color: colour, dash, width },
          hovertemplate: `lag %{x}: %{y:.3f}<extra>${plotlyText(name)}, ${what}</extra>`,
        });
        return [
          trace('size', facts.absoluteAutocorrelation, DASHES[i % DASHES.length]!.plotly, 2),
          trace('returns', facts.autocorrelation, 'dot', 1),
        ];
      }),
      layout: { xaxis: { title: { text: 'Lag (sessions)' } }, yaxis: { title: { text: 'Autocorrelation' } } },
    },
  };
}
