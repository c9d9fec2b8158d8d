/** Declared results: the named numbers that a notebook and its pipeline must agree on. */
import { canonicalJson, InputError } from '../core/index.js';

/** A value that JSON holds. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** Declared results by name: what a receipt compares. */
export type Results = Readonly<Record<string, JsonValue>>;

/** Throws InputError when a result is not JSON (NaN and Infinity are not). */
export function checkResults(results: Results): Results {
  for (const [name, value] of Object.entries(results)) {
    try {
      canonicalJson(value);
    } catch (cause) {
      throw new InputError(`declare: expected a JSON value for "${name}", got ${String(value)}. Declare null where there is none.`, {
        cause,
      });
    }
  }
  return results;
}

const LONGEST_TEXT = 48;

/** The same results for a reader: nested values under dotted names, lists joined, long texts such as digests cut short. */
export function readableResults(results: Results): Record<string, string | number | boolean | null> {
  const flat: Record<string, string | number | boolean | null> = {};
  const add = (name: string, value: JsonValue): void => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [part, inner] of Object.entries(value)) add(`${name} ${part}`, inner);
      return;
    }
    const text = Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', ') : value;
    flat[name] =
      typeof text === 'string' && text.length > LONGEST_TEXT
        ? `${text.slice(0, LONGEST_TEXT - 1)}\u2026`
        : (text as string | number | boolean | null);
  };
  for (const [name, value] of Object.entries(results)) add(name, value);
  return flat;
}
