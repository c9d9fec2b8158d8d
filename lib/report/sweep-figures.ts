/** The figures of a search: heat maps over its parameters, all configurations side by side, the tests of its walk-forward joined. */
import { dayOf } from '../core/index.js';
import {
  type Configuration,
  type FigureName,
  gridView,
  type Objective,
  type Space,
  type SweepFile,
  type SweepRows,
  variedAxes,
} from '../sweep/index.js';
import { equityFigure } from './figures/equity.js';
import type { Figure } from './figures/figure.js';
import { heatMapFigure } from './figures/heat-map.js';
import { parallelCoordinatesFigure } from './figures/parallel-coordinates.js';
import { type Format, formatValue } from './format.js';

export interface SweepSubject {
  readonly file: SweepFile;
  readonly space: Space;
  readonly rows: SweepRows;
}

/** How a figure of a configuration is named and written; short, since six names stand side by side on a narrow screen. */
const FIGURE_NAMES = {
  annualisedSharpe: ['Sharpe', 'ratio'],
  totalReturn: ['Return', 'percent'],
  annualisedReturn: ['Return a year', 'percent'],
  maxDrawdown: ['Drawdown', 'percent'],
  turnover: ['Turnover', 'ratio'],
} as const satisfies Readonly<Partial<Record<FigureName, readonly [string, Format]>>>;

/** The figure that stands for an objective on an axis. */
const SHOWN: Readonly<Record<Objective, keyof typeof FIGURE_NAMES>> = {
  sharpe: 'annualisedSharpe',
  return: 'totalReturn',
  calmar: 'annualisedReturn',
};

export const OBJECTIVE_NAMES = { sharpe: 'Sharpe ratio', return: 'total return', calmar: 'Calmar ratio' } as const;

/** More are in sweep.csv, not on the page. */
const MOST_SIDE_BY_SIDE = 1000;

/** Pairs of parameters with a heat map each. */
const MOST_PAIRS = 3;

export const parametersText = ({ parameters }: Configuration): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(' ');

export const configurationName = (configuration: Configuration): string =>
  `${configuration.strategy} ${parametersText(configuration)}`.trimEnd();

/** `sma-cross, 5 values of exit at the best (20)` and the like, per pair of parameters; none where fewer than two were varied. */
export function heatMaps({ file, space, rows }: SweepSubject): Figure[] {
  if (file.best === null) return [];
  const { index } = file.best;
  const key = SHOWN[file.by];
  const [name, format] = FIGURE_NAMES[key];
  const names = variedAxes(space, index).map((axis) => axis.name);
  const pairs = names.flatMap((x, a) => names.slice(a + 1).map((y) => [x, y] as const)).slice(0, MOST_PAIRS);
  return pairs.flatMap(([x, y]) =>
    (names.length > 2 ? (['best', 'median'] as const) : (['best'] as const)).map((how) => {
      const { others: rest, x: across, y: up, cells, best, merged } = gridView(space, rows, index, key, x, y, how);
      const held = rest.map(([other, value]) => `${other} ${formatValue(value, 'count')}`).join(', ');
      const rule = how === 'best' ? `with ${held} as in the best` : `the median over ${rest.map(([other]) => other).join(', ')}`;
      const others = [...(rest.length > 0 ? [rule] : []), ...(merged ? ['the median where neighbouring values share a cell'] : [])].join(
        ', ',
      );
      const id = `heat-${x}-${y}-${how}`.replaceAll(/[^A-Za-z0-9-]/g, '-');
      return heatMapFigure({ id, name, format, x: across, y: up, cells, best, ...(others !== '' && { others }) });
    }),
  );
}

/** Configurations of the best one's strategy: others have other parameters. Null where there is nothing to lay side by side. */
export function sideBySide({ file, space, rows }: SweepSubject): Figure | null {
  if (file.best === null) return null;
  const { index } = file.best;
  const { space: own } = space.coordinates(index);
  const varied = variedAxes(space, index);
  const all = Math.min(rows.done, own.from + own.size) - own.from;
  if (varied.length === 0 || all < 2) return null;
  const step = Math.max(1, all / MOST_SIDE_BY_SIDE);
  const kept = Array.from({ length: Math.min(all, MOST_SIDE_BY_SIDE) }, (_, i) => own.from + Math.floor(i * step));
  const positions = kept.includes(index) ? kept : [...kept, index];
  const parameters = positions.map((position) => space.at(position).parameters);
  const figures = positions.map((position) => rows.figures(position));
  const key = SHOWN[file.by];
  const shown = [...new Set([key, 'totalReturn', 'maxDrawdown', 'turnover'] as const)];
  return parallelCoordinatesFigure({
    id: 'side-by-side',
    axes: [
      ...varied.map(({ name }) => ({ name, format: 'count' as const, values: parameters.map((one) => one[name]!) })),
      ...shown.map((figure) => ({
        name: FIGURE_NAMES[figure][0],
        format: FIGURE_NAMES[figure][1],
        values: figures.map((one) => one[figure]),
      })),
    ],
    colourBy: varied.length,
    names: positions.map((position) => configurationName(space.at(position))),
    best: positions.indexOf(index),
    of: all,
  });
}

/** Growth over the joined tests; null without splits. */
export function outOfSample({ file }: SweepSubject): Figure | null {
  if (file.walkForward === null) return null;
  const { equity } = file.walkForward;
  const { initialCash } = file.spec as { initialCash: number };
  const days = equity.date.map(dayOf);
  const run = (name: string, growth: readonly number[]) => ({ name, days, values: growth.map((g) => g * initialCash), start: initialCash });
  const figure = equityFigure({
    currency: file.market.currency,
    runs: [run('chosen in training', equity.outOfSample), run('best in hindsight', equity.hindsight)],
  });
  return {
    ...figure,
    id: 'out-of-sample',
    title: 'Out of sample: the tests joined',
    description:
      'Growth of the account over the tests, each with the configuration that its training chose, beside the configuration that was best over the whole span, which nobody could have known.',
  };
}
