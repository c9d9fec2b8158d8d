/** Tables of a search: its best configurations, what stands beside the best one, its walk-forward. */
import { bestOf, type Configuration, type FIGURES, isExact, nothingToChoose, type SweepFile } from '../../sweep/index.js';
import { escapeText, type Format, formatValue } from '../format.js';
import { configurationName, OBJECTIVE_NAMES, parametersText, type SweepSubject } from '../sweep-figures.js';
import { tableHtml } from '../table.js';

/** In this order; the file of the search holds every figure. */
const COLUMNS: Readonly<Partial<Record<(typeof FIGURES)[number], readonly [name: string, format: Format]>>> = {
  totalReturn: ['Total return', 'percent'],
  annualisedReturn: ['Annualised', 'percent'],
  annualisedSharpe: ['Sharpe', 'ratio'],
  maxDrawdown: ['Maximum drawdown', 'percent'],
  turnover: ['Turnover a year', 'ratio'],
  fills: ['Fills', 'count'],
  rejections: ['Refused', 'count'],
  costsMinor: ['Costs', 'money'],
  equityMinor: ['End equity', 'money'],
};

/** On one line: with the spaces and the hyphens at which no browser breaks. */
const unbroken = (name: string): string => name.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011');

export function bestHtml({ file, space, rows }: SweepSubject, count: number): string {
  const best = bestOf(rows, file.by, count);
  const { currency, minorPerMajor } = file.market;
  const columns = Object.entries(COLUMNS).map(([key, [name, format]]) => ({
    name,
    format,
    ...(key.endsWith('Minor') && { unit: currency }),
    values: best.map((index) => {
      const value = rows.figures(index)[key as (typeof FIGURES)[number]];
      return value !== null && key.endsWith('Minor') ? value / minorPerMajor : value;
    }),
  }));
  const names = best.map((index) => space.at(index));
  const strategies = [...new Set(names.map(({ strategy }) => strategy))];
  const alone = strategies.length === 1;
  const name = (configuration: Configuration): string => unbroken(alone ? parametersText(configuration) : configurationName(configuration));
  return tableHtml(
    {
      thinBy: 'head',
      columns: [{ name: alone ? strategies[0]! : 'Configuration', format: 'text', values: names.map(name) }, ...columns],
    },
    'The best configurations',
  );
}

/** Name, figure and meaning of everything that makes one doubt the best. */
export function besideHtml({ significance, stability, honest, walkForward, by }: SweepFile): string {
  const rows: [name: string, value: string, meaning: string][] = [];
  const objective: Format = by === 'return' ? 'percent' : 'ratio';
  if (significance !== null) {
    const { trials, effectiveTrials, deflatedSharpe, deflatedSharpeEffective, probabilisticSharpe, pbo, pboReason, reasons } = significance;
    const because = (key: string): string => (reasons[key] === undefined ? '' : ` (${reasons[key]})`);
    rows.push(
      [
        'Configurations tried',
        formatValue(trials, 'count'),
        'on this universe and span under these strategies, in this search and before it',
      ],
      [
        'Worth independent ones',
        formatValue(effectiveTrials, 'ratio'),
        `by the mean correlation of their returns${because('effectiveTrials')}`,
      ],
      [
        'Probabilistic Sharpe',
        formatValue(probabilisticSharpe, 'price'),
        `probability that its Sharpe is above zero, had it been the only one${because('probabilisticSharpe')}`,
      ],
      [
        'Deflated Sharpe',
        formatValue(deflatedSharpe, 'price'),
        `probability that it is above what the best of so many worthless ones would show${because('deflatedSharpe')}`,
      ],
      [
        'Deflated, independent ones',
        formatValue(deflatedSharpeEffective, 'price'),
        `the same for the independent ones that they are worth${because('deflatedSharpeEffective')}`,
      ],
      [
        'Probability of overfitting',
        formatValue(pbo, 'percent'),
        pboReason ?? 'how often the best of one half of the history is in the lower half of the other',
      ],
    );
  }
  if (stability === null) rows.push(['Neighbours', '0', 'nothing was varied around it']);
  else {
    const { kind, neighbours, objective: found, totalReturn, sharePositive, edges } = stability;
    rows.push(
      [
        'Neighbours',
        formatValue(neighbours, 'count'),
        kind === 'grid' ? 'one step away in any of the parameters' : 'the nearest of the draw',
      ],
      [
        `Their ${OBJECTIVE_NAMES[by]}, median and worst`,
        `${formatValue(found.median, objective)}, ${formatValue(found.worst, objective)}`,
        `its own is ${formatValue(found.best, objective)}`,
      ],
      [
        'Their total return, median and worst',
        `${formatValue(totalReturn.median, 'percent')}, ${formatValue(totalReturn.worst, 'percent')}`,
        `its own is ${formatValue(totalReturn.best, 'percent')}`,
      ],
      [
        'Of them earn',
        formatValue(sharePositive, 'level'),
        edges.length === 0
          ? 'it lies inside its ranges'
          : `it lies at the edge of ${edges.join(' and ')}: something better may lie outside`,
      ],
    );
  }
  if (walkForward !== null) {
    const { outOfSample, hindsight } = walkForward;
    rows.push([
      'Sharpe out of sample',
      formatValue(outOfSample.sharpe, 'ratio'),
      `of what training chose, over the tests joined; in hindsight ${formatValue(hindsight.sharpe, 'ratio')}`,
    ]);
  }
  if (honest !== null) {
    rows.push([
      'Difference to the loop',
      isExact(honest) ? '0' : formatValue(honest.differenceMinor, 'count'),
      `largest difference of equity at ${formatValue(honest.sessions, 'count')} closes, in minor units, when the one loop runs it again; of fills ${formatValue(honest.fillsDifference, 'count')}, of fees ${formatValue(honest.feesDifferenceMinor, 'count')}`,
    ]);
  }
  const body = rows.map(
    ([name, value, meaning]) =>
      `<tr><th scope="row">${escapeText(name)}<small>${escapeText(meaning)}</small></th><td class="n">${escapeText(value)}</td></tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="Beside the best"><table><caption>Beside the best</caption><tbody>${body.join('')}</tbody></table></div>`;
}

export function walkForwardHtml({ walkForward, by, configurations }: SweepFile): string {
  if (walkForward === null) return '';
  const { folds, mode, purge, embargo } = walkForward;
  const format: Format = by === 'return' ? 'percent' : 'ratio';
  const text = (name: string, of: (fold: (typeof folds)[number]) => string) => ({ name, format: 'text' as const, values: folds.map(of) });
  return `<p>${escapeText(mode === 'anchored' ? 'Training begins at the first session.' : 'Training keeps its length.')} ${purge} sessions before each test are left out of training, ${embargo} after it of later trainings. A test begins with the positions that its configuration had by then, and changing configurations costs nothing here.</p>${tableHtml(
    {
      thinBy: 'head',
      columns: [
        text('Trained on', ({ trainFrom, trainTo }) => `${trainFrom}\u00a0to ${trainTo}`),
        text('Tested on', ({ testFrom, testTo }) => `${testFrom}\u00a0to ${testTo}`),
        text('Chosen', ({ configuration }) => (configuration === null ? nothingToChoose(by) : unbroken(configurationName(configuration)))),
        { name: `${OBJECTIVE_NAMES[by]} in training`, format, values: folds.map(({ train }) => train) },
        { name: 'in the test', format, values: folds.map(({ test }) => test) },
        { name: 'Return of the test', format: 'percent', values: folds.map(({ testReturn }) => testReturn) },
        { name: `Rank of ${formatValue(configurations.all, 'count')}`, format: 'count', values: folds.map(({ rank }) => rank) },
      ],
    },
    'Walk-forward',
  )}`;
}
