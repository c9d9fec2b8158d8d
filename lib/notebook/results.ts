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
