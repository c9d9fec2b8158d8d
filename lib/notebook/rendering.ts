/** What `show` can show, and how it becomes accessible HTML: figures, tables, records of numbers, prose. */
import { InputError } from '../core/index.js';
import { type Format, formatValue, type Table, tableHtml } from '../report/index.js';
import { escapeHtml } from './escape-html.js';
import type { Prose } from './prose.js';

/** A figure of lib/report: an SVG with its title, and what it says in words. */
export interface FigureLike {
  readonly title: string;
  readonly svg: string;
  readonly description?: string;
  /** What is drawn, as numbers. */
  readonly table?: Table;
}

/** A danfojs data frame, by the two members that are read. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

export type Row = Readonly<Record<string, unknown>>;
export type Showable = FigureLike | FrameLike | Prose | readonly Row[] | Row | string | number | null;

export interface ShowOptions {
  readonly caption?: string;
  /** How a column is written, by name: `{ totalReturn: 'percent' }`. Other numbers get thousands separators. */
  readonly formats?: Readonly<Record<string, Format>>;
  /** Rows that are shown of a long table; the caption says how many there are. */
  readonly rows?: number;
  /** A table that opens on a click: long, and not what the cell is about. */
  readonly folded?: boolean;
}

export type Rendering =
  | { readonly kind: 'figure'; readonly figure: FigureLike }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly unknown[])[];
      readonly options: ShowOptions;
    }
  | { readonly kind: 'prose'; readonly html: string };

const isRecord = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const isFigure = (value: unknown): value is FigureLike =>
  isRecord(value) && typeof value['svg'] === 'string' && typeof value['title'] === 'string';
const isFrame = (value: unknown): value is FrameLike =>
  isRecord(value) && Array.isArray(value['columns']) && Array.isArray(value['values']);
const isProse = (value: unknown): value is Prose => isRecord(value) && value['kind'] === 'prose' && typeof value['html'] === 'string';

/** Decides what a value is. Throws InputError on what has no form here, such as an array of numbers. */
export function renderingOf(value: Showable, options: ShowOptions = {}): Rendering {
  if (isFigure(value)) return { kind: 'figure', figure: value };
  if (isProse(value)) return { kind: 'prose', html: value.html };
  if (isFrame(value)) {
    const columns = value.columns.map(String);
    const rows = (value.values as readonly unknown[]).map((row) => (Array.isArray(row) ? (row as unknown[]) : [row]));
    return { kind: 'table', columns, rows, options };
  }
  if (Array.isArray(value)) {
    if (!value.every(isRecord))
      throw new InputError('show: expected rows with named columns, got an array of other values. Map it to objects.');
    const columns = [...new Set(value.flatMap((row) => Object.keys(row)))];
    return { kind: 'table', columns, rows: value.map((row) => columns.map((column) => row[column])), options };
  }
  if (isRecord(value)) {
    const rows = Object.entries(value).map(([name, cell]) => [name, cell]);
    return { kind: 'table', columns: ['name', 'value'], rows, options };
  }
  return { kind: 'prose', html: `<p>${escapeHtml(cellText(value))}</p>` };
}

// Six digits say enough of a ratio; what is large keeps its units and two decimals.
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });
const LARGE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** One cell as text: numbers with separators, null and NaN as `n/a`, nested values as JSON. */
export function cellText(value: unknown, format?: Format): string {
  if (format) return formatValue(value, format);
  if (value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return formatValue(null, 'text');
  if (typeof value === 'number')
    return (Math.abs(value) < 10_000 && !Number.isInteger(value) ? SMALL : LARGE).format(value).replace(/^-/, '\u2212');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const SHOWN_ROWS = 50;

// Jupyter's own style puts every cell to the right and a caption in the middle, where a narrow table breaks it.
const IN_ONE_LINE = ';white-space:nowrap';
const LONGEST_CAPTION = 90;
/** Dates and names of reasons stay whole where a wide table is pressed. */
const LONGEST_CELL = 20;
const styleOf = (right: boolean, oneLine: boolean): string =>
  ` style="text-align:${right ? 'right;font-variant-numeric:tabular-nums' : 'left'}${oneLine ? IN_ONE_LINE : ''}"`;

function rowsHtml(table: Extract<Rendering, { kind: 'table' }>): string {
  const { caption = 'Table', formats = {}, rows: limit = SHOWN_ROWS, folded = false } = table.options;
  const shown = table.rows.slice(0, limit);
  const rest = table.rows.length > shown.length ? ` (first ${shown.length} of ${table.rows.length} rows)` : '';
  const byName = table.columns.length === 2 && table.columns[0] === 'name';
  // What has numbers anywhere stands to the right as a whole, what is missing included.
  const right = table.columns.map((_, i) => shown.some((row) => typeof row[i] === 'number'));
  const head = table.columns.map((column, i) => `<th scope="col"${styleOf(right[i]!, false)}>${escapeHtml(column)}</th>`).join('');
  const body = shown.map((row) => {
    const cells = table.columns.map((column, i) => {
      const format = formats[byName ? String(row[0]) : column];
      const text = byName && i === 0 ? String(row[0]) : cellText(row[i], format);
      const style = styleOf(right[i]!, text.length <= LONGEST_CELL);
      return byName && i === 0 ? `<th scope="row"${style}>${escapeHtml(text)}</th>` : `<td${style}>${escapeHtml(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const title = escapeHtml(caption + rest);
  const captionStyle = styleOf(false, caption.length + rest.length <= LONGEST_CAPTION);
  const html = `<table><caption${captionStyle}>${title}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
  return folded ? `<details><summary>${title}: ${shown.length}</summary>${html}</details>` : html;
}

/** HTML of a rendering; every text in it is escaped. The SVG of a figure is taken as lib/report drew it. */
export function htmlOf(rendering: Rendering): string {
  if (rendering.kind === 'table') return rowsHtml(rendering);
  if (rendering.kind === 'prose') return rendering.html;
  const { title, svg, description, table } = rendering.figure;
  const words = description ? ` ${escapeHtml(description)}` : '';
  const numbers = table ? `<details><summary>Data of this figure</summary>${tableHtml(table, title)}</details>` : '';
  return `<figure style="margin:0">${svg}<figcaption><strong>${escapeHtml(title)}.</strong>${words}</figcaption>${numbers}</figure>`;
}
