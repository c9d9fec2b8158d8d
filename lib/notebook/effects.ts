/** What a notebook or a promoted pipeline may use of the outside. */
import { join } from 'node:path';
import { projectRoot, systemClock } from '../core/index.js';
import type { ReplayEffects } from '../replay/index.js';
import { currentKernel } from './kernel.js';

export interface Effects extends ReplayEffects {
  /** Takes what `show` would display: `text/html`. Absent: nothing is shown. */
  readonly display?: (mime: string, data: string) => void;
}

/** The effects of a notebook: the machine's clock, `results/` of the project (or where the runner said), the cell's output. */
export function notebookEffects(): Effects {
  const kernel = currentKernel();
  return {
    clock: systemClock(),
    resultsDir: kernel?.resultsDir ?? join(projectRoot(), 'results'),
    ...(kernel ? { display: (mime: string, data: string) => kernel.display(mime, data) } : {}),
  };
}
