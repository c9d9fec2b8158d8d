/** What was known when: the share of honest decisions, some decisions in full, and the audit. */
import { isoOf } from '../../core/index.js';
import type { Audit, OutcomeRow } from '../../replay/index.js';
import { escapeText, formatValue } from '../format.js';
import type { PageFacts } from '../page-facts.js';
import { binder, say } from '../prose.js';
import type { SampleDecision, Subject } from '../subject.js';

const MAXIMUM_EVIDENCE = 6;

/** Whether the bet came out: a buy wants a rise, a sell wants a fall, after costs. */
function verdict({ direction, label }: OutcomeRow): string {
  if (direction === 'flat' || label === null) return '';
  if (label === 0) return ': within costs';
  return label === (direction === 'long' ? 1 : -1) ? ': right' : ': wrong';
}

const sessions = (count: number): string => `${count} session${count === 1 ? '' : 's'}`;

const outcomeText = (o: OutcomeRow): string =>
  `price ${formatValue(o.instrumentReturn, 'percent')} after ${sessions(o.horizon)}${verdict(o)}`;

const span = (ms: number): string => {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880
    ? `${formatValue(Math.round(minutes / 6) / 10, 'count').replace(/\.?0+$/, '')} h`
    : `${Math.round(minutes / 1440)} days`;
};

function sampleHtml({ kind, row, outcomes }: SampleDecision): string {
  const shown = row.evidence.slice(0, MAXIMUM_EVIDENCE);
  const more = row.evidence.length - shown.length;
  const evidence = shown
    .map((e) => `<li><code>${escapeText(`${e.kind}:${e.id}`)}</code> <span class="at">${isoOf(e.knownAt)}</span></li>`)
    .join('');
  const newest = row.maxKnownAt === null ? 'nothing was read' : isoOf(row.maxKnownAt);
  const margin =
    row.maxKnownAt === null
      ? ''
      : row.maxKnownAt <= row.decidedAt
        ? ` (${row.maxKnownAt === row.decidedAt ? 'at that moment' : `${span(row.decidedAt - row.maxKnownAt)} before`})`
        : ' (AFTER the decision)';
  const pairs: [string, string][] = [
    ['Decided at', `<time class="at">${isoOf(row.decidedAt)}</time>`],
    ['Newest thing read', `${newest}${margin}`],
    ['Action', `${escapeText(row.decision.action ?? 'none')}, confidence ${formatValue(row.decision.confidence, 'ratio')}`],
    ['Why', escapeText(row.decision.why || 'no reason given')],
    ['Evidence', evidence ? `<ul>${evidence}</ul>${more > 0 ? `and ${more} more` : ''}` : 'none'],
    [
      'What came of it',
      outcomes.length > 0
        ? `<ul>${outcomes.map((o) => `<li>${escapeText(outcomeText(o))}</li>`).join('')}</ul>`
        : 'not matured, or not recorded',
    ],
  ];
  return `<article class="sample"><h3>${escapeText(kind)}: ${escapeText(row.symbol)}, ${row.session}</h3><dl>${pairs.map(([name, html]) => `<dt>${name}</dt><dd>${html}</dd>`).join('')}</dl><p class="id">Decision <code>${escapeText(row.id)}</code></p></article>`;
}

const isAudit = (value: unknown): value is Audit => value !== null && typeof value === 'object' && (value as Partial<Audit>).v === 1;

/** The leak audit of the run, `audit.json` as read. */
function auditHtml(audit: unknown): string {
  if (!isAudit(audit)) return '<p>No leak audit of this run is on file.</p>';
  const pairs: [string, string][] = [
    ['Verdict', audit.verdict],
    ['Decisions checked', formatValue(audit.decisions, 'count')],
    ['Reads after their decision', formatValue(audit.lateReads, 'count')],
    ['Outcomes checked', formatValue(audit.outcomes, 'count')],
    ['Outcomes settled too early', formatValue(audit.earlyOutcomes, 'count')],
    ...audit.cuts.map((cut): [string, string] => [
      `Run again on data that ends ${cut.session}`,
      `${formatValue(cut.rows, 'count')} decisions, ${cut.identical ? 'identical' : 'DIFFERENT'}`,
    ]),
  ];
  const rows = pairs.map(([name, text]) => `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(text)}</td></tr>`);
  const alarm =
    audit.verdict === 'clean' ? '' : '<p class="alarm" role="alert">The audit found a leak: something was used before it was known.</p>';
  return `${alarm}<div class="scroll" tabindex="0" role="region" aria-label="Leak audit"><table class="pairs"><caption>Leak audit (audit.json)</caption><tbody>${rows.join('')}</tbody></table></div>`;
}

export function knownWhenHtml(facts: PageFacts, subject: Subject, audit: unknown): string {
  const v = binder(facts);
  if (facts.known.decisions === 0)
    return `<p>This run recorded its account only, so there are no decisions to show.</p>${auditHtml(audit)}`;
  const lead = say`Each decision carries the instant at which it was made and the newest instant at which anything it read became known. In ${v('known.honest', 'count')} of ${v('known.decisions', 'count')} decisions (${v('known.share', 'percent')}) nothing read was newer than the decision; ${v('known.readNothing', 'count')} of them read nothing. Times are UTC.`;
  const alarm =
    facts.known.honest < facts.known.decisions
      ? '<p class="alarm" role="alert">Some decisions read what was not yet known. No number on this page can be trusted.</p>'
      : '';
  return `<p>${lead}</p>${alarm}${auditHtml(audit)}<div class="samples">${subject.samples.map(sampleHtml).join('')}</div>`;
}
