/** Which inputs of a recorded run are others today, by the names that verify and pack use. */
import type { MarketData } from '../feeds/index.js';
import { type CalendarId, calendarOf } from '../market/index.js';
import { dataFor, modelDigests, type ReplaySpec, type RunRow, rulebookOf, startingDigest } from '../replay/index.js';

/**
 * Data by symbol, the rulebook, the memory that the run starts from, and what its strategies rest on; and the data itself. Throws
 * InputError or BundleError where one of them can't be had. `loaded`: from a pack.
 */
export function inputsToday(
  row: RunRow,
  spec: ReplaySpec,
  loaded?: MarketData,
): { readonly data: MarketData; readonly moved: readonly string[] } {
  const data = dataFor(spec, loaded);
  const { market } = data.instruments.find(({ symbol }) => symbol === spec.symbols[0])!;
  const rulebook = rulebookOf(spec, market, calendarOf(data.calendar as CalendarId));
  const moved = Object.entries(data.digests)
    .filter(([symbol, digest]) => row.stamp.data[symbol] !== digest)
    .map(([symbol]) => `data:${symbol}`);
  if (rulebook.version !== row.stamp.rulebook) moved.push('rulebook');
  const recorded = Object.entries(row.stamp.data).find(([name]) => name.startsWith('memory:'))?.[1];
  if (spec.memory?.from !== undefined && startingDigest(spec.memory) !== recorded) moved.push('memory');
  const models = modelDigests(spec);
  moved.push(...movedModels(row.stamp.models, models, Object.keys(models)));
  return { data, moved };
}

/** `bundle` for the policy of a strategy, `model:<name>` for any other. */
export function movedModels(was: RunRow['stamp']['models'], is: RunRow['stamp']['models'], names: readonly string[]): string[] {
  const moved = names.filter((name) => was[name] !== is[name]);
  return [...new Set(moved.map((name) => (name.endsWith('.bundle') ? 'bundle' : `model:${name}`)))];
}

/** Id of the embedder of a run's memory. */
export const embedderIn = (models: RunRow['stamp']['models']): string | undefined =>
  Object.keys(models)
    .find((name) => name.startsWith('embedder.'))
    ?.slice('embedder.'.length);
