/** A training as text: its features, its policies, what they did on unseen time beside what they must beat. */
import type { Contender, Evaluation, MemberResult, TrainFile } from '../../rl/index.js';
import { type Column, tableLines } from '../table.js';

const NONE = 'n/a';
const percent = (value: number | null | undefined): string => (value === null || value === undefined ? NONE : (100 * value).toFixed(1));
const fixed = (value: number | null | undefined): string => (value === null || value === undefined ? NONE : value.toFixed(2));
const count = (value: number): string => value.toLocaleString('en-US');

/** What moves in the observation and what doesn't; the spans; the kernel. */
export function featureLines({
  features,
  folds,
  kernel,
  settings,
}: Pick<TrainFile, 'features' | 'folds' | 'kernel' | 'settings'>): string[] {
  const { used, probe } = features;
  const left = probe.features.filter(({ name, constant }) => constant !== null && !used.includes(name));
  const kept = probe.features.filter(({ name, constant }) => constant !== null && used.includes(name));
  const twins = probe.features.filter(({ name, sameAs }) => sameAs !== null && used.includes(name));
  const span = ({ from, to }: { from: string; to: string }): string => `${from}..${to}`;
  return [
    `${settings.symbols.length > 4 ? `${settings.symbols.length} instruments` : settings.symbols.join(', ')}, an account of ${count(settings.initialCash)} each; reward ${settings.reward}${settings.masking ? ', refused actions masked' : ''}`,
    `${used.length} features of ${settings.schema}; kernel ${kernel.name}; ${count(settings.totalSteps)} steps a seed`,
    ...left.map(({ name, constant }) => `  ${name} is always ${constant} here: left out, nothing can be learned from it`),
    ...kept.map(
      ({ name, constant }) =>
        `  ${name} is always ${constant} here: the policy learns nothing from it, and any other value will be far outside`,
    ),
    ...twins.map(({ name, sameAs }) => `  ${name} is always the same as ${sameAs}`),
    ...folds.map(
      ({ train, validation, test }, k) =>
        `${folds.length > 1 ? `fold ${k + 1}: ` : ''}trains on ${train.map(span).join(' and ')}, ${validation ? `validates on ${span(validation)}, ` : ''}tests on ${span(test)}`,
    ),
  ];
}

/** The policies, a row each. */
export function memberLines({ members, settings }: TrainFile): string[] {
  const right = (head: string, cell: (row: MemberResult) => string): Column<MemberResult> => ({ head, align: 'right', cell });
  return tableLines<MemberResult>(
    [
      ...(settings.folds.count > 1 ? [right('fold', ({ fold }) => String(fold + 1))] : []),
      right('seed', ({ seed }) => String(seed)),
      right('steps', ({ steps }) => count(steps)),
      right('kept at', ({ kept }) => count(kept.steps)),
      right(settings.earlyStop.metric === 'return' ? 'validation %' : 'validation Sharpe', ({ kept }) =>
        settings.earlyStop.metric === 'return' ? percent(kept.score) : fixed(kept.score),
      ),
      { head: 'ended by', cell: ({ stoppedBy }) => stoppedBy },
      { head: 'bundle', cell: ({ bundle }) => bundle.slice(0, 12) },
    ],
    members,
  );
}

/** Policy and baselines: means, with 95 % intervals over seeds or draws. */
export function contenderLines({ contenders }: Evaluation): string[] {
  const right = (head: string, cell: (row: Contender) => string): Column<Contender> => ({ head, align: 'right', cell });
  const interval = (low: number | null | undefined, high: number | null | undefined, text: typeof percent): string =>
    low === null || low === undefined ? '' : `${text(low)}..${text(high)}`;
  return tableLines<Contender>(
    [
      { head: 'on unseen time', cell: ({ name }) => name },
      right('n', ({ figures }) => String(figures.length)),
      right('%/year', ({ over }) => percent(over.annualisedReturn?.mean)),
      right('its 95 %', ({ over }) => interval(over.annualisedReturn?.low95, over.annualisedReturn?.high95, percent)),
      right('Sharpe', ({ over }) => fixed(over.sharpeAnnual?.mean)),
      right('fall %', ({ over }) => percent(over.maxDrawdown === null ? null : -over.maxDrawdown.mean)),
      right('turn/y', ({ over }) => fixed(over.turnoverAnnual?.mean)),
      right('in market %', ({ over }) => percent(over.exposure?.mean)),
      right('policy less it', ({ excess }) => (excess === null ? '' : percent(excess.mean))),
      right('its 95 %', ({ excess }) => interval(excess?.low95, excess?.high95, percent)),
    ],
    contenders,
  );
}

/** What the intervals do and don't say. */
export function verdictLines({ contenders, market }: Evaluation): string[] {
  const [policy] = contenders;
  const seeds = policy!.figures.length;
  const { low95, high95, sharpeAnnual } = market;
  return [
    seeds === 1
      ? '  One seed: nothing is known of the luck of learning. Train several.'
      : `  Intervals are over the ${seeds} seeds (Student's t): they know the luck of learning, not that of this stretch of history.`,
    ...(low95 === null
      ? []
      : [
          `  ${seeds === 1 ? 'The policy' : 'All seeds together'}: Sharpe ${fixed(sharpeAnnual)}, ${fixed(low95)}..${fixed(high95)} at 95 % by bootstrap over the sessions.`,
        ]),
  ];
}
