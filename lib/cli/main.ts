/** Reads the command line, runs one command, and turns every way it can end into an exit code and at most one line. */
import { Command, CommanderError } from 'commander';
import { actionOf } from './action.js';
import { commandList } from './commands.js';
import { failureOf } from './failure.js';

const EXIT_CODES = `
Exit codes:
  0  ok                 3  verify: drifted
  1  failed             4  verify: cannot verify
  2  bad input        130  interrupted (the run resumes where it stopped)

Examples:
  hindcast tour
  hindcast replay --data embedded:us --symbols AAPL,IBM --strategy momentum --from 2005-01-03 --to 2012-12-31
  hindcast backtest --list`;

/** Runs a command line (without the program's own name) and gives its exit code. Never throws. */
export async function main(args: readonly string[], version: string): Promise<number> {
  // A reader such as `head` may close the pipe early: that is its right, not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const named = args.find((arg) => !arg.startsWith('-'));
  let exitCode = 0;
  try {
    const program = await programFor(named, version, (code) => {
      exitCode = code;
    });
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const command = commandList.some((entry) => entry.name === named) ? named : undefined;
    const failure = failureOf(error, command, args.includes('--debug'));
    const { hideSecrets } = await import('../core/index.js');
    process.stderr.write(hideSecrets(failure.text));
    if (args.includes('--json')) process.stdout.write(`${hideSecrets(JSON.stringify(failure.json))}\n`);
    return failure.exitCode;
  }
}

/** The program with all commands known by name, and the one that is named known in full. */
async function programFor(named: string | undefined, version: string, exit: (code: number) => void): Promise<Command> {
  const program = new Command('hindcast')
    .description('A research workbench for trading agents: replayed through market history day by day.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  program.helpCommand(false);
  for (const entry of commandList) {
    const command = program.command(entry.name).summary(entry.summary).description(sentence(entry.summary)).helpGroup(entry.group);
    if (entry.name === named) (await entry.load()).define(command, actionOf(exit));
  }
  return program;
}

const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}.`;
