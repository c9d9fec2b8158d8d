/** Writes the report of a run: one HTML file that opens from disk, with figures, provenance and the rows to verify it by. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Clock, projectRoot, writeFileAtomic } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import type { RunFolder } from '../replay/index.js';
import { packColumns } from './columns.js';
import { ReportError } from './errors.js';
import { type Detail, type FigureSet, figureSet } from './figure-set.js';
import type { Figure } from './figures/figure.js';
import { escapeText, formatValue, scriptJson } from './format.js';
import { type PageFacts, pageFacts } from './page-facts.js';
import { DARK } from './palette.js';
import { costsHtml, rejectionsHtml } from './sections/broker-tables.js';
import { monthsHtml, yearsHtml } from './sections/calendar-returns.js';
import { comparisonHtml } from './sections/comparison.js';
import { figureHtml } from './sections/figure-block.js';
import { badgesHtml, keyFiguresHtml, notesHtml, summaryHtml } from './sections/header.js';
import { knownWhenHtml } from './sections/known-when.js';
import { provenanceHtml } from './sections/provenance.js';
import { gatherSubject, type Subject } from './subject.js';
import { headerOf } from './table.js';
import { pageTemplate } from './template.js';

export interface ReportInput {
  /** The subject first, then the runs it is compared with. */
  readonly runs: readonly RunFolder[];
  /** The HTML file to write, such as `results/<run>/report.html`. */
  readonly out: string;
  readonly clock: Clock;
  /** The label of the subject otherwise. */
  readonly title?: string;
  /** The bars of the subject: with them prices have candles and exact units, without them the closes come from its decisions. */
  readonly data?: MarketData;
}

export interface ReportResult {
  readonly file: string;
  readonly bytes: number;
  /** Every number that the page says in words, and the table of runs. */
  readonly facts: PageFacts;
}

const LIMIT_BYTES = 2_000_000;
/** Tried in turn until the page is small enough. */
const DETAILS: readonly Detail[] = [
  { points: 5000, symbols: 12, trades: 5000 },
  { points: 5000, symbols: 6, trades: 1500 },
  { points: 2500, symbols: 4, trades: 500 },
  { points: 1000, symbols: 2, trades: 200 },
];
/** Price figures on paper; the others are on the screen only. */
const PRINTED_PRICES = 4;

/** Reads the runs and writes the page atomically. Throws ReportError when no run is given, none has sessions, or the page can't be made. */
export function writeReport({ runs, out, clock, title, data }: ReportInput): ReportResult {
  const run = runs[0];
  const empty = runs.find((r) => r.equity.day.length === 0);
  if (!run || empty) {
    throw new ReportError(
      `writeReport: expected runs with sessions, got ${empty ? `none in ${empty.folder}` : 'no run'}. Replay one first.`,
    );
  }
  const subject = gatherSubject(run, data);
  const facts = pageFacts(runs, subject, title, clock.now());
  const auditFile = join(run.folder, 'audit.json');
  const audit: unknown = existsSync(auditFile) ? JSON.parse(readFileSync(auditFile, 'utf8')) : null;
  const template = pageTemplate();
  for (const detail of DETAILS) {
    const page = fill(template, runs, subject, facts, figureSet(runs, subject, detail), audit);
    const bytes = Buffer.byteLength(page);
    if (bytes > LIMIT_BYTES) continue;
    writeFileAtomic(out, page);
    return { file: out, bytes, facts };
  }
  throw new ReportError(`writeReport: expected a page under ${LIMIT_BYTES} bytes, got more at the least detail. Compare fewer runs.`);
}

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

function fill(
  template: string,
  runs: readonly RunFolder[],
  subject: Subject,
  facts: PageFacts,
  figures: FigureSet,
  audit: unknown,
): string {
  const run = runs[0]!;
  const { currency, minorPerMajor } = run.row.market;
  const first = facts.runs[0]!;
  const omissions =
    figures.omissions.length > 0 ? `<p class="description">To keep the page small: ${figures.omissions.map(escapeText).join(' ')}</p>` : '';
  const body = `<header><h1>${escapeText(facts.title)}</h1>
<p class="byline">Hindcast report of run <code>${escapeText(run.row.run)}</code>, written ${escapeText(formatValue(facts.writtenAt, 'instant'))} UTC</p>
${badgesHtml(facts)}${summaryHtml(facts)}${keyFiguresHtml(facts)}${notesHtml(facts)}</header>
<nav aria-label="Sections"><ul><li><a href="#comparison">Comparison</a></li><li><a href="#figures">Figures</a></li><li><a href="#calendar">Months and years</a></li><li><a href="#broker">Decisions and costs</a></li><li><a href="#known">What was known when</a></li><li><a href="#provenance">Provenance</a></li></ul></nav>
<main>
<section aria-labelledby="comparison"><h2 id="comparison">Comparison</h2>${comparisonHtml(facts)}</section>
<section aria-labelledby="figures"><h2 id="figures">Figures</h2>${omissions}
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
<section aria-labelledby="provenance"><h2 id="provenance">Provenance</h2>${provenanceHtml(run, nameOf(run.folder))}</section>
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
  const packed = packColumns(
    all.map((f) => ({ id: f.id, ...f.plotly, table: f.table.columns.map((c) => ({ header: headerOf(c), values: c.values })) })),
  );
  const scripts = [
    `<script type="application/json" id="hindcast-run">${scriptJson(runs.map((r) => r.row))}</script>`,
    `<script type="application/json" id="hindcast-facts">${scriptJson(facts)}</script>`,
    `<script type="application/json" id="hindcast-figures">${scriptJson({ columns: packed.columns, value: packed.value })}</script>`,
  ].join('\n');
  // Replacements are functions: a "$&" in a symbol's name must stay as it is.
  return template
    .replace('<title>hindcast-title</title>', () => `<title>${escapeText(facts.title)}</title>`)
    .replace('<!--hindcast-dark-->', () => `<style>@media screen and (prefers-color-scheme:dark){${darkRules()}}</style>`)
    .replace('<!--hindcast-body-->', () => `${body}\n${scripts}`);
}

/** The dark colours of static drawings, as rules on their attributes. */
const darkRules = (): string =>
  Object.entries(DARK)
    .map(([light, dark]) => `.static [fill="${light}"]{fill:${dark}}.static [stroke="${light}"]{stroke:${dark}}`)
    .join('');
