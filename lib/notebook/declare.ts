/** Says in a notebook what came out. */
import { NotebookError } from './errors.js';
import { currentKernel } from './kernel.js';
import { checkResults, type Results, readableResults } from './results.js';
import { show } from './show.js';

/** More than a reader takes in at a glance: they are for the receipt. */
const SHOWN_OPEN = 16;

/**
 * Declares results of a notebook: shown as a table, and compared with the pipeline's by the receipt. In a promoted pipeline the
 * same call adds to what `run` returns.
 */
export function declare(results: Results): void {
  const kernel = currentKernel();
  if (!kernel)
    throw new NotebookError('declare: expected a notebook kernel, got another process. Promote the notebook and call its run().');
  kernel.report({ kind: 'declared', results: checkResults(results) });
  const readable = readableResults(results);
  show(readable, { caption: 'Declared results', rows: 200, folded: Object.keys(readable).length > SHOWN_OPEN });
}
