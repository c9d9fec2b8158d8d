/** What the `hindcast data` commands do. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { dateOf, dayOf, InputError, isoOf } from '../../core/index.js';
import {
  checkStore,
  describeFetched,
  describeFinding,
  fetchInto,
  importInto,
  listStore,
  liveCheck,
  type StoredSymbol,
  sourceNamed,
  storeFolder,
} from '../../feeds/index.js';
import { runTask } from '../../jobs/index.js';
import type { Context, Done } from '../action.js';
import type { CheckFlags, FetchFlags, ImportFlags, StoreFlags } from '../data-flags.js';
import { openedCached, openedLive } from '../opened-sources.js';
import { replayEffects } from '../replay-effects.js';
import { tableLines } from '../table.js';

const folderOf = ({ settings }: Context, { store = 'main' }: StoreFlags): string => storeFolder(store, settings.values.dataDir);

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export async function fetchData(context: Context, flags: FetchFlags): Promise<Done> {
  const [from, to] = [dayOf(flags.from), dayOf(flags.to)];
  if (from > to) throw new InputError(`data fetch: expected --from not after --to, got ${flags.from} and ${flags.to}. Swap them.`);
  const symbols = listOf(flags.symbols);
  if (symbols.length === 0)
    throw new InputError('data fetch: expected symbols, got none. Write for example --symbols 600000.SH,000001.SZ.');
  const minutes = flags.interval === undefined ? undefined : Number(flags.interval);
  if (minutes !== undefined && !(Number.isInteger(minutes) && minutes >= 1 && minutes < 1440))
    throw new InputError(
      `data fetch: expected --interval in whole minutes below a day, got ${String(flags.interval)}. Write for example 60.`,
    );
  const interval = minutes === undefined ? {} : { intervalMs: minutes * 60_000 };
  const folder = folderOf(context, flags);
  const names = flags.source ?? context.settings.values.sources;
  if (names.length === 0) throw new InputError('data fetch: expected a source, got none. Name one with --source, or set sources.');
  const sources = names.map((name) => sourceNamed(name, context.settings.values, { offline: flags.offline }));
  const { tasks, resume, signal } = replayEffects(context);
  const parameters = { names, symbols, from: flags.from, to: flags.to, ...interval };
  const results = await runTask(
    tasks(),
    { kind: 'data fetch', run: folder, steps: symbols.length, parameters, resume, signal },
    async (task) => {
      const opened = openedCached({ ...context, signal: task.signal }, flags.offline);
      try {
        return await fetchInto({ folder, sources, symbols, from, to, ...interval }, opened, (done, at) => {
          task.progress(done, at);
          context.progress.report({ task: 'data fetch', done, total: symbols.length, at });
        });
      } finally {
        await opened.close();
      }
    },
  );
  context.progress.close();
  for (const result of results) context.say(describeFetched(result));
  const failed = results.filter(({ state }) => state === 'failed').length;
  context.say(
    `Store: ${folder}${failed > 0 ? `; ${failed} of ${results.length} symbols failed, run it again${flags.offline ? ' without --offline' : ''} for them` : ''}`,
  );
  return { json: { command: 'data fetch', store: folder, symbols: results }, ...(failed > 0 ? { exitCode: flags.offline ? 2 : 1 } : {}) };
}

export async function listData(context: Context, flags: StoreFlags): Promise<Done> {
  const folder = folderOf(context, flags);
  const stored = listStore(folder);
  const columns = [
    { head: 'symbol', cell: (row: StoredSymbol) => row.symbol },
    { head: 'from', cell: (row: StoredSymbol) => dateOf(row.from) },
    { head: 'to', cell: (row: StoredSymbol) => dateOf(row.to) },
    { head: 'bars', align: 'right' as const, cell: (row: StoredSymbol) => String(row.bars) },
    { head: 'source', cell: (row: StoredSymbol) => `${row.sources.join(', ')}${row.synthetic ? ' (synthetic)' : ''}` },
    { head: 'retrieved', cell: (row: StoredSymbol) => isoOf(row.retrievedAt).slice(0, 16) },
    { head: 'corporate actions', cell: (row: StoredSymbol) => row.corporateActions },
    { head: 'digest', cell: (row: StoredSymbol) => row.digest.slice(0, 12) },
  ];
  if (stored.length === 0) context.say(`Nothing is stored in ${folder}. Fetch or import something: hindcast data --help`);
  else for (const line of tableLines(columns, stored)) context.say(line);
  const symbols = stored.map((row) => ({ ...row, from: dateOf(row.from), to: dateOf(row.to), retrievedAt: isoOf(row.retrievedAt) }));
  return { json: { command: 'data list', store: folder, symbols } };
}

export async function checkData(context: Context, flags: CheckFlags): Promise<Done> {
  if (flags.live) return checkLive(context, flags.live);
  const folder = folderOf(context, flags);
  const checked = checkStore(folder, flags.symbols === undefined ? undefined : listOf(flags.symbols));
  const counts: Record<string, number> = {};
  for (const { symbol, findings } of checked) {
    for (const finding of findings) {
      counts[finding.kind] = (counts[finding.kind] ?? 0) + 1;
      context.say(describeFinding(symbol, finding));
    }
  }
  const total = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  context.say(`${checked.length} symbols checked: ${total.join(', ') || 'nothing found'}.`);
  const symbols = checked.map(({ findings, ...rest }) => ({
    ...rest,
    findings: findings.map(({ day, to, ...finding }) => ({
      ...finding,
      day: dateOf(day),
      ...(to === undefined ? {} : { to: dateOf(to) }),
    })),
  }));
  return { json: { command: 'data check', store: folder, counts, symbols } };
}

async function checkLive(context: Context, names: readonly string[]): Promise<Done> {
  const sources = names.map((name) => sourceNamed(name, context.settings.values));
  const opened = openedLive(context);
  try {
    const answers = [];
    for (const source of sources) answers.push(...(await liveCheck(source, opened)));
    for (const { source, capability, symbol, state, rows, detail } of answers)
      context.say(`${source}  ${capability} of ${symbol}: ${state}${state === 'ok' ? `, ${rows} rows` : `: ${detail}`}`);
    return { json: { command: 'data check', live: answers }, ...(answers.some(({ state }) => state === 'failed') ? { exitCode: 1 } : {}) };
  } finally {
    await opened.close();
  }
}

export async function importData(context: Context, flags: ImportFlags, path: string): Promise<Done> {
  const folder = folderOf(context, flags);
  const { replace = false, symbol, volumeUnit, barStamp } = flags;
  if (volumeUnit !== undefined && volumeUnit !== 'shares' && volumeUnit !== 'lots')
    throw new InputError(`data import: expected --volume-unit shares or lots, got ${String(volumeUnit)}. Name one.`);
  if (barStamp !== undefined && barStamp !== 'start' && barStamp !== 'end')
    throw new InputError(`data import: expected --bar-stamp start or end, got ${String(barStamp)}. Name one.`);
  const options = {
    ...(symbol === undefined ? {} : { symbol }),
    ...(volumeUnit === undefined ? {} : { volumeUnit }),
    ...(barStamp === undefined ? {} : { barStamp }),
  };
  const source = resolve(path);
  if (!existsSync(source)) throw new InputError(`data import: expected a file or folder, got nothing at ${path}. Check the path.`);
  const { tasks, resume, signal } = replayEffects(context);
  const imported = await runTask(
    tasks(),
    { kind: 'data import', run: folder, steps: 1, parameters: { source, ...options, replace }, resume, signal },
    async (task) => {
      const result = await importInto({ folder, path: source, retrievedAt: context.clock.now(), options, replace });
      task.progress(1, `${result.symbols.length} symbols`);
      return result;
    },
  );
  for (const remark of imported.remarks) context.say(remark);
  context.say(`${imported.bars} bars of ${imported.symbols.length} symbols imported into ${folder}`);
  return { json: { command: 'data import', store: folder, ...imported } };
}
