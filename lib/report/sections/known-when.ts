/** What was known when: the share of honest decisions, some decisions in full, and the audit. */
import { isoOf } from '../../core/index.js';
import type { OutcomeRow } from '../../replay/index.js';
import { escapeText, formatValue } from '../format.js';
import type { PageFacts } from '../page-facts.js';
import { binder, say } from '../prose.js';
import type { SampleDecision, Subject } from '../subject.js';

const MAXIMUM_EVIDENCE = 6;

const outcomeText = (o: OutcomeRow): string =>
  `${o.horizon} session${o.horizon === 1 ? '' : 's'}: ${formatValue(o.instrumentReturn, 'percent')}, label ${o.label === null ? 'n/a' : formatValue(o.label, 'count')}`;

const span = (ms: number): string => {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${formatValue(Math.round(minutes / 6) / 10, 'count').replace(/\.?0+$/, '')} h` : `${Math.round(minutes / 1440)} days`;
};

function sampleHtml({ kind, row, outcomes }: SampleDecision): string {
  const shown = row.evidence.slice(0, MAXIMUM_EVIDENCE);
  const more = row.evidence.length - shown.length;
  const evidence = shown.map((e) => `<li><code>${escapeText(`${e.kind}:${e.id}`)}</code> ${isoOf(e.knownAt)}</li>`).join('');
  const newest = row.maxKnownAt === null ? 'nothing was read' : isoOf(row.maxKnownAt);
  const margin =
    row.maxKnownAt === null ? '' : row.maxKnownAt <= row.decidedAt ? ` (${row.maxKnownAt === row.decidedAt ? 'at that moment' : `${span(row.decidedAt - row.maxKnownAt)} before`})` : ' (AFTER the decision)';
  const pairs: [string, string][] = [
    ['Decided at', `<time datetime="${isoOf(row.decidedAt)}">${isoOf(row.decidedAt)}</time>`],
    ['Newest thing read', `${newest}${margin}`],
    ['Action', `${escapeText(row.decision.action ?? 'none')}, confidence ${formatValue(row.decision.confidence, 'ratio')}`],
    ['Why', escapeText(row.decision.why || 'no reason given')],
    ['Evidence', evidence ? `<ul>${evidence}</ul>${more > 0 ? `and ${more} more` : ''}` : 'none'],
    ['What came of it', outcomes.length > 0 ? `<ul>${outcomes.map((o) => `<li>${escapeText(outcomeText(o))}</li>`).join('')}</ul>` : 'not matured, or not recorded'],
  ];
  return `<article class="sample"><h3>${escapeText(kind)}: ${escapeText(row.symbol)}, ${row.session}</h3><dl>${pairs.map(([name, html]) => `<dt>${name}</dt><dd>${html}</dd>`).join('')}</dl><p class="id">Decision <code>${escapeText(row.id)}</code></p></article>`;
}

/** A flat view of an audit: its scalar entries, then the size of its lists. */
function auditHtml(audit: unknown): string {
  if (audit === null || typeof audit !== 'object') return '<p>This run was not audited for leaks.</p>';
  const rows = Object.entries(audit).map(([name, value]) => {
    const text = Array.isArray(value) ? `${formatValue(value.length, 'count')} entries` : value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);
    return `<tr><th scope="row">${escapeText(name)}</th><td>${escapeText(text.length > 200 ? `${text.slice(0, 199)}\u2026` : text)}</td></tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="Audit"><table class="pairs"><caption>Result of the leak audit (audit.json)</caption><tbody>${rows.join('')}</tbody></table></div>`;
}

export function knownWhenHtml(facts: PageFacts, subject: Subject, audit: unknown): string {
  const v = binder(facts);
  if (facts.known.decisions === 0) return `<p>This run recorded its account only, so there are no decisions to show.</p>${auditHtml(audit)}`;
  const lead = say`Each decision carries the instant at which it was made and the newest instant at which anything it read became known. In ${v('known.honest', 'count')} of ${v('known.decisions', 'count')} decisions (${v('known.share', 'percent')}) nothing read was newer than the decision; ${v('known.readNothing', 'count')} of them read nothing. Times are UTC.`;
  const alarm = facts.known.honest < facts.known.decisions ? '<p class="alarm" role="alert">Some decisions read what was not yet known. No number on this page can be trusted.</p>' : '';
  return `<p>${lead}</p>${alarm}${auditHtml(audit)}<div class="samples">${subject.samples.map(sampleHtml).join('')}</div>`;
}
