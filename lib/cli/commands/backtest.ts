/** `hindcast backtest`: strategies side by side, each with an account of its own, against buy-and-hold and the index. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import type { BacktestFlags } from '../run/backtest.js';
import { memoryUseOptions, specOptions } from '../spec-flags.js';

export function define(command: Command, action: ActionOf): void {
  command.option('--strategy <id>', 'what decides; repeat to compare, a+b puts several in one account', (id, before: string[] = []) => [
    ...before,
    id,
  ]);
  specOptions(command);
  memoryUseOptions(command);
  command
    .option('--frozen <run>', "replay a run's recorded intents under other rules or costs, without deciding again")
    .option('--list', 'print the strategies with their parameters, and the data sets')
    .addHelpText(
      'after',
      exampleOf(
        'hindcast backtest --strategy sma-cross --strategy momentum --data embedded:us --set sma-cross.fast=10',
        'hindcast backtest --frozen results/<run> --commission 0.001',
      ),
    );
  action<BacktestFlags>(command, async (context, flags) => {
    if (flags.list) return (await import('../run/listing.js')).list(context);
    const { compare, replayFrozen } = await import('../run/backtest.js');
    return flags.frozen === undefined ? compare(context, flags) : replayFrozen(context, flags, flags.frozen);
  });
}
