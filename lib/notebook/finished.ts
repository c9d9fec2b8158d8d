/** The last cell of a notebook: says that all of it ran, and that nothing failed behind its back. */
import { NotebookError } from './errors.js';
import { currentKernel } from './kernel.js';

/** What the last cell prints. */
export const SENTINEL = 'hindcast: notebook finished';

/** Prints the sentinel. Throws NotebookError naming each promise that was rejected without anyone waiting for it. */
export async function finished(): Promise<void> {
  // Node reports unhandled rejections after the microtasks of a turn: two turns see all that cells left behind.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  const kernel = currentKernel();
  const failures = kernel?.failures.splice(0) ?? [];
  if (failures.length > 0) {
    throw new NotebookError(
      `finished: expected no unhandled rejection, got ${failures.length}: ${failures.join(' | ')}. Await the promise in its cell.`,
    );
  }
  kernel?.report({ kind: 'finished' });
  console.log(SENTINEL);
}
