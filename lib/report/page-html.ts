/** The page of a run as HTML: its sections in order, and its data as JSON blocks. */
import { relative } from 'node:path';
import { projectRoot } from '../core/index.js';
import type { RunFolder } from '../replay/index.js';
import type { FigureSet } from './figure-set.js';
import type { Figure } from './figures/figure.js';
import { escapeText, formatValue } from './format.js';
import type { PageFacts } from './page-facts.js';
import { fillPage } from './page-fill.js';
import { costsHtml, rejectionsHtml } from './sections/broker-tables.js';
import { monthsHtml, yearsHtml } from './sections/calendar-returns.js';
import { comparisonHtml } from './sections/comparison.js';
import { figureHtml } from './sections/figure-block.js';
import { badgesHtml, keyFiguresHtml, notesHtml, summaryHtml } from './sections/header.js';
import { knownWhenHtml } from './sections/known-when.js';
import { provenanceHtml } from './sections/provenance.js';
import { restedOn } from './sections/rested-on.js';
import type { Subject } from './subject.js';

export interface PageParts {
  readonly template: string;
  readonly runs: readonly RunFolder[];
  readonly subject: Subject;
  readonly facts: PageFacts;
  readonly figures: FigureSet;
  /** `audit.json` as read, null without one. */
  readonly audit: unknown;
  /** Why the bars of the run are not at hand, null when they are. */
  readonly missing: string | null;
}

/** Price figures on paper; the others are on the screen only. */
const PRINTED_PRICES = 4;

/** How a reader at the project root names a folder. */
function nameOf(folder: string): string {
  const inside = relative(projectRoot(), folder);
  return inside.startsWith('..') ? folder : inside;
}

function pricesHtml(figures: readonly Figure[]): string {
  if (figures.length < 2) return figures.map((f) => figureHtml(f)).join('\n');
  const options = figures
    .map((f) => `<option value="figure-${escapeText(f.id)}">${escapeText(f.title.replace(/: price and trades$/, ''))}</option>`)
    .join('');
  const chooser = `<p class="chooser" hidden><label for="choose-price">Instrument</label><select id="choose-price" data-group="price">${options}</select></p>`;
  return chooser + figures.map((f, i) => figureHtml(f, { group: 'price', screenOnly: i >= PRINTED_PRICES })).join('\n');
}

/** The template filled: body, data blocks, title. */
export function pageHtml({ template, runs, subject, facts, figures, audit, missing }: PageParts): string {
  const run = runs[0]!;
  const { currency, minorPerMajor } = run.row.market;
  const first = facts.runs[0]!;
  const omissions = [
    ...(missing === null ? [] : [`Prices are shown only where something was held: ${missing}.`]),
    ...figures.omissions,
  ].map((sentence) => `<p class="description">${escapeText(sentence)}</p>`);
  const body = `<header><h1>${escapeText(facts.title)}</h1>
<p class="byline">Hindcast report of run <code>${escapeText(run.row.run)}</code>, written ${escapeText(formatValue(facts.writtenAt, 'instant'))} UTC</p>
${badgesHtml(facts)}${summaryHtml(facts)}${keyFiguresHtml(facts)}${notesHtml(facts)}</header>
<nav aria-label="Sections"><ul><li><a href="#comparison">Comparison</a></li><li><a href="#figures">Figures</a></li><li><a href="#calendar">Months and years</a></li><li><a href="#broker">Decisions and costs</a></li><li><a href="#known">What was known when</a></li><li><a href="#provenance">Provenance</a></li></ul></nav>
<main>
<section aria-labelledby="comparison"><h2 id="comparison">Comparison</h2>${comparisonHtml(facts)}</section>
<section aria-labelledby="figures"><h2 id="figures">Figures</h2>${omissions.join('')}
${figureHtml(figures.equity, { log: true })}
${figureHtml(figures.drawdown)}
${pricesHtml(figures.prices)}
${figureHtml(figures.exposure)}</section>
<section aria-labelledby="calendar"><h2 id="calendar">Months and years</h2>${monthsHtml(first.performance)}${yearsHtml(first.performance)}</section>
<section aria-labelledby="broker"><h2 id="broker">Decisions and costs</h2>
${figures.calibration ? figureHtml(figures.calibration) : ''}
${figures.actions ? figureHtml(figures.actions) : ''}
<div class="side-by-side"><div><h3>Orders not done</h3>${rejectionsHtml(subject)}</div><div><h3>Costs</h3>${costsHtml(subject, currency, minorPerMajor)}</div></div></section>
<section aria-labelledby="known"><h2 id="known">What was known when</h2>${knownWhenHtml(facts, subject, audit)}</section>
<section aria-labelledby="provenance"><h2 id="provenance">Provenance</h2>${provenanceHtml(run, nameOf(run.folder), restedOn(run, subject.recalls))}</section>
</main>
<footer>Made by Hindcast. Past results, real or simulated, say little about future ones.</footer>`;
  const all = [
    figures.equity,
    figures.drawdown,
    ...figures.prices,
    figures.exposure,
    ...(figures.calibration ? [figures.calibration] : []),
    ...(figures.actions ? [figures.actions] : []),
  ];
  return fillPage(template, { title: facts.title, body, runs: runs.map((r) => r.row), facts, figures: all });
}
