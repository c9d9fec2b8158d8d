/** Writes the report of a search: one HTML file that opens from disk, with its figures and everything that makes one doubt the best. */
import { join, relative } from 'node:path';
import { type Clock, projectRoot, writeFileAtomic } from '../core/index.js';
import { openRun } from '../replay/index.js';
import { ReportError } from './errors.js';
import { escapeText, formatValue } from './format.js';
import { fillPage } from './page-fill.js';
import { binder, say } from './prose.js';
import { figureHtml } from './sections/figure-block.js';
import { badgesHtml, notesHtml } from './sections/header.js';
import { provenanceHtml } from './sections/provenance.js';
import { besideHtml, bestHtml, walkForwardHtml } from './sections/sweep-tables.js';
import { configurationName, heatMaps, OBJECTIVE_NAMES, outOfSample, type SweepSubject, sideBySide } from './sweep-figures.js';
import { pageTemplate } from './template.js';

export interface SweepReportInput extends SweepSubject {
  /** Of the search, under the results folder that its runs lie in too. */
  readonly folder: string;
  readonly out: string;
  readonly clock: Clock;
}

/** Rows of the table of the best. */
const BEST = 20;

/** Writes the page atomically. Throws ReportError when the search has not come to its end. */
export function writeSweepReport({ file, space, rows, folder, out, clock }: SweepReportInput): { file: string; bytes: number } {
  const { best, honest } = file;
  if (best === null || honest === null) {
    throw new ReportError(
      `writeSweepReport: expected a search that is done, got ${file.sweep}, ${file.status}. Run its command again to finish it.`,
    );
  }
  const subject: SweepSubject = { file, space, rows };
  const runs = honest.runs.map((run) => openRun(join(folder, '..', run)));
  const maps = heatMaps(subject);
  const lines = sideBySide(subject);
  const tests = outOfSample(subject);
  const strategies = space.strategies.map(({ strategy }) => strategy).join(', ');
  const facts = {
    ...file,
    strategies,
    bestName: configurationName(best.configuration),
    objective: OBJECTIVE_NAMES[file.by],
    writtenAt: clock.now(),
  };
  const v = binder(facts);
  const title = `Sweep of ${strategies}`;
  const p = 'best.figures';
  const sentences = [
    say`Of ${v('configurations.all', 'count')} configurations of ${v('strategies', 'text')} from ${v('from', 'text')} to ${v('to', 'text')}, the best by ${v('objective', 'text')} was ${v('bestName', 'text')}: ${v(`${p}.annualisedReturn`, 'percent')} a year after all costs at a Sharpe ratio of ${v(`${p}.annualisedSharpe`, 'ratio')}.`,
  ];
  if (file.significance !== null) {
    sentences.push(
      say`After ${v('significance.trials', 'count')} configurations tried, the probability that its Sharpe is more than the luck of the best of them is ${v('significance.deflatedSharpe', 'price')}.`,
    );
    if (file.significance.pbo !== null)
      sentences.push(
        say`The best of one half of this history was in the lower half of the other in ${v('significance.pbo', 'percent')} of all ways to halve it.`,
      );
  }
  const tile = (name: string, html: string, note = ''): string =>
    `<div class="tile"><dt>${escapeText(name)}</dt><dd>${html}${note ? `<small>${note}</small>` : ''}</dd></div>`;
  const tiles = [
    tile('Annualised', v(`${p}.annualisedReturn`, 'percent').html),
    tile('Sharpe ratio', v(`${p}.annualisedSharpe`, 'ratio').html, 'of the best, as found'),
    ...(file.significance
      ? [tile('Deflated Sharpe', v('significance.deflatedSharpe', 'price').html, 'probability of more than luck')]
      : []),
    ...(file.significance ? [tile('Probability of overfitting', v('significance.pbo', 'percent').html)] : []),
    ...(file.stability ? [tile('Neighbours that earn', v('stability.sharePositive', 'level').html)] : []),
    ...(file.walkForward ? [tile('Sharpe out of sample', v('walkForward.outOfSample.sharpe', 'ratio').html)] : []),
    tile('Difference to the loop', v('honest.differenceMinor', 'count').html, 'minor units, at any close'),
  ];
  const dropped = Object.entries(file.configurations.dropped).map(
    ([reason, count]) => `<p class="description">${escapeText(`${formatValue(count, 'count')} combinations left out (${reason}).`)}</p>`,
  );
  const inside = relative(projectRoot(), runs[0]!.folder);
  const sections = [
    ['best', 'Best configurations', dropped.join('') + bestHtml(subject, BEST)],
    ['beside', 'Beside the best', besideHtml(file)],
    ['figures', 'Figures', [...maps, ...(lines ? [lines] : [])].map((figure) => figureHtml(figure)).join('\n')],
    ...(tests ? [['walk-forward', 'Walk-forward', walkForwardHtml(file) + figureHtml(tests, { log: true })]] : []),
    ['provenance', 'Provenance', provenanceHtml(runs[0]!, inside.startsWith('..') ? runs[0]!.folder : inside)],
  ] as [id: string, name: string, html: string][];
  const body = `<header><h1>${escapeText(title)}</h1>
<p class="byline">Hindcast report of <code>${escapeText(file.sweep)}</code>, written ${escapeText(formatValue(facts.writtenAt, 'instant'))} UTC</p>
${badgesHtml(file)}<p class="summary">${sentences.join(' ')}</p><dl class="tiles">${tiles.join('')}</dl>${notesHtml(file)}</header>
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => `<li><a href="#${id}">${name}</a></li>`).join('')}</ul></nav>
<main>
${sections.map(([id, name, html]) => `<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>${html}</section>`).join('\n')}
</main>
<footer>Made by Hindcast. Past results, real or simulated, say little about future ones; the best of many say less.</footer>`;
  const page = fillPage(pageTemplate(), {
    title,
    body,
    runs: runs.map(({ row }) => row),
    facts,
    figures: [...maps, ...(lines ? [lines] : []), ...(tests ? [tests] : [])],
  });
  writeFileAtomic(out, page);
  return { file: out, bytes: Buffer.byteLength(page) };
}
