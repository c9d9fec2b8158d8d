/** `hindcast memory stats | check | search | export | reembed | import`: what is remembered, since when, and whether it is sound. */
import type { Command } from 'commander';
import type { ActionOf } from '../action.js';
import { exampleOf } from '../example.js';
import { group } from '../group.js';
import type { ImportFlags, MemoryFlags, SearchFlags } from '../run/memory.js';
import type { UpliftFlags } from '../run/memory-uplift.js';
import { memoryOptions, specOptions } from '../spec-flags.js';

export function define(command: Command, action: ActionOf): void {
  const common = (one: Command): Command =>
    one
      .option('--memory <name>', 'folder under data/memory, or a path such as results/<run>/memory (default: main)')
      .option('--embedder <name>', 'local, or a model of a server as server/name (default: the one the memory was written with)');
  const part = (name: string, description: string, ...examples: string[]): Command =>
    common(command.command(name).description(description)).addHelpText('after', exampleOf(...examples));
  const run = async () => import('../run/memory.js');

  common(group(command)).addHelpText(
    'after',
    exampleOf('hindcast memory stats', 'hindcast memory search "dividend cut" --as-of 2015-06-12'),
  );
  action<MemoryFlags>(command, async (context, flags) => (await run()).memoryStats(context, flags));
  action<MemoryFlags>(
    part('stats', 'Print how many rows there are of each kind, owner and layer, and their span.', 'hindcast memory stats --json'),
    async (context, flags) => (await run()).memoryStats(context, flags),
  );
  action<MemoryFlags>(
    part('check', "Check every row, the embedder's health, and the search against a plain scan.", 'hindcast memory check'),
    async (context, flags) => (await run()).memoryCheck(context, flags),
  );
  const search = part(
    'search',
    'Recall as of a date: what a decision of that day would have been given.',
    'hindcast memory search "利润下降" --as-of 2015-06-12 --kind lesson',
  )
    .argument('<text>', 'what to look for')
    .requiredOption('--as-of <date>', 'the day at whose end is recalled; there is no default')
    .option('--symbol <symbol>', 'rows about it, or about none in particular')
    .option('--kind <kind>', 'episode, outcome, lesson, maxim, chunk or summary')
    .option('--owner <owner>', 'bull, bear, trader, invest_judge or risk_manager: its rows beside the shared ones')
    .option('--limit <n>', 'most rows', '5');
  action<SearchFlags, [string]>(search, async (context, flags, text) => (await run()).memorySearch(context, flags, text));
  action<MemoryFlags, [string]>(
    part('export', 'Write all rows as JSON Lines, without vectors.', 'hindcast memory export rows.jsonl').argument(
      '<file>',
      'file to write',
    ),
    async (context, flags, file) => (await run()).memoryExport(context, flags, file),
  );
  action<ImportFlags, [string]>(
    part(
      'import',
      "Take in an old system's notes; what nobody can date is set aside and never recalled.",
      'hindcast memory import notes.json --memory old',
    )
      .argument('<file>', 'JSON array or JSON Lines')
      .option('--summarise', 'long notes are summed up by the model of the role summariser, not by their first sentences'),
    async (context, flags, file) => (await run()).memoryImport(context, flags, file),
  );
  action<MemoryFlags>(
    part('reembed', 'Embed all rows with another model, into a table of its own.', 'hindcast memory reembed --embedder ollama/bge-m3'),
    async (context, flags) => (await run()).memoryReembed(context, flags),
  );

  const uplift = command
    .command('uplift')
    .description('What a memory is worth: the same replay with it off, own, shuffled, lagged and poisoned.')
    .option('--strategy <id>', 'a strategy that asks its memory (default: memory:v1)');
  specOptions(uplift);
  memoryOptions(uplift);
  uplift.addHelpText('after', exampleOf('hindcast memory uplift --data lab:recurring --from 2018-02-01 --to 2020-06-30'));
  action<UpliftFlags>(uplift, async (context, flags) => (await import('../run/memory-uplift.js')).memoryUpliftOf(context, flags));
}
