/** `hindcast doctor`: what this machine can and can't do. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

export function define(command: Command, action: ActionOf): void {
  command.addHelpText('after', exampleOf('hindcast doctor --json'));
  action(command, async (context) => (await import('../doctor/examine.js')).examine(context));
}
