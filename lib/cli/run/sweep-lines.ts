/** A search as text: its best configurations, and beside the best what makes one doubt it. */
import { bestOf, type Configuration, isExact, nothingToChoose, type SearchResult, type SweepFile } from '../../sweep/index.js';
import { type Column, tableLines } from '../table.js';

const NONE = 'n/a';
const percent = (value: number | null, digits = 1): string => (value === null ? NONE : `${(100 * value).toFixed(digits)}`);
const fixed = (value: number | null, digits = 2): string => (value === null ? NONE : value.toFixed(digits));
const count = (value: number | null): string => (value === null ? NONE : Math.round(value).toLocaleString('en-US'));

/** `sma-cross fast=5 slow=50` */
export const configurationText = ({ strategy, parameters }: Configuration): string =>
  [strategy, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(' ');

/** The best `top` rows with all their figures. */
export function bestLines({ rows, space, file }: SearchResult, top: number): string[] {
  const major = (minor: number | null): string => count(minor === null ? null : minor / file.market.minorPerMajor);
  const best = bestOf(rows, file.by, top).map((index, i) => ({
    rank: i + 1,
    index,
    configuration: space.at(index),
    ...rows.figures(index),
  }));
  type Row = (typeof best)[number];
  const right = (head: string, cell: (row: Row) => string): Column<Row> => ({ head, align: 'right', cell });
  return tableLines<Row>(
    [
      right('#', ({ rank }) => String(rank)),
      { head: 'configuration', cell: ({ configuration }) => configurationText(configuration) },
      right('total %', ({ totalReturn }) => percent(totalReturn)),
      right('%/year', ({ annualisedReturn }) => percent(annualisedReturn)),
      right('Sharpe', ({ annualisedSharpe }) => fixed(annualisedSharpe)),
      right('fall %', ({ maxDrawdown }) => percent(maxDrawdown === null ? null : -maxDrawdown)),
      right('turn/y', ({ turnover }) => fixed(turnover)),
      right('fills', ({ fills }) => count(fills)),
      right('refused', ({ rejections }) => count(rejections)),
      right(`costs ${file.market.currency}`, ({ costsMinor }) => major(costsMinor)),
      right('end equity', ({ equityMinor }) => major(equityMinor)),
    ],
    best,
  );
}

const OBJECTIVE_NAMES = { sharpe: 'Sharpe', return: 'total return', calmar: 'Calmar ratio' } as const;

/** What stands beside the best one. */
export function besideLines(file: SweepFile): string[] {
  const { significance, stability, walkForward, honest, best, by } = file;
  if (best === null) return [];
  const lines = [`Beside the best, ${configurationText(best.configuration)}:`];
  const line = (head: string, value: string, text: string): void => {
    lines.push(`  ${head.padEnd(16)}${value.padStart(6)}  ${text}`);
  };
  if (significance !== null) {
    const { trials, effectiveTrials, deflatedSharpe, deflatedSharpeEffective, pbo, pboReason } = significance;
    line(
      'deflated Sharpe',
      fixed(deflatedSharpe, 3),
      `probability that its Sharpe is above what the best of ${count(trials)} worthless ones would show (all tried on this universe and span)`,
    );
    line('', fixed(deflatedSharpeEffective, 3), `the same for the ${fixed(effectiveTrials, 1)} independent ones that they are worth`);
    line('PBO', fixed(pbo, 2), pboReason ?? 'how often the best of one half of the history is in the lower half of the other');
  }
  const objective = by === 'return' ? (value: number | null) => `${percent(value)} %` : (value: number | null) => fixed(value);
  if (stability === null) line('neighbours', '0', 'nothing was varied around it');
  else {
    const { kind, neighbours, objective: found, sharePositive, edges } = stability;
    const where = kind === 'grid' ? 'one step away' : 'nearest in the draw';
    const edge = edges.length > 0 ? `; it lies at the edge of ${edges.join(' and ')}: widen that range` : '';
    line(
      'neighbours',
      String(neighbours),
      `${where}: ${OBJECTIVE_NAMES[by]} median ${objective(found.median)}, worst ${objective(found.worst)} (its own ${objective(found.best)}), ${percent(sharePositive, 0)} % earn${edge}`,
    );
  }
  if (walkForward !== null) {
    const { outOfSample: out, hindsight, folds } = walkForward;
    line(
      folds.length === 1 ? 'out of sample' : 'walk-forward',
      fixed(out.sharpe),
      `Sharpe of what training chose, in the ${folds.length === 1 ? 'test' : `${folds.length} tests joined`}: ${percent(out.annualisedReturn)} %/year, fall ${percent(-out.maxDrawdown)} %; the best in hindsight: ${fixed(hindsight.sharpe)}, ${percent(hindsight.annualisedReturn)} %/year`,
    );
  }
  if (honest !== null) {
    const exact = isExact(honest);
    line('honest loop', exact ? '0' : count(honest.differenceMinor), honestText(file));
  }
  return lines;
}

function honestText({ honest }: SweepFile): string {
  const { sessions, fillsDifference, feesDifferenceMinor, differenceOn } = honest!;
  if (isExact(honest!))
    return `difference of equity at any of ${count(sessions)} closes, of fills and of fees, when the one loop runs it again`;
  return `minor units of equity differ on ${differenceOn ?? 'no session'}, ${fillsDifference} fills, ${feesDifferenceMinor} of fees: the kernel is wrong here`;
}

/** The folds of a walk-forward. */
export function foldLines({ walkForward, by, configurations }: SweepFile): string[] {
  if (walkForward === null) return [];
  type Fold = (typeof walkForward.folds)[number];
  const right = (head: string, cell: (row: Fold) => string): Column<Fold> => ({ head, align: 'right', cell });
  const value = (number: number | null): string => (by === 'return' ? percent(number) : fixed(number));
  return tableLines<Fold>(
    [
      { head: 'trained on', cell: ({ trainFrom, trainTo }) => `${trainFrom}..${trainTo}` },
      { head: 'tested on', cell: ({ testFrom, testTo }) => `${testFrom}..${testTo}` },
      { head: 'chosen', cell: ({ configuration }) => (configuration === null ? nothingToChoose(by) : configurationText(configuration)) },
      right(`${by} in training`, ({ train }) => value(train)),
      right('in test', ({ test }) => value(test)),
      right('test %', ({ testReturn }) => percent(testReturn)),
      right(`rank of ${count(configurations.all)}`, ({ rank }) => count(rank)),
    ],
    walkForward.folds,
  );
}

/** `1,000 configurations x 50 symbols x 2,500 sessions in 3.2 s: 39 million bars a second (simd, 2 threads)`; the loop counts configurations. */
export function speedLine({ plan, file, evaluated }: SearchResult): string {
  const { configurations, ms, workers } = evaluated;
  const symbols = plan.spec.symbols.length;
  const what = `${count(configurations)} configuration${configurations === 1 ? '' : 's'} x ${count(symbols)} symbol${symbols === 1 ? '' : 's'} x ${count(file.sessions)} sessions`;
  const seconds = Math.max(1e-3, ms / 1000);
  const bars = (configurations * symbols * file.sessions) / seconds;
  const perSecond =
    file.kernel === 'loop'
      ? `${(configurations / seconds).toPrecision(3)} configurations a second`
      : `${(bars / 1e6).toPrecision(3)} million bars a second`;
  const threads = workers === 1 ? '1 thread' : `${workers} threads`;
  const kernel = `${file.kernel}${file.kernelReason === null ? '' : `: ${file.kernelReason}`}`;
  return configurations === 0
    ? 'All configurations were there already.'
    : `${what} in ${(ms / 1000).toFixed(1)} s: ${perSecond} (${kernel}, ${threads}).`;
}
