/** `hindcast sweep`: many configurations of rule strategies, and what searching among them leaves of the best one. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import { nonNegative, wholeNumber } from '../numbers.js';
import type { SweepFlags } from '../run/sweep.js';
import { specOptions } from '../spec-flags.js';

const several = (text: string, before: string[] = []): string[] => [...before, text];

const grid = (text: string, before: [string, string][] = []): [string, string][] => {
  const match = /^([^=]+)=(.+)$/s.exec(text);
  if (!match) throw new InvalidArgumentError('Expected key=values, such as sma-cross.fast=5:45:5 or slow=50,60,70.');
  return [...before, [match[1]!, match[2]!]];
};

export function define(command: Command, action: ActionOf): void {
  command
    .option('--strategy <id>', 'what is searched; repeat for several (default: those that --grid names, else sma-cross)', several)
    .option(
      '--grid <key=values>',
      'values of a parameter: 20, 50,60,70, 5:45:5 (from:to:step) or log:5:320:7 (from:to:count); repeat',
      grid,
    )
    .option('--random <n>', 'draw this many combinations of the grid instead of taking all', wholeNumber)
    .addOption(new Option('--accounts <how>', 'one account over all symbols, or one each').choices(['shared', 'each']).default('shared'))
    .addOption(new Option('--by <figure>', 'what the best is best by').choices(['sharpe', 'return', 'calmar']).default('sharpe'))
    .option('--walk-forward <folds>', 'choose on what came before, judge on what came after, so many times', wholeNumber)
    .option('--rolling', 'walk forward with trainings of one length (default: from the first session on)')
    .option('--out-of-sample <share>', 'one split: the last part of the sessions judges, such as 0.3', nonNegative)
    .option('--train-share <share>', 'part of the sessions before the first test (default: 0.5)', nonNegative)
    .option('--purge <sessions>', 'left out of training right before each test', wholeNumber)
    .option('--embargo <sessions>', 'right after each test, left out of later trainings', wholeNumber);
  specOptions(command);
  command
    .option('--workers <n>', 'threads (default: as many as processors where it is worth it)', wholeNumber)
    .addOption(new Option('--kernel <name>', 'a certain evaluator instead of the fastest').choices(['simd', 'js', 'loop']))
    .option('--top <n>', 'how many of the best are printed', wholeNumber, 10)
    .option('--report', 'write one HTML file with the figures')
    .addHelpText(
      'after',
      exampleOf(
        'hindcast sweep --grid sma-cross.fast=5:45:5 --grid sma-cross.slow=50:200:10 --report',
        'hindcast sweep --data embedded:us --grid breakout.entry=10:100:10 --grid breakout.exit=5:50:5 --walk-forward 5 --purge 20',
        'hindcast sweep --strategy sma-cross --grid fast=2:60 --grid slow=log:20:400:40 --random 200 --out-of-sample 0.3',
      ),
    );
  action<SweepFlags>(command, async (context, flags) => (await import('../run/sweep.js')).sweep(context, flags));
}
