/** `hindcast data fetch | list | check | import`: bars from sources and files into the store, and what it holds. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import type { CheckFlags, FetchFlags, ImportFlags, StoreFlags } from '../data-flags.js';
import { exampleOf } from '../example.js';
import { group } from '../group.js';

const STORE = ['--store <name>', 'folder under the data folder, or a path (default: main)'] as const;
const several = (value: string, before: string[] = []): string[] => [...before, value];

export function define(command: Command, action: ActionOf): void {
  group(command)
    .option(...STORE)
    .addHelpText('after', exampleOf('hindcast data list', 'hindcast data check --store main'));
  action<StoreFlags>(command, async (context, flags) => (await import('../run/data.js')).listData(context, flags));

  const fetch = command
    .command('fetch')
    .description('Fetch bars and corporate actions; what is stored is not fetched again.')
    .option(
      '--source <name>',
      'tushare, akshare, yahoo, ccxt:<exchange>, lab:<preset>, file:<path>; repeat for sources to try next (default: the setting sources)',
      several,
    )
    .requiredOption('--symbols <a,b>', 'what to fetch')
    .requiredOption('--from <date>', 'first day, such as 2015-01-05')
    .requiredOption('--to <date>', 'last day')
    .option('--interval <minutes>', 'bars of so many minutes, where the source has them (default: daily bars)')
    .option('--offline', 'read the cache only, and name what it lacks')
    .option(...STORE)
    .addHelpText(
      'after',
      exampleOf('hindcast data fetch --source tushare --symbols 600000.SH,000001.SZ --from 2015-01-05 --to 2024-12-31'),
    );
  action<FetchFlags>(fetch, async (context, flags) => (await import('../run/data.js')).fetchData(context, flags));

  const list = command
    .command('list')
    .description('List what is stored: symbols, span, source, retrieval, digest.')
    .option(...STORE)
    .addHelpText('after', exampleOf('hindcast data list --json'));
  action<StoreFlags>(list, async (context, flags) => (await import('../run/data.js')).listData(context, flags));

  const check = command
    .command('check')
    .description('Report gaps against the calendar, spikes, days without volume, broken limits, wrong units.')
    .option(...STORE)
    .option('--symbols <a,b>', 'only these')
    .option('--live <source>', 'ask a real source for a little of everything it has, instead; repeat for several', several)
    .addHelpText('after', exampleOf('hindcast data check --symbols 600000.SH', 'hindcast data check --live yahoo'));
  action<CheckFlags>(check, async (context, flags) => (await import('../run/data.js')).checkData(context, flags));

  const load = command
    .command('import')
    .argument('<path>', 'a CSV or Parquet file, or a folder of them')
    .description("Bring the user's own files into the store.")
    .option(...STORE)
    .option('--replace', 'take the place of symbols that are stored already')
    .option('--symbol <symbol>', 'symbol of a file that names none')
    .option('--volume-unit <unit>', 'shares or lots, where the amounts do not tell')
    .option('--bar-stamp <what>', 'start or end: what the time of a bar shorter than a day is, where the times do not tell')
    .addHelpText('after', exampleOf('hindcast data import bars.csv --store mine'));
  action<ImportFlags, [string]>(load, async (context, flags, path) => (await import('../run/data.js')).importData(context, flags, path));
}
