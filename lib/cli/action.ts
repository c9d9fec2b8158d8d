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

export interface CommonFlags {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly results?: string;
  readonly logLevel?: string;
}

interface ActionOptions {
  /** What wrong settings do: by default the command is refused. */
  readonly wrongSettings?: 'at their default';
}

/** Adds the common flags to a command and gives it its action. */
export type ActionOf = <Flags, Arguments extends unknown[] = []>(
  command: Command,
  act: (context: Context, flags: Flags, ...rest: Arguments) => Promise<Done>,
  options?: ActionOptions,
) => void;

/** The common flags that are settings. */
export const settingsFlags = ({ results, logLevel }: CommonFlags): Readonly<Record<string, string>> => ({
  ...(results && { resultsDir: results }),
  ...(logLevel && { logLevel }),
});

const COMMON = 'Common options:';

export function actionOf(exit: (code: number) => void): ActionOf {
  return (command, act, options) => {
    command
      .optionsGroup(COMMON)
      .addHelpOption(new Option('-h, --help', 'print this help').helpGroup(COMMON))
      .option('--results <folder>', 'where runs are written (default: results/)')
      .option('--log-level <level>', 'trace, debug, info, warn, error or silent')
      .option('--json', 'print one machine-readable JSON line last on stdout, all else on stderr')
      .option('--debug', 'on failure, print the stack too')
      .action(async (...all: unknown[]) => {
        const flags = all.at(-2) as CommonFlags;
        const context = await contextOf(command, flags, options);
        try {
          const done = await act(context, flags as never, ...(all.slice(0, -2) as never));
          context.progress.close();
          const { hideSecrets } = await import('../core/index.js');
          if (context.json) process.stdout.write(`${hideSecrets(JSON.stringify(done.json))}\n`);
          exit(done.exitCode ?? 0);
        } finally {
          context.progress.close();
        }
      });
  };
}

async function contextOf(command: Command, flags: CommonFlags, options: ActionOptions = {}): Promise<Context> {
  const [core, config, { openProgress }, { interruptSignal }, { guardCrashes }] = await Promise.all([
    import('../core/index.js'),
    import('../config/index.js'),
    import('./progress.js'),
    import('./interrupt.js'),
    import('./crash.js'),
  ]);
  guardCrashes(command.name(), flags.debug ?? false);
  const layers = { root: core.projectRoot(), flags: settingsFlags(flags) };
  const settings = options.wrongSettings ? config.readSettings(layers).settings : config.loadSettings(layers);
  const json = flags.json ?? false;
  const progress = openProgress(process.stderr);
  const { logLevel, logLevels } = settings.values;
  core.configureLog({
    level: logLevel,
    levels: logLevels,
    write: (line) => progress.above(() => void process.stderr.write(line)),
  });
  return {
    settings,
    clock: core.systemClock(),
    json,
    say: (text = '') => progress.above(() => void (json ? process.stderr : process.stdout).write(`${core.hideSecrets(text)}\n`)),
    progress,
    get signal() {
      return interruptSignal();
    },
  };
}
