/** Prose whose numbers are bound to values: nothing in a sentence has to be typed again when the run changes. */
import { type Format, formatValue } from '../report/index.js';
import { escapeHtml } from './escape-html.js';

export interface Prose {
  readonly kind: 'prose';
  readonly html: string;
}

/** A value in a sentence, written in a given format: `${as(totalReturn, 'percent')}`. */
export const as = (value: number | null, format: Format): string => formatValue(value, format);

/** A paragraph: prose`Total return ${as(totalReturn, 'percent')} with ${trades} trades`. Interpolated values are escaped. */
export function prose(parts: TemplateStringsArray, ...values: readonly (string | number)[]): Prose {
  const written = (value: string | number): string => (typeof value === 'number' ? formatValue(value, 'count') : value);
  const text = parts.map((part, i) => part + (i < values.length ? written(values[i]!) : '')).join('');
  return { kind: 'prose', html: `<p>${escapeHtml(text)}</p>` };
}
