/** One style for numbers and text in figures, tables and prose: real minus, thousands separators, ISO dates, `n/a` for what is undefined. */
import { dateOf, isoOf } from '../core/index.js';

/** How a value is written. `percent` and `level` (no decimals) take a fraction; `money` major units; `date` an epoch day; `instant` milliseconds UTC. */
export type Format = 'percent' | 'level' | 'ratio' | 'money' | 'price' | 'count' | 'date' | 'instant' | 'text';

export const NOT_AVAILABLE = 'n/a';

const fixed = (value: number, decimals: number): string => {
  const text = Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text;
};

/** The one writing of a value. Null, undefined and non-finite numbers are `n/a`. */
export function formatValue(value: unknown, format: Format): string {
  if (value === null || value === undefined || value === '') return NOT_AVAILABLE;
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) return NOT_AVAILABLE;
  switch (format) {
    case 'percent':
      return `${fixed(value * 100, 2)}%`;
    case 'level':
      return `${fixed(value * 100, 0)}%`;
    case 'ratio':
    case 'money':
      return fixed(value, 2);
    case 'price':
      return fixed(value, Math.abs(value) < 1 ? 4 : 2);
    case 'count':
      return fixed(value, Number.isInteger(value) ? 0 : 2);
    case 'date':
      return dateOf(value);
    case 'instant':
      return isoOf(value).slice(0, 16).replace('T', ' ');
    case 'text':
      return String(value);
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters, unpaired surrogates and non-characters, which XML forbids. */
const FORBIDDEN = /\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;

/** Text for HTML and SVG, attributes included. What XML forbids becomes U+FFFD. */
export const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ENTITIES[c] as string).replace(FORBIDDEN, (c) => (/[\t\n\r]/.test(c) ? c : '\uFFFD'));

/** Text for a Plotly figure, which reads a few HTML tags and entities in names. */
export const plotlyText = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** JSON for a script element: nothing in it can end the element or open a comment. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
