/** What every command that replays hands to its runs: clock, folder, Ctrl-C, and the ledger of long tasks. */
import { type Ledger, openLedger } from '../jobs/index.js';
import type { ReplayEffects } from '../replay/index.js';
import type { Context } from './action.js';

export function replayEffects({ settings, clock, signal }: Context) {
  const { resultsDir, leaseMs, heartbeatMs } = settings.values;
  let ledger: Ledger | undefined;
  return {
    clock,
    resultsDir,
    signal,
    // Opened by the first run that starts: bad input leaves no file.
    tasks: () => (ledger ??= openLedger(resultsDir, { clock, leaseMs, heartbeatMs })),
    // The same command again goes on where the run stopped.
    resume: { argv: process.argv.slice(2), cwd: process.cwd() },
  } satisfies ReplayEffects;
}
