/** `hindcast cache`: what the cache of the data sources holds, and what may go. */
import type { Command } from 'commander';
import type { ActionOf, Context, Done } from '../action.js';
import { exampleOf } from '../example.js';
import { group } from '../group.js';
import { nonNegative } from '../numbers.js';

interface CacheFlags {
  readonly cache?: string;
}

interface PruneFlags extends CacheFlags {
  readonly days: number;
  readonly maxMb?: number;
}

interface ClearFlags extends CacheFlags {
  readonly source?: string;
  readonly kind?: string;
}

const KINDS = ['bars', 'quotes', 'news', 'fundamentals', 'calendar', 'dividends', 'limits', 'list'];
const MIB = 1024 * 1024;

export function define(command: Command, action: ActionOf): void {
  const withFolder = (one: Command): Command => one.option('--cache <folder>', 'folder of the cache (default: the setting cacheDir)');
  withFolder(group(command)).addHelpText('after', exampleOf('hindcast cache stats', 'hindcast cache prune --days 30'));
  action<CacheFlags>(command, stats);
  const part = (name: string, description: string, ...examples: string[]): Command =>
    withFolder(command.command(name).description(description)).addHelpText('after', exampleOf(...examples));

  action<CacheFlags>(part('stats', 'Print size, hit rate and content.', 'hindcast cache stats --json'), stats);
  action<PruneFlags>(
    part('prune', 'Take out what was not used for a while, and files that were set aside.', 'hindcast cache prune --days 30 --max-mb 500')
      .option('--days <n>', 'keep what was used in the last n days', nonNegative, 90)
      .option('--max-mb <n>', 'then keep at most so much, what was used last', nonNegative),
    prune,
  );
  action<ClearFlags>(
    part(
      'clear',
      'Take out all, or all of a source or kind.',
      'hindcast cache clear --source tushare',
      'hindcast cache clear --kind quotes',
    )
      .option('--source <name>', 'only entries of this source')
      .option('--kind <kind>', `only this kind: ${KINDS.join(', ')}`),
    clear,
  );
}

async function keepingOf({ clock, settings }: Context, { cache }: CacheFlags) {
  const [feeds, { log }, { resolve }] = await Promise.all([
    import('../../feeds/index.js'),
    import('../../core/index.js'),
    import('node:path'),
  ]);
  const folder = cache === undefined ? settings.values.cacheDir : resolve(cache);
  return { ...feeds, options: { folder, clock, warn: (message: string) => log('feeds').warn(message) } };
}

const mb = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MB`;

async function stats(context: Context, flags: CacheFlags): Promise<Done> {
  const { cacheStats, options } = await keepingOf(context, flags);
  const [{ tableLines }, { isoOf }] = await Promise.all([import('../table.js'), import('../../core/index.js')]);
  const found = cacheStats(options);
  const { say } = context;
  const { hits, misses, hitRate, evictions, aside, groups } = found;
  say(`${found.folder}: ${found.entries} entries, ${mb(found.bytes)}`);
  if (hitRate !== null) {
    say(`hit rate ${(100 * hitRate).toFixed(1)} % (${hits.memory} from memory, ${hits.disk} from disk, ${misses} from the source)`);
    say(`evictions: ${evictions.memory} from memory, ${evictions.disk} from disk; answers older than they should be: ${found.stale}`);
  }
  if (aside.length > 0) say(`${aside.length} damaged file${aside.length === 1 ? '' : 's'} set aside. Remove with: hindcast cache prune`);
  if (groups.length > 0) {
    type Group = (typeof groups)[number];
    const columns = [
      { head: 'source', cell: (group: Group) => group.source },
      { head: 'kind', cell: (group: Group) => group.kind },
      { head: 'entries', align: 'right' as const, cell: (group: Group) => String(group.entries) },
      { head: 'size', align: 'right' as const, cell: (group: Group) => mb(group.bytes) },
      { head: 'oldest', cell: (group: Group) => isoOf(group.oldestFetchedAt).slice(0, 16) },
      { head: 'newest', cell: (group: Group) => isoOf(group.newestFetchedAt).slice(0, 16) },
    ];
    say();
    for (const line of tableLines(columns, groups)) say(line);
  }
  return { json: { command: 'cache stats', ...found } };
}

async function prune(context: Context, { days, maxMb, ...flags }: PruneFlags): Promise<Done> {
  const { pruneCache, options } = await keepingOf(context, flags);
  const { DAY_MS } = await import('../../core/index.js');
  const unusedSince = context.clock.now() - days * DAY_MS;
  const removed = pruneCache({ ...options, unusedSince, ...(maxMb !== undefined && { diskBytes: maxMb * MIB }) });
  context.say(`${removed.entries} entries taken out, ${mb(removed.bytesFreed)} freed; ${removed.aside.length} damaged files removed.`);
  return { json: { command: 'cache prune', ...removed } };
}

async function clear(context: Context, { source, kind, ...flags }: ClearFlags): Promise<Done> {
  if (kind !== undefined && !KINDS.includes(kind)) {
    const { InputError } = await import('../../core/index.js');
    throw new InputError(`cache clear: expected a kind out of ${KINDS.join(', ')}, got ${kind}. Name one of them.`);
  }
  const { clearCache, options } = await keepingOf(context, flags);
  const removed = clearCache({ ...options, ...(source !== undefined && { source }), ...(kind !== undefined && { kind }) });
  context.say(`${removed.entries} entries taken out, ${mb(removed.bytesFreed)} freed.`);
  return { json: { command: 'cache clear', ...removed } };
}
