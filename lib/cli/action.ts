/** What every command shares: its common flags, the context it gets, the JSON line it ends with. */
import { type Command, Option } from 'commander';
import type { Settings } from '../config/index.js';
import type { Clock } from '../core/index.js';
import type { Progress } from './progress.js';

export interface Context {
  readonly settings: Settings;
  readonly clock: Clock;
  /** True when the last line of stdout must be JSON: people's text then goes to stderr. */
  readonly json: boolean;
  say(text?: string): void;
  readonly progress: Progress;
  /** Reading it makes the command interruptible: the first Ctrl-C aborts it, a later one ends the process. */
  readonly signal: AbortSignal;
}

/** What a command ends with: its one machine-readable line, and its exit code when that is not 0. */
export interface Done {
  readonly json: object;
  readonly exitCode?: number;
}

interface CommonFlags {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly results?: string;
  readonly logLevel?: string;
}

/** Adds the common flags to a command and gives it its action. */
export type ActionOf = <Flags, Arguments extends unknown[] = []>(
  command: Command,
  act: (context: Context, flags: Flags, ...rest: Arguments) => Promise<Done>,
) => void;

const COMMON = 'Common options:';

export function actionOf(exit: (code: number) => void): ActionOf {
  return (command, act) => {
    command
      .optionsGroup(COMMON)
      .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(COMMON))
      .option('--results <folder>', 'where runs are written (default: results/)')
      .option('--log-level <level>', 'trace, debug, info, warn, error or silent')
      .option('--json', 'print one machine-readable JSON line last on stdout, all else on stderr')
      .option('--debug', 'on failure, print the stack too')
      .action(async (...all: unknown[]) => {
        const flags = all.at(-2) as CommonFlags;
        const context = await contextOf(flags);
        try {
          const done = await act(context, flags as never, ...(all.slice(0, -2) as never));
          context.progress.close();
          if (context.json) process.stdout.write(`${JSON.stringify(done.json)}\n`);
          exit(done.exitCode ?? 0);
        } finally {
          context.progress.close();
        }
      });
  };
}

async function contextOf(flags: CommonFlags): Promise<Context> {
  const [core, config, { openProgress }, { interruptSignal }] = await Promise.all([
    import('../core/index.js'),
    import('../config/index.js'),
    import('./progress.js'),
    import('./interrupt.js'),
  ]);
  const settings = config.loadSettings({
    root: core.projectRoot(),
    flags: { ...(flags.results && { resultsDir: flags.results }), ...(flags.logLevel && { logLevel: flags.logLevel }) },
  });
  const json = flags.json ?? false;
  core.configureLog({ level: settings.values.logLevel, pretty: process.stderr.isTTY });
  return {
    settings,
    clock: core.systemClock(),
    json,
    say: (text = '') => void (json ? process.stderr : process.stdout).write(`${text}\n`),
    progress: openProgress(process.stderr),
    get signal() {
      return interruptSignal();
    },
  };
}
