/** A command of commands, such as `hindcast config show`, that does something alone too. */
import type { Command } from 'commander';

/** Options may stand before or after the part's name; a part that there isn't is an error with the nearest one. */
export function group(command: Command): Command {
  return (
    command
      .helpCommand(false)
      // Options after a part's name are the part's.
      .enablePositionalOptions()
      .allowExcessArguments()
      .hook('preSubcommand', (_group, part) => {
        for (const [option, value] of Object.entries(command.opts())) part.setOptionValue(option, value);
      })
      .hook('preAction', async (_group, acting) => {
        const unknown = acting === command ? command.args[0] : undefined;
        if (unknown === undefined) return;
        const { nearest } = await import('../config/index.js');
        const names = command.commands.map((part) => part.name());
        const like = nearest(unknown, names);
        const hint = like ? `Did you mean ${like}?` : `It has ${names.join(', ')}.`;
        command.error(`unknown command '${unknown}' (${hint})`, { code: 'commander.unknownCommand', exitCode: 2 });
      })
  );
}
