/** Returns by month and by year as tables whose colour only repeats the number in the cell: blue gains, orange losses. */

import type { Performance } from '../../stats/index.js';
import { formatValue, NOT_AVAILABLE } from '../format.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Shade `p1`..`p4`, `n1`..`n4` or none, by steps of size. */
function shade(value: number, steps: readonly number[]): string {
  const level = steps.filter((step) => Math.abs(value) >= step).length;
  return level === 0 ? '' : `${value < 0 ? 'n' : 'p'}${level}`;
}

const MONTH_STEPS = [0.005, 0.02, 0.05, 0.1];
const YEAR_STEPS = [0.02, 0.08, 0.2, 0.4];

/** Without the percent sign, which the caption or the header gives. */
const cell = (value: number, steps: readonly number[]): string =>
  `<td class="n heat ${shade(value, steps)}">${formatValue(value, 'percent').slice(0, -1)}</td>`;

/** One row a year, one column a month, the year at the end. Percent, after costs. */
export function monthsHtml({ months, years }: Performance): string {
  if (months.length === 0) return '<p>No month to show: the account has no return.</p>';
  const byMonth = new Map(months.map((m) => [m.year * 12 + m.month, m.totalReturn]));
  const rows = years.map(({ year, totalReturn }) => {
    const cells = MONTHS.map((_, i) => {
      const value = byMonth.get(year * 12 + i + 1);
      return value === undefined ? '<td class="n heat"></td>' : cell(value, MONTH_STEPS);
    });
    return `<tr><th scope="row">${year}</th>${cells.join('')}${cell(totalReturn, YEAR_STEPS)}</tr>`;
  });
  const head = MONTHS.map((m) => `<th scope="col" class="n">${m}</th>`).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="Returns by month"><table class="months"><caption>Return of the account by month (%), after costs</caption><thead><tr><th scope="col">Year</th>${head}<th scope="col" class="n">Year</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const plain = (value: number | null): string => formatValue(value, 'percent').replace('%', '');

/** One row a year. */
export function yearsHtml({ years }: Performance): string {
  const rows = years.map(
    (y) =>
      `<tr><th scope="row">${y.year}</th><td class="n">${formatValue(y.sessions, 'count')}</td>${cell(y.totalReturn, YEAR_STEPS)}<td class="n">${plain(y.volatilityAnnual)}</td><td class="n">${y.sharpeAnnual === null ? `<span title="fewer than two sessions, or returns that do not vary">${NOT_AVAILABLE}</span>` : formatValue(y.sharpeAnnual, 'ratio')}</td><td class="n">${plain(y.maxDrawdown)}</td></tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="Returns by year"><table><caption>The account by year, after costs</caption><thead><tr><th scope="col">Year</th><th scope="col" class="n">Sessions</th><th scope="col" class="n">Return (%)</th><th scope="col" class="n">Volatility (%, a year)</th><th scope="col" class="n">Sharpe</th><th scope="col" class="n">Deepest fall (%)</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
