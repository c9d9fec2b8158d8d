/** `hindcast replay`: Time Travel. One account through history, every decision recorded, outcomes settled. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import type { ReplayFlags } from '../run/replay.js';
import { memoryUseOptions, specOptions } from '../spec-flags.js';

export function define(command: Command, action: ActionOf): void {
  command.option('--strategy <id>', 'what decides; a+b puts several in one account (default: rule:v1)');
  specOptions(command);
  memoryUseOptions(command);
  command
    .option('--spec <file>', 'a replay spec as JSON; flags win over its keys')
    .addHelpText(
      'after',
      exampleOf(
        'hindcast replay',
        'hindcast replay --data embedded:us --symbols AAPL,IBM --strategy sma-cross+exits --set sma-cross.fast=10 --json',
      ),
    );
  action<ReplayFlags>(command, async (context, flags) => (await import('../run/replay.js')).replay(context, flags));
}
