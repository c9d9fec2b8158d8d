/** All runs of a page side by side. */
import { escapeText, type Format, formatValue, NOT_AVAILABLE } from '../format.js';
import type { RunFacts } from '../measures.js';
import type { PageFacts } from '../page-facts.js';

interface Cell {
  readonly value: number | null;
  readonly format: Format;
  /** Key of the reason when null. */
  readonly key: string;
}

const COLUMNS: readonly { readonly header: string; readonly cell: (run: RunFacts) => Cell }[] = [
  { header: 'Total return', cell: (r) => ({ value: r.performance.totalReturn, format: 'percent', key: 'totalReturn' }) },
  { header: 'Annualised', cell: (r) => ({ value: r.performance.annualisedReturn, format: 'percent', key: 'annualisedReturn' }) },
  {
    header: 'Volatility (a\u00a0year)',
    cell: (r) => ({ value: r.performance.volatilityAnnual, format: 'percent', key: 'volatilityAnnual' }),
  },
  { header: 'Sharpe (95% interval)', cell: (r) => ({ value: r.performance.sharpeAnnual, format: 'ratio', key: 'sharpeAnnual' }) },
  { header: 'Maximum drawdown', cell: (r) => ({ value: r.performance.maxDrawdown?.depth ?? null, format: 'percent', key: 'maxDrawdown' }) },
  {
    header: 'Turnover (times a\u00a0year)',
    cell: (r) => ({ value: r.performance.turnoverAnnual, format: 'ratio', key: 'turnoverAnnual' }),
  },
  { header: 'Costs (of starting equity)', cell: (r) => ({ value: r.costShare, format: 'percent', key: 'costs' }) },
  {
    header: 'Excess over buy\u2011and\u2011hold (a\u00a0year)',
    cell: (r) => ({ value: r.excessBuyAndHold, format: 'percent', key: 'excessBuyAndHold' }),
  },
  { header: 'Excess over the\u00a0index (a\u00a0year)', cell: (r) => ({ value: r.excessIndex, format: 'percent', key: 'excessIndex' }) },
  { header: 'Fills', cell: (r) => ({ value: r.trades, format: 'count', key: 'trades' }) },
];

/** The table, with a footnote for each reason that a figure is missing. */
export function comparisonHtml(facts: PageFacts): string {
  const footnotes: string[] = [];
  const note = (reason: string): string => {
    let at = footnotes.indexOf(reason);
    if (at < 0) at = footnotes.push(reason) - 1;
    return `<span title="${escapeText(reason)}">${NOT_AVAILABLE}</span><sup><a href="#missing-${at + 1}">${at + 1}</a></sup>`;
  };
  const show = (run: RunFacts, { value, format, key }: Cell): string => {
    if (value === null) return `<td class="n">${note(run.reasons[key] ?? 'not defined')}</td>`;
    return `<td class="n">${escapeText(formatValue(value, format))}${small(run, key)}</td>`;
  };
  /** What stands under a figure: the interval of a Sharpe ratio, the amount of the costs. */
  const small = (run: RunFacts, key: string): string => {
    const { sharpeAnnualLow95: low, sharpeAnnualHigh95: high } = run.performance;
    if (key === 'costs') return `<small>${escapeText(`${run.currency} ${formatValue(run.costs, 'money')}`)}</small>`;
    if (key !== 'sharpeAnnual') return '';
    if (low === null || high === null) return `<small>${note(run.reasons['sharpeAnnualLow95'] ?? 'not defined')}</small>`;
    return `<small>${escapeText(`${formatValue(low, 'ratio')} to ${formatValue(high, 'ratio')}`)}</small>`;
  };
  const subject = facts.runs[0]!;
  const others = (run: RunFacts): string =>
    run.symbols === subject.symbols
      ? ''
      : `<small>${escapeText(run.symbolCount > 3 ? `${run.symbolCount} instruments` : run.symbols)}</small>`;
  const head = COLUMNS.map((c) => `<th scope="col" class="n">${escapeText(c.header)}</th>`).join('');
  const rows = facts.runs
    .map(
      (run, i) =>
        `<tr${i === 0 ? ' class="subject"' : ''}><th scope="row" class="run">${escapeText(run.label)}${others(run)}</th>${COLUMNS.map((c) => show(run, c.cell(run))).join('')}</tr>`,
    )
    .join('');
  const missing = footnotes.map((reason, i) => `<li id="missing-${i + 1}">${escapeText(reason)}</li>`).join('');
  return (
    '<p>After all costs, at a risk-free rate of zero. The interval is from a stationary bootstrap of session returns. Turnover is half of what was bought and sold over average equity. Excess is the difference of annualised returns.</p>' +
    `<div class="scroll" tabindex="0" role="region" aria-label="Comparison of runs"><table class="comparison"><caption>Comparison of runs</caption><thead><tr><th scope="col">Run</th>${head}</tr></thead><tbody>${rows}</tbody></table></div>` +
    (missing ? `<ol class="footnotes">${missing}</ol>` : '')
  );
}
