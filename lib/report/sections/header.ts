/** Top of the page: title, marks, one paragraph and the key figures, every number bound to the run. */
import { escapeText } from '../format.js';
import type { PageFacts } from '../page-facts.js';
import { type Bound, binder, say } from '../prose.js';

/** Words in a mark that ask for more than a glance. */
const LOUD = /synthetic|price.only|frozen|not finished|unverified|leak|degraded|ablation/i;

export function badgesHtml(facts: Pick<PageFacts, 'marks'>): string {
  if (facts.marks.length === 0) return '';
  const items = facts.marks.map((mark) => `<li class="badge${LOUD.test(mark) ? ' loud' : ''}">${escapeText(mark)}</li>`).join('');
  return `<ul class="badges" aria-label="What to know about these numbers">${items}</ul>`;
}

/** The summary as HTML paragraphs. */
export function summaryHtml(facts: PageFacts): string {
  const v = binder(facts);
  const p = 'runs.0.performance';
  const subject = facts.runs[0]!;
  const { totalReturn, sharpeAnnualLow95: low, sharpeAnnualHigh95: high, maxDrawdown } = subject.performance;
  const money = (path: string): Bound => ({ html: `${v('runs.0.currency', 'text').html} ${v(path, 'money').html}` });
  const sentences = [
    say`From ${v('runs.0.from', 'text')} to ${v('runs.0.to', 'text')}, over ${v('runs.0.sessions', 'count')} sessions, an account following ${v('runs.0.strategies', 'text')} on ${v(subject.symbolCount > 3 ? 'runs.0.symbolCount' : 'runs.0.symbols', subject.symbolCount > 3 ? 'count' : 'text')}${{ html: subject.symbolCount > 3 ? ' instruments' : '' }} went from ${money('runs.0.startEquity')} to ${money('runs.0.endEquity')}: a total return of ${v(`${p}.totalReturn`, 'percent')}, or ${v(`${p}.annualisedReturn`, 'percent')} a year.`,
  ];
  if (low !== null && high !== null) {
    const verdict =
      low <= 0 && high >= 0
        ? 'The interval includes zero: on this evidence alone, luck can explain the result.'
        : 'The interval does not include zero.';
    sentences.push(
      say`Its Sharpe ratio was ${v(`${p}.sharpeAnnual`, 'ratio')}, with a ${v('intervalLevel', 'level')} interval from ${v(`${p}.sharpeAnnualLow95`, 'ratio')} to ${v(`${p}.sharpeAnnualHigh95`, 'ratio')}. ${{ html: verdict }}`,
    );
  }
  if (maxDrawdown) {
    sentences.push(
      say`The deepest fall from a peak was ${v(`${p}.maxDrawdown.depth`, 'percent')}, with its low on ${v(`${p}.maxDrawdown.troughDate`, 'text')}.`,
    );
  }
  sentences.push(
    say`There were ${v('runs.0.trades', 'count')} fills and ${money('runs.0.costs')} of fees and taxes, ${v('runs.0.costShare', 'percent')} of the starting equity; all returns here are after them.`,
  );
  if (subject.excessBuyAndHold !== null && totalReturn !== null) {
    sentences.push(say`Its annualised return less that of buying and holding the same is ${v('runs.0.excessBuyAndHold', 'percent')}.`);
  }
  if (facts.index && facts.index.totalReturn !== null) {
    sentences.push(say`The index ${v('index.symbol', 'text')} returned ${v('index.totalReturn', 'percent')} over the same sessions.`);
  }
  if (facts.known.decisions > 0) {
    sentences.push(
      say`Of ${v('known.decisions', 'count')} decisions, ${v('known.share', 'percent')} used only what was known when they were made.`,
    );
  }
  return `<p class="summary">${sentences.join(' ')}</p>`;
}

/** Key figures under the summary. */
export function keyFiguresHtml(facts: PageFacts): string {
  const v = binder(facts);
  const p = 'runs.0.performance';
  const tile = (name: string, value: Bound, note = ''): string =>
    `<div class="tile"><dt>${escapeText(name)}</dt><dd>${value.html}${note ? `<small>${note}</small>` : ''}</dd></div>`;
  const { sharpeAnnualLow95: low, maxDrawdown } = facts.runs[0]!.performance;
  const interval =
    low === null
      ? ''
      : say`${v('intervalLevel', 'level')}: ${v(`${p}.sharpeAnnualLow95`, 'ratio')} to ${v(`${p}.sharpeAnnualHigh95`, 'ratio')}`;
  const none: Bound = { html: 'n/a' };
  return `<dl class="tiles">${[
    tile('Total return', v(`${p}.totalReturn`, 'percent')),
    tile('Annualised', v(`${p}.annualisedReturn`, 'percent')),
    tile('Sharpe ratio', v(`${p}.sharpeAnnual`, 'ratio'), interval),
    tile(
      'Maximum drawdown',
      maxDrawdown ? v(`${p}.maxDrawdown.depth`, 'percent') : none,
      maxDrawdown ? say`low on ${v(`${p}.maxDrawdown.troughDate`, 'text')}` : 'never fell',
    ),
    tile('Costs', v('runs.0.costShare', 'percent'), 'of the starting equity'),
    tile('Time in the market', v(`${p}.timeInMarket`, 'percent')),
  ].join('')}</dl>`;
}

export function notesHtml(facts: Pick<PageFacts, 'notes'>): string {
  if (facts.notes.length === 0) return '';
  return `<ul class="notes">${facts.notes.map((note) => `<li>${escapeText(note)}</li>`).join('')}</ul>`;
}
