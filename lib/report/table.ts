/** Data tables: named columns with units, as HTML. The full columns travel in the page as data; long tables show a thinned view and say so. */
import { escapeText, type Format, formatValue } from './format.js';

export interface TableColumn {
  readonly name: string;
  /** Shown in brackets in the header: `CNY`, `%`, `sessions`. */
  readonly unit?: string;
  readonly format: Format;
  readonly values: readonly (string | number | null)[];
}

export interface Table {
  readonly columns: readonly TableColumn[];
  /** How to thin when long: the last row of each month (first column: ISO dates), or the first rows. */
  readonly thinBy: 'month' | 'head';
}

const MAXIMUM_ROWS = 240;
/** Of a table that is not thinned by date. */
const HEAD_ROWS = 100;

export const rowCount = (table: Table): number => table.columns[0]?.values.length ?? 0;

/** Rows that the page shows. */
export function shownRows(table: Table): number[] {
  const count = rowCount(table);
  const all = Array.from({ length: count }, (_, i) => i);
  if (count <= MAXIMUM_ROWS) return all;
  if (table.thinBy === 'head') return all.slice(0, HEAD_ROWS);
  const dates = table.columns[0]!.values as readonly string[];
  const keep = (length: number) => all.filter((i) => i === count - 1 || dates[i]!.slice(0, length) !== dates[i + 1]!.slice(0, length));
  const months = keep(7);
  return months.length <= MAXIMUM_ROWS ? months : keep(4);
}

const numeric = (column: TableColumn): boolean => column.format !== 'text' && column.format !== 'date' && column.format !== 'instant';

/** `Costs (CNY)`. */
export const headerOf = (column: TableColumn): string => (column.unit ? `${column.name} (${column.unit})` : column.name);

/** An HTML table with its caption. `caption` is plain text. */
export function tableHtml(table: Table, caption: string): string {
  const rows = shownRows(table);
  const total = rowCount(table);
  const thinned =
    rows.length < total
      ? ` ${table.thinBy === 'month' ? 'Last row of each period' : 'First rows'}: ${formatValue(rows.length, 'count')} of ${formatValue(total, 'count')}. The download holds all.`
      : '';
  const head = table.columns.map((c) => `<th scope="col"${numeric(c) ? ' class="n"' : ''}>${escapeText(headerOf(c))}</th>`).join('');
  const body = rows
    .map((i) => {
      const cells = table.columns.map((c) => `<td${numeric(c) ? ' class="n"' : ''}>${escapeText(formatValue(c.values[i], c.format))}</td>`);
      return `<tr>${cells.join('')}</tr>`;
    })
    .join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeText(caption)}"><table><caption>${escapeText(caption + thinned)}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
