/** What the `hindcast memory` commands do. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { modelSummary } from '../../agents/index.js';
import { dayOf, InputError, instantAt, isoOf } from '../../core/index.js';
import { runTask } from '../../jobs/index.js';
import { modelFor, RULE } from '../../llm/index.js';
import {
  checkMemory,
  type Embedder,
  exportMemory,
  importMemory,
  type Memory,
  memoryTables,
  openMemory,
  quarantined,
  reembed,
} from '../../memory/index.js';
import type { Context, Done } from '../action.js';
import { fenceOf } from '../lent-models.js';
import { openedEmbedder } from '../opened-embedder.js';
import { openedModels } from '../opened-models.js';
import { replayEffects } from '../replay-effects.js';
import { tableLines } from '../table.js';

export interface MemoryFlags {
  readonly memory?: string;
  readonly embedder?: string;
}

export interface ImportFlags extends MemoryFlags {
  readonly summarise?: boolean;
}

export interface SearchFlags extends MemoryFlags {
  readonly asOf: string;
  readonly symbol?: string;
  readonly kind?: string;
  readonly owner?: string;
  readonly limit: string;
}

function folderOf({ settings }: Context, { memory = 'main' }: MemoryFlags): string {
  const path = isAbsolute(memory) || memory.includes('/') || memory.includes(sep);
  return path ? resolve(memory) : join(dirname(settings.values.dataDir), 'memory', memory);
}

/** Opens, acts, closes; the embedder is the one that the memory was written with unless another is named. */
async function withMemory<T>(
  context: Context,
  flags: MemoryFlags,
  mode: 'read-only' | 'read-write',
  act: (memory: Memory, folder: string) => Promise<T>,
): Promise<T> {
  const folder = folderOf(context, flags);
  const active = memoryTables(folder)?.active.id;
  if (active === undefined && mode === 'read-only') {
    throw new InputError(`memory: expected a memory in ${folder}, got none. Import one, or name another with --memory.`);
  }
  const { embedder, close } = await openedEmbedder(context, flags.embedder ?? active ?? 'local');
  try {
    const memory = await openMemory(folder, { embedder, mode, signal: context.signal });
    try {
      return await act(memory, folder);
    } finally {
      memory.close();
    }
  } finally {
    await close();
  }
}

const counted = <T>(items: readonly T[], of: (item: T) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const item of items) counts[of(item)] = (counts[of(item)] ?? 0) + 1;
  return counts;
};

export async function memoryStats(context: Context, flags: MemoryFlags): Promise<Done> {
  return withMemory(context, flags, 'read-only', async (memory, folder) => {
    const heads = memory.heads();
    const found = {
      folder,
      embedder: memory.embedder.id,
      dimension: memory.embedder.dimension,
      health: memory.health,
      rows: heads.length,
      quarantined: quarantined(folder),
      from: heads.length === 0 ? null : isoOf(heads[0]!.knownAt),
      to: heads.length === 0 ? null : isoOf(heads[heads.length - 1]!.knownAt),
      kinds: counted(heads, ({ kind }) => kind),
      owners: counted(heads, ({ owner }) => owner),
      layers: counted(heads, ({ layer }) => layer),
    };
    const { say } = context;
    say(`${folder}: ${found.rows} rows, ${found.embedder} (${found.dimension} numbers)`);
    say(found.health.status === 'ok' ? 'embedder: healthy' : `embedder: degraded. ${found.health.reason}`);
    if (found.from !== null) say(`known from ${found.from} to ${found.to}`);
    if (found.quarantined > 0) say(`set aside in quarantine.jsonl, since nobody can say when they could be known: ${found.quarantined}`);
    for (const [name, counts] of Object.entries({ kinds: found.kinds, owners: found.owners, layers: found.layers })) {
      const words = Object.entries(counts).map(([key, count]) => `${key} ${count}`);
      if (words.length > 0) say(`${name}: ${words.join(', ')}`);
    }
    return { json: { command: 'memory stats', ...found } };
  });
}

export async function memoryCheck(context: Context, flags: MemoryFlags): Promise<Done> {
  return withMemory(context, flags, 'read-only', async (memory, folder) => {
    const check = await checkMemory(memory);
    const { say } = context;
    say(`${folder}: ${check.rows} rows`);
    say(check.embedder.status === 'ok' ? 'embedder: healthy' : `embedder: degraded. ${check.embedder.reason}`);
    const lists = { altered: check.altered, doubled: check.duplicates, 'replacing a row that is not there': check.dangling };
    for (const [name, ids] of Object.entries(lists)) say(`${name}: ${ids.length === 0 ? 'none' : `${ids.length}, such as ${ids[0]}`}`);
    say(`search: recall@10 ${check.recallAt10.toFixed(4)} against a plain scan, ${check.queries} queries`);
    if (!check.ok)
      throw new InputError(
        `memory check: expected a sound memory, got faults in ${folder} (see above). Restore it, or import its export anew.`,
      );
    return { json: { command: 'memory check', folder, ...check } };
  });
}

export async function memorySearch(context: Context, flags: SearchFlags, text: string): Promise<Done> {
  const limit = Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new InputError(`memory search: expected --limit of 1 or more, got ${flags.limit}. Give a whole number.`);
  const asOf = instantAt(dayOf(flags.asOf), '23:59:59.999', 'UTC');
  return withMemory(context, flags, 'read-only', async (memory) => {
    const recall = await memory.recall(
      {
        text,
        limit,
        ...(flags.symbol === undefined ? {} : { symbols: [flags.symbol] }),
        ...(flags.kind === undefined ? {} : { kinds: [flags.kind] }),
        ...(flags.owner === undefined ? {} : { owner: flags.owner }),
      },
      asOf,
    );
    const { say } = context;
    if (recall.status !== 'ok') say(`${recall.status}: ${recall.reason}`);
    const columns = [
      { head: 'score', align: 'right' as const, cell: (item: (typeof recall.items)[number]) => item.score.toFixed(3) },
      { head: 'known', cell: (item: (typeof recall.items)[number]) => isoOf(item.knownAt).slice(0, 10) },
      { head: 'kind', cell: (item: (typeof recall.items)[number]) => item.kind },
      { head: 'text', cell: (item: (typeof recall.items)[number]) => (item.text.length > 100 ? `${item.text.slice(0, 99)}…` : item.text) },
    ];
    if (recall.items.length > 0) for (const line of tableLines(columns, recall.items)) say(line);
    return { json: { command: 'memory search', asOf: isoOf(asOf), ...recall } };
  });
}

export async function memoryExport(context: Context, flags: MemoryFlags, file: string): Promise<Done> {
  return withMemory(context, flags, 'read-only', async (memory) => {
    const rows = await exportMemory(memory, resolve(file));
    context.say(`${rows} rows written to ${file}`);
    return { json: { command: 'memory export', file, rows } };
  });
}

/** The run that the calls of an import go by in the transcripts. */
const IMPORT = 'memory import';

export async function memoryImport(context: Context, flags: ImportFlags, file: string): Promise<Done> {
  if (!existsSync(file)) throw new InputError(`memory import: expected a file, got ${file}, which is not there. Check the path.`);
  return withMemory(context, flags, 'read-write', async (memory, folder) => {
    const models = flags.summarise ? openedModels(context, IMPORT) : undefined;
    const secret = models === undefined ? '' : fenceOf(context.settings.values.resultsDir, IMPORT);
    const summarise = models && modelSummary({ ...models, secret }, (text) => memory.embedder.countTokens(text));
    const done = await importMemory(memory, folder, resolve(file), summarise && { summarise }).finally(() => models?.close());
    const { say } = context;
    if (models !== undefined && modelFor(models.models.plan, 'summariser').model === RULE)
      say('No model is set for the role summariser: first sentences stand in for its summaries. Set llmTiers.');
    say(`${done.written} rows written, ${done.known} were there already, ${done.quarantined.length} set aside`);
    for (const { line, reason } of done.quarantined.slice(0, 5)) say(`  note ${line}: ${reason}`);
    if (done.quarantined.length > 5) say(`  and ${done.quarantined.length - 5} more, see quarantine.jsonl`);
    return { json: { command: 'memory import', folder, ...done } };
  });
}

export async function memoryReembed(context: Context, flags: MemoryFlags): Promise<Done> {
  const folder = folderOf(context, flags);
  const name = flags.embedder ?? 'local';
  const opened: { embedder: Embedder; close: () => Promise<void> } = await openedEmbedder(context, name);
  const { tasks, resume, signal } = replayEffects(context);
  try {
    const done = await runTask(
      tasks(),
      { kind: 'memory reembed', run: folder, steps: 1, parameters: { folder, embedder: name }, resume, signal },
      async (task) =>
        reembed(folder, opened.embedder, {
          signal: task.signal,
          progress: (rows, all) => context.progress.report({ task: 'memory reembed', done: rows, total: all, at: name }),
        }),
    );
    context.progress.close();
    context.say(`${done.rows} rows in table ${done.table}, now in use; the old table is kept`);
    return { json: { command: 'memory reembed', folder, ...done } };
  } finally {
    await opened.close();
  }
}
