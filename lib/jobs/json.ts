/** JSON text of what is kept in the ledger; what JSON can't hold is refused instead of changed. */
import { canonicalJson } from '../core/index.js';
import { TaskInputError } from './errors.js';

export function jsonOf(value: unknown, what: string): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    throw new TaskInputError(
      `jobs: expected ${what} to be plain JSON, got ${(error as Error).message}. Give numbers (finite), strings, lists and objects.`,
      { cause: error },
    );
  }
}
