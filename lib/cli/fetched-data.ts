/** The `data` of a replay: `source:<name>` is fetched into the store of that name first, so that the replay itself asks nobody. */
import { dayOf, HindcastError, InputError } from '../core/index.js';
import { fetchInto, sourceNamed, storeFolder } from '../feeds/index.js';
import type { ReplaySpecInput } from '../replay/index.js';
import type { Context } from './action.js';
import { openedCached } from './opened-sources.js';
import type { SpecFlags } from './spec-flags.js';
import { DEFAULT_SOURCE } from './universe.js';

/** Calendar days fetched before the first decision: some 270 sessions, more than any strategy reads by default. */
const WARM_UP_DAYS = 400;

/**
 * What the spec records as its data. Fetches what is missing of the symbols and span, all of them or HindcastError; offline it reads store
 * and cache only, and throws InputError naming what is in neither.
 */
export async function dataOf(context: Context, flags: SpecFlags, file: Partial<ReplaySpecInput> = {}): Promise<string> {
  const data = flags.data ?? file.data ?? DEFAULT_SOURCE;
  const [, kind, name] = /^(source|store):(.+)$/s.exec(data) ?? [];
  if (kind === undefined || name === undefined) return data;
  if (kind === 'store') return storeName(context, name);
  const { symbols, from, to } = { ...file, ...flags };
  if (symbols === undefined || from === undefined || to === undefined) {
    throw new InputError(
      `dataOf: expected --symbols, --from and --to with --data ${data}, got no ${missing({ symbols, from, to })}. Add it.`,
    );
  }
  const { offline = false } = flags;
  const source = sourceNamed(name, context.settings.values, { offline });
  if (source.policy === undefined) {
    throw new InputError(
      `dataOf: expected a source that is fetched over the network, got ${name}. Its data is here: write --data ${name.replace(/^file:/, '')}, or bring it into a store with hindcast data fetch.`,
    );
  }
  const store = name.replaceAll(/[^A-Za-z0-9._@-]+/g, '-');
  const folder = storeFolder(store, context.settings.values.dataDir);
  const opened = openedCached(context, offline);
  try {
    const fetch = (wanted: readonly string[], first: number) =>
      fetchInto({ folder, sources: [source], symbols: wanted, from: first, to: dayOf(to) }, opened, (done, at) =>
        context.progress.report({ task: 'data fetch', done, total: wanted.length, at }),
      );
    let lacking = (await fetch(symbols, dayOf(from) - WARM_UP_DAYS)).filter(({ state }) => state === 'failed' || state === 'empty');
    // What was fetched without a warm-up serves without one.
    if (offline && lacking.length > 0) {
      const again = await fetch(
        lacking.map(({ symbol }) => symbol),
        dayOf(from),
      );
      lacking = again.filter(({ state }) => state === 'failed' || state === 'empty');
    }
    context.progress.close();
    if (lacking.length > 0) {
      const what = lacking.map(({ symbol, reason }) => `${symbol} (${reason})`).join('; ');
      if (offline)
        throw new InputError(`dataOf: expected all in the store or the cache, got neither for ${what}. Run it once without --offline.`);
      throw new HindcastError(
        `dataOf: expected bars from ${name}, got none for ${what}. Run it again for what failed, or take another source.`,
      );
    }
  } finally {
    await opened.close();
  }
  return storeName(context, store);
}

/** A store outside the usual folder is recorded with its path: a run must be readable without the settings it was made under. */
function storeName({ settings }: Context, name: string): string {
  const { dataDir } = settings.values;
  const usual = storeFolder(name) === storeFolder(name, dataDir);
  return `store:${usual ? name : storeFolder(name, dataDir)}`;
}

const missing = (flags: Readonly<Record<string, unknown>>): string =>
  Object.entries(flags)
    .filter(([, value]) => value === undefined)
    .map(([flag]) => `--${flag}`)
    .join(' and ');
