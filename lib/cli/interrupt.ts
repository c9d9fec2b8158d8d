/** Ctrl-C and its like, as one abort signal. */
import { monotonicMs } from '../core/index.js';

// A terminal's Ctrl-C arrives twice when a parent forwards it: copies this close together are one wish.
const SAME_WISH_MS = 500;
let controller: AbortController | undefined;

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; a later one ends the process with exit code 130. Installed at the first call. */
export function interruptSignal(): AbortSignal {
  if (controller) return controller.signal;
  const mine = new AbortController();
  controller = mine;
  let first = 0;
  const stop = () => {
    if (mine.signal.aborted && monotonicMs() - first > SAME_WISH_MS) process.exit(130);
    if (mine.signal.aborted) return;
    first = monotonicMs();
    mine.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return mine.signal;
}
