/** Sentences whose every number is bound to a value of the run: typed digits are refused, bound ones carry the path they came from. */
import { ReportError } from './errors.js';
import { escapeText, type Format, formatValue } from './format.js';

/** HTML of one bound value. */
export interface Bound {
  readonly html: string;
}

/** The value at a dotted path such as `runs.0.totalReturn`. Throws ReportError when there is none. */
export function valueAt(facts: unknown, path: string): unknown {
  let node = facts;
  for (const key of path.split('.')) {
    if (node === null || typeof node !== 'object' || !(key in node)) {
      throw new ReportError(`valueAt: expected a value at ${path}, got nothing at "${key}". Name a path of the page's facts.`);
    }
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}

/** Gives `value(path, format)`, which writes `<data value="raw" data-value="path" data-format="format">text</data>`. */
export function binder(facts: unknown): (path: string, format: Format) => Bound {
  return (path, format) => {
    const raw = valueAt(facts, path);
    const plain = raw === null || raw === undefined ? '' : String(raw);
    return {
      html: `<data value="${escapeText(plain)}" data-value="${path}" data-format="${format}">${escapeText(formatValue(raw, format))}</data>`,
    };
  };
}

/** Joins text and bound values. Throws ReportError on a digit in the text: numbers come from the run, not from typing. */
export function say(parts: TemplateStringsArray, ...values: readonly Bound[]): string {
  return parts
    .map((part, i) => {
      if (/\d/.test(part))
        throw new ReportError(`say: expected no digits in the text, got ${JSON.stringify(part)}. Bind the number to a value of the run.`);
      return escapeText(part) + (values[i]?.html ?? '');
    })
    .join('');
}
