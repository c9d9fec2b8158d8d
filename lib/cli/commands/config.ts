/** `hindcast config show | check | example`: the settings, where each came from, what is wrong with them, what there is to set. */
import { type Command, InvalidArgumentError } from 'commander';
import { type ActionOf, type CommonFlags, type Context, type Done, settingsFlags } from '../action.js';
import { exampleOf } from '../example.js';
import { group } from '../group.js';

export function define(command: Command, action: ActionOf): void {
  group(command).addHelpText('after', exampleOf('hindcast config', 'hindcast config check data'));
  action(command, show);
  const part = (name: string, description: string, ...examples: string[]): Command =>
    command
      .command(name)
      .description(description)
      .addHelpText('after', exampleOf(...examples));
  action(part('show', 'Print each setting with its origin; secrets are masked.', 'HINDCAST_LOG_LEVEL=warn hindcast config show'), show);
  const check = part(
    'check',
    'Name every key that is missing, wrong or unknown; exit code 2 when there is one.',
    'hindcast config check',
    'hindcast config check data',
  ).argument('[command]', 'only what this command needs', (name: string) => {
    const names = command.parent!.commands.map((one) => one.name());
    if (!names.includes(name)) throw new InvalidArgumentError(`Expected one of ${names.join(', ')}.`);
    return name;
  });
  action<CommonFlags, [string | undefined]>(check, checkAll, { wrongSettings: 'at their default' });
  action(part('example', 'Print every setting as .env.example has it.', 'hindcast config example > .env'), example);
}

async function show({ settings, say }: Context): Promise<Done> {
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
  say('Layers: default < hindcast.config.ts or .json < .env < environment < flag.');
  return { json: { command: 'config show', settings: shown } };
}

async function checkAll({ say }: Context, flags: CommonFlags, named: string | undefined): Promise<Done> {
  const [{ checkSettings }, { projectRoot }] = await Promise.all([import('../../config/index.js'), import('../../core/index.js')]);
  const problems = checkSettings({ root: projectRoot(), flags: settingsFlags(flags) }, named);
  for (const { key, kind, says, example: line } of problems) {
    say(`${kind} ${key}: ${says}`);
    say(`  for example: ${line}`);
  }
  if (problems.length === 0) say(`The settings are as ${named === undefined ? 'every command' : `hindcast ${named}`} needs them.`);
  return {
    json: { command: 'config check', for: named ?? null, ok: problems.length === 0, problems },
    exitCode: problems.length === 0 ? 0 : 2,
  };
}

async function example({ say }: Context): Promise<Done> {
  const { environmentExample } = await import('../../config/index.js');
  const text = environmentExample();
  say(text.trimEnd());
  return { json: { command: 'config example', text } };
}
