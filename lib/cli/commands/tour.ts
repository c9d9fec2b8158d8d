/** `hindcast tour`: the showcase, on the bars that ship with the project. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

export function define(command: Command, action: ActionOf): void {
  command.addHelpText('after', exampleOf('hindcast tour', 'npm start'));
  action(command, async (context) => (await import('../tour/run-tour.js')).runTour(context));
}
