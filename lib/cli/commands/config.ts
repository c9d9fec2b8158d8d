/** `hindcast config show`: each setting, its value, where it came from. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';

export function define(command: Command, action: ActionOf): void {
  command.helpCommand(false).addHelpText('after', exampleOf('hindcast config show'));
  const show = command.command('show').description('Print each setting with its origin; secrets are masked.');
  show.addHelpText('after', exampleOf('HINDCAST_LOG_LEVEL=warn hindcast config show'));
  action(show, async ({ settings, say }) => {
    const [{ showSettings }, { tableLines }] = await Promise.all([import('../../config/index.js'), import('../table.js')]);
    const shown = showSettings(settings);
    const columns = [
      { head: 'setting', cell: (row: (typeof shown)[number]) => row.name },
      { head: 'value', cell: (row: (typeof shown)[number]) => row.value ?? '(not set)' },
      { head: 'from', cell: (row: (typeof shown)[number]) => row.origin },
      { head: 'variable', cell: (row: (typeof shown)[number]) => row.environment },
      { head: 'meaning', cell: (row: (typeof shown)[number]) => row.meaning },
    ];
    for (const line of tableLines(columns, shown)) say(line);
    say();
    say('Layers: default < hindcast.config.json < .env < environment < flag.');
    return { json: { command: 'config show', settings: shown } };
  });
}
