/** `hindcast models list`: what each role would ask, and whether it is there. */
import type { Command } from 'commander';
import type { ActionOf, Context, Done } from '../action.js';
import { exampleOf } from '../example.js';
import { group } from '../group.js';

/** `declared:` and the start of what follows it; all of it stands in the JSON. */
const DIGEST_SHOWN = 21;

export function define(command: Command, action: ActionOf): void {
  group(command).addHelpText('after', exampleOf('hindcast models list'));
  action(command, list);
  const part = command
    .command('list')
    .description('List what each role would ask: model, digest, day up to which it has read, healthy or not.')
    .addHelpText('after', exampleOf('hindcast models list --json'));
  action(part, list);
}

/** Exit code 1 when a model that is configured can't be asked. */
async function list({ settings, clock, say, signal }: Context): Promise<Done> {
  const [llm, core, { tableLines }] = await Promise.all([
    import('../../llm/index.js'),
    import('../../core/index.js'),
    import('../table.js'),
  ]);
  // For the jitter between attempts, which no result depends on.
  const jitter = core.randomInit(clock.now() >>> 0, 'models-jitter');
  const table = await llm.modelsTable(llm.modelPlan(settings.values), { clock, random: () => core.randomFloat(jitter) }, signal);
  type Role = (typeof table.roles)[number];
  type Model = (typeof table.models)[number];
  const roleColumns = [
    { head: 'role', cell: (row: Role) => row.role },
    { head: 'tier', cell: (row: Role) => row.tier },
    { head: 'asks', cell: (row: Role) => row.model + (row.standsInFor ? ` (in place of ${row.standsInFor})` : '') },
    { head: 'goes up to', cell: (row: Role) => row.above.join(', ') },
  ];
  for (const line of tableLines(roleColumns, table.roles)) say(line);
  say();
  const modelColumns = [
    { head: 'model', cell: (row: Model) => row.model },
    { head: 'state', cell: (row: Model) => (row.healthy ? 'healthy' : 'away') },
    { head: 'digest', cell: (row: Model) => (row.digest ?? '').slice(0, DIGEST_SHOWN) },
    { head: 'size', cell: (row: Model) => row.parameters ?? '' },
    { head: 'context', align: 'right' as const, cell: (row: Model) => String(row.contextLength ?? '') },
    { head: 'has read up to', cell: (row: Model) => (row.model === llm.RULE ? 'nothing' : (row.cutoff ?? 'not told')) },
    { head: 'yuan/M tokens', cell: (row: Model) => row.price ?? 'not told' },
  ];
  for (const line of tableLines(modelColumns, table.models)) say(line);
  for (const { model, says } of table.models) if (says !== null) say(`${model}: ${says}`);
  if (table.rulesOnly) say('No model is configured: fixed rules (rule:v1) stand in for every role, and say so. Set llmTiers.');
  const healthy = table.models.every((row) => row.healthy);
  return { json: { command: 'models list', healthy, ...table }, exitCode: healthy ? 0 : 1 };
}
