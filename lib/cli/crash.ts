/** What is left of a process that dies of an error nobody caught: one masked line, and no secret in a diagnostic report. */
import { hideSecrets } from '../core/index.js';
import { failureOf } from './failure.js';

/** From here on an uncaught error ends the process the way a failed command does. */
export function guardCrashes(command: string, debug: boolean): void {
  // A diagnostic report of Node (`--report-on-fatalerror` and its like) lists the environment, tokens included.
  if (process.report) process.report.excludeEnv = true;
  process.on('uncaughtException', (error) => {
    const { text, exitCode } = failureOf(error, command, debug);
    process.stderr.write(hideSecrets(text), () => process.exit(exitCode));
  });
}
