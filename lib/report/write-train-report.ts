/** Writes the report of a training: one HTML file that opens from disk, with its curves, its policies on unseen time, and what made it. */
import { relative } from 'node:path';
import { type Clock, dayOf, projectRoot, writeFileAtomic } from '../core/index.js';
import { openRun } from '../replay/index.js';
import { type Contender, type CurveRow, readCurve, readTrainFile, type TrainFile, trainedFolder } from '../rl/index.js';
import { ReportError } from './errors.js';
import { equityFigure } from './figures/equity.js';
import type { Figure } from './figures/figure.js';
import { learningCurveFigure } from './figures/learning-curve.js';
import { escapeText, type Format, formatValue } from './format.js';
import { fillPage } from './page-fill.js';
import { binder, say } from './prose.js';
import { figureHtml } from './sections/figure-block.js';
import { badgesHtml, notesHtml } from './sections/header.js';
import { provenanceHtml } from './sections/provenance.js';
import { tableHtml } from './table.js';
import { pageTemplate } from './template.js';

export interface TrainReportInput {
  /** Of the training. */
  readonly folder: string;
  /** Folder of the run of one of its policies on the last test. */
  readonly recorded: string;
  readonly out: string;
  readonly clock: Clock;
}

/** Writes the page atomically. Throws ReportError when the training has not come to its end or was not evaluated. */
export function writeTrainReport({ folder, recorded, out, clock }: TrainReportInput): { file: string; bytes: number } {
  const file = readTrainFile(folder);
  if (file === null || file.evaluation === null) {
    throw new ReportError(
      `writeTrainReport: expected a training that was evaluated, got ${file === null ? 'none' : file.status} in ${folder}. Run its command again to finish it.`,
    );
  }
  const run = openRun(recorded);
  const { evaluation, settings } = file;
  const [policy, hold] = evaluation.contenders;
  const facts = {
    ...file,
    policy,
    hold,
    seeds: policy!.figures.length,
    instruments: settings.symbols.length > 4 ? `${settings.symbols.length} instruments` : settings.symbols.join(', '),
    lastTest: evaluation.tests[evaluation.tests.length - 1],
    writtenAt: clock.now(),
  };
  const v = binder(facts);
  const title = `Training of ${settings.name}`;
  const figures = [growthFigure(file, run.row.market.currency), ...curveFigures(folder, file)];
  const sentences = [
    say`Policies by PPO for ${v('instruments', 'text')} from ${v('seeds', 'count')} seeds, on ${v('settings.schema', 'text')} and the reward ${v('settings.reward', 'text')}. From ${v('evaluation.tests.0.from', 'text')} to ${v('lastTest.to', 'text')}, which none of them had seen, they earned ${v('policy.over.annualisedReturn.mean', 'percent')} a year on average after all costs; buying and holding earned ${v('hold.over.annualisedReturn.mean', 'percent')}.`,
    facts.seeds > 1
      ? say`The difference is ${v('hold.excess.mean', 'percent')} a year, ${v('hold.excess.low95', 'percent')} to ${v('hold.excess.high95', 'percent')} over the seeds, an interval that knows the luck of learning but not that of this stretch of history.`
      : say`One seed says nothing of the luck of learning.`,
  ];
  const tile = (name: string, html: string, note = ''): string =>
    `<div class="tile"><dt>${escapeText(name)}</dt><dd>${html}${note ? `<small>${note}</small>` : ''}</dd></div>`;
  const tiles = [
    tile('Annualised, mean of seeds', v('policy.over.annualisedReturn.mean', 'percent').html),
    tile('Less buy-and-hold, a year', v('hold.excess.mean', 'percent').html),
    tile(
      'Sharpe ratio of the seeds together',
      v('evaluation.market.sharpeAnnual', 'ratio').html,
      `${v('evaluation.market.low95', 'ratio').html} to ${v('evaluation.market.high95', 'ratio').html}`,
    ),
    tile('Turnover a year', v('policy.over.turnoverAnnual.mean', 'ratio').html),
  ];
  const inside = relative(projectRoot(), recorded);
  const sections: [id: string, name: string, html: string][] = [
    ['unseen', 'On unseen time', contendersHtml(file) + figureHtml(figures[0]!, { log: true })],
    ['seeds', 'The policies', seedsHtml(file)],
    [
      'learning',
      'Learning',
      figures
        .slice(1)
        .map((figure) => figureHtml(figure))
        .join('\n'),
    ],
    ['observation', 'What they see', featuresHtml(file)],
    ['training', 'The training', madeHtml(file)],
    ['provenance', 'Provenance of the recorded run', provenanceHtml(run, inside.startsWith('..') ? recorded : inside)],
  ];
  const body = `<header><h1>${escapeText(title)}</h1>
<p class="byline">Hindcast report of <code>${escapeText(file.train)}</code>, written ${escapeText(formatValue(facts.writtenAt, 'instant'))} UTC</p>
${badgesHtml(file)}<p class="summary">${sentences.join(' ')}</p><dl class="tiles">${tiles.join('')}</dl>${notesHtml(file)}</header>
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => `<li><a href="#${id}">${name}</a></li>`).join('')}</ul></nav>
<main>
${sections.map(([id, name, html]) => `<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>${html}</section>`).join('\n')}
</main>
<footer>Made by Hindcast. Past results, real or simulated, say little about future ones.</footer>`;
  // Curves are in the figures, and need not be in the facts again.
  const page = fillPage(pageTemplate(), {
    title,
    body,
    runs: [run.row],
    facts: { ...facts, evaluation: { ...evaluation, curves: undefined } },
    figures,
  });
  writeFileAtomic(out, page);
  return { file: out, bytes: Buffer.byteLength(page) };
}

function growthFigure({ evaluation, settings }: TrainFile, currency: string): Figure {
  const { date, lines } = evaluation!.curves;
  const days = date.map(dayOf);
  const cash = settings.initialCash;
  return {
    ...equityFigure({
      currency,
      runs: Object.entries(lines).map(([name, growth]) => ({ name, days, values: growth.map((g) => g * cash), start: cash })),
    }),
    id: 'unseen-time',
    title: 'Unseen time',
    description:
      'Growth of an account over the tests: the mean of the seeds, the lowest and the highest of them at each close, holding, a crossing of averages, and the mean of random trading at the same turnover. All costs are taken off.',
  };
}

function curveFigures(folder: string, { members, settings, folds }: TrainFile): Figure[] {
  const curves = members.map(({ fold, seed }) => ({
    name: `${folds.length > 1 ? `fold ${fold + 1} ` : ''}seed ${seed}`,
    rows: readCurve(trainedFolder(folder, settings, { fold, seed })),
  }));
  const figure = (id: string, title: string, axis: string, format: Format, pick: (row: CurveRow) => number | null): Figure =>
    learningCurveFigure({
      id,
      title,
      axis,
      format,
      description: `${axis}, by environment steps: a line a seed, and their mean.`,
      totalSteps: settings.totalSteps,
      seeds: curves.map(({ name, rows }) => ({ name, steps: rows.map(({ steps }) => steps), values: rows.map(pick) })),
    });
  return [
    ...(folds[0]!.validation === null
      ? []
      : [figure('validation', 'Validation', 'Return on validation', 'percent', ({ validation }) => validation?.totalReturn ?? null)]),
    figure('reward', 'Reward in training', 'Mean reward of an episode', 'price', ({ episodes }) => episodes?.reward ?? null),
    figure('entropy', 'Entropy of the policy', 'Entropy', 'ratio', ({ entropy }) => entropy),
  ];
}

function contendersHtml({ evaluation }: TrainFile): string {
  const { contenders } = evaluation!;
  const column = (name: string, format: Format, pick: (row: Contender) => number | null | undefined) => ({
    name,
    format,
    values: contenders.map((row) => pick(row) ?? null),
  });
  return `<p>Means over the seeds of the policies and over the draws of random trading, after all costs, each symbol on an account of its own; intervals are of 95% (Student's t).</p>${tableHtml(
    {
      thinBy: 'head',
      columns: [
        { name: 'Strategy', format: 'text', values: contenders.map(({ name }) => name) },
        column('Seeds', 'count', ({ figures }) => figures.length),
        column('Annualised', 'percent', ({ over }) => over.annualisedReturn?.mean),
        column('from', 'percent', ({ over }) => over.annualisedReturn?.low95),
        column('to', 'percent', ({ over }) => over.annualisedReturn?.high95),
        column('Sharpe', 'ratio', ({ over }) => over.sharpeAnnual?.mean),
        column('Maximum drawdown', 'percent', ({ over }) => over.maxDrawdown?.mean),
        column('Turnover a year', 'ratio', ({ over }) => over.turnoverAnnual?.mean),
        column('In the market', 'level', ({ over }) => over.exposure?.mean),
        column('Policy less it, a year', 'percent', ({ excess }) => excess?.mean),
        column('less, from', 'percent', ({ excess }) => excess?.low95),
        column('less, to', 'percent', ({ excess }) => excess?.high95),
      ],
    },
    'On unseen time',
  )}`;
}

function seedsHtml({ members, evaluation, settings }: TrainFile): string {
  const { figures, seeds } = evaluation!.contenders[0]!;
  const ofSeed = (seed: number) => figures[seeds!.indexOf(seed)]!;
  const joined = settings.folds.count > 1 ? '<p>Figures on unseen time are of a seed over the tests of all its folds together.</p>' : '';
  return `${joined}${tableHtml(
    {
      thinBy: 'head',
      columns: [
        ...(settings.folds.count > 1 ? [{ name: 'Fold', format: 'count' as const, values: members.map(({ fold }) => fold + 1) }] : []),
        { name: 'Seed', format: 'count', values: members.map(({ seed }) => seed) },
        { name: 'Steps', format: 'count', values: members.map(({ steps }) => steps) },
        { name: 'Kept at', format: 'count', values: members.map(({ kept }) => kept.steps) },
        {
          name: 'On validation',
          format: settings.earlyStop.metric === 'return' ? 'percent' : 'ratio',
          values: members.map(({ kept }) => kept.score),
        },
        { name: 'Annualised on unseen time', format: 'percent', values: members.map(({ seed }) => ofSeed(seed).annualisedReturn) },
        { name: 'Sharpe', format: 'ratio', values: members.map(({ seed }) => ofSeed(seed).sharpeAnnual) },
        { name: 'Orders refused', format: 'count', values: members.map(({ seed }) => ofSeed(seed).rejections) },
        { name: 'Bundle', format: 'text', values: members.map(({ bundle }) => bundle.slice(0, 16)) },
      ],
    },
    'The policies',
  )}`;
}

function featuresHtml({ features }: TrainFile): string {
  const { probe, used } = features;
  return `<p>Under random actions on the training sessions. A feature that never moves teaches nothing.</p>${tableHtml(
    {
      thinBy: 'head',
      columns: [
        { name: 'Feature', format: 'text', values: probe.features.map(({ name }) => name) },
        { name: 'Mean', format: 'price', values: probe.features.map(({ mean }) => mean) },
        { name: 'Deviation', format: 'price', values: probe.features.map(({ deviation }) => deviation) },
        { name: 'Lowest', format: 'price', values: probe.features.map(({ minimum }) => minimum) },
        { name: 'Highest', format: 'price', values: probe.features.map(({ maximum }) => maximum) },
        {
          name: 'Note',
          format: 'text',
          values: probe.features.map(
            ({ name, constant, sameAs }) =>
              `${constant !== null ? 'constant' : sameAs !== null ? `the same as ${sameAs}` : ''}${used.includes(name) ? '' : ', left out'}`.replace(
                /^, /,
                '',
              ) || '-',
          ),
        },
      ],
    },
    'What the policies see',
  )}`;
}

function madeHtml({ settings, folds, kernel, stamp, configHash }: TrainFile): string {
  const spans = folds.map(({ train, validation, test }) => ({
    train: train.map(({ from, to }) => `${from} to ${to}`).join(', '),
    validation: validation ? `${validation.from} to ${validation.to}` : 'none',
    test: `${test.from} to ${test.to}`,
  }));
  const text = (name: string, values: readonly string[]) => ({ name, format: 'text' as const, values });
  const pairs = [
    ['Configuration (hash without the seeds)', configHash],
    ['Kernel', `${kernel.name}${kernel.hash === null ? '' : ` ${kernel.hash}`}`],
    ['Rulebook', stamp.rulebook],
    ...Object.entries(stamp.data).map(([symbol, digest]) => [`Data ${symbol}`, digest]),
  ] as [string, string][];
  return `${tableHtml(
    {
      thinBy: 'head',
      columns: [
        text(
          'Trained on',
          spans.map(({ train }) => train),
        ),
        text(
          'Validated on',
          spans.map(({ validation }) => validation),
        ),
        text(
          'Tested on',
          spans.map(({ test }) => test),
        ),
      ],
    },
    'Parts of the span',
  )}${tableHtml(
    {
      thinBy: 'head',
      columns: [
        text(
          'What',
          pairs.map(([name]) => name),
        ),
        text(
          'Value',
          pairs.map(([, value]) => value),
        ),
      ],
    },
    'What made the policies',
  )}<details><summary>Settings of the training</summary><pre><code>${escapeText(JSON.stringify(settings, null, 2))}</code></pre></details>`;
}
