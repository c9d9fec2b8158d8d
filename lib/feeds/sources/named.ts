/** Sources by name, as a command line or a setting writes them: `tushare`, `akshare`, `yahoo`, `ccxt:binance`, `lab:small`, a path. */
import { isEmbedded } from '../embedded-sets.js';
import type { Outside, OutsideEffects } from '../outside/contract.js';
import { outside } from '../outside/outside.js';
import { aktools } from './aktools.js';
import { cachedSource } from './cached-source.js';
import { ccxt } from './ccxt.js';
import { duckdb } from './duckdb.js';
import { embedded } from './embedded.js';
import { UnsupportedQuery } from './errors.js';
import { files } from './files.js';
import { lab } from './lab.js';
import type { CachedReading, Source, SourceContext } from './source.js';
import { tushare } from './tushare.js';
import { yahoo } from './yahoo.js';

export interface SourceSettings {
  readonly tushareToken?: string | undefined;
  readonly tushareUrl?: string | undefined;
  readonly aktoolsUrl?: string | undefined;
  readonly yahooUrl?: string | undefined;
  readonly ccxtUrl?: string | undefined;
}

const NAMES =
  'tushare, akshare, yahoo, ccxt:<exchange>, embedded:cn, embedded:us, embedded:cn-5m, lab:<preset>, file:<path>, duckdb:<file>?<table or SELECT>';

/**
 * Its answers are read through the cache of the context. Throws UnsupportedQuery for another name, and for one whose settings are missing
 * (`offline`: nobody is asked, so none are needed).
 */
export const sourceNamed = (name: string, settings: SourceSettings = {}, { offline = false } = {}): Source =>
  cachedSource(plainSource(name, settings, offline));

function plainSource(name: string, settings: SourceSettings, offline: boolean): Source {
  const { tushareToken, tushareUrl, aktoolsUrl, yahooUrl, ccxtUrl } = settings;
  const at = name.indexOf(':');
  const kind = at < 0 ? name : name.slice(0, at);
  const rest = at < 0 ? '' : name.slice(at + 1);
  if (kind === 'tushare') {
    if (tushareToken === undefined && !offline)
      throw new UnsupportedQuery(
        'sourceNamed: expected the setting tushareToken (HINDCAST_TUSHARE_TOKEN), got none. Put your token into .env.',
      );
    return tushare({ token: tushareToken ?? '', ...(tushareUrl === undefined ? {} : { url: tushareUrl }) });
  }
  if (kind === 'akshare') return aktools(aktoolsUrl === undefined ? {} : { url: aktoolsUrl });
  if (kind === 'yahoo') return yahoo(yahooUrl === undefined ? {} : { url: yahooUrl });
  if (kind === 'ccxt' && rest !== '') return ccxt({ exchange: rest, ...(ccxtUrl === undefined ? {} : { url: ccxtUrl }) });
  if (kind === 'embedded' && isEmbedded(rest)) return embedded(rest);
  if (kind === 'lab' && rest !== '') return lab(name);
  if (kind === 'file' && rest !== '') return files(rest);
  const table = /^([^?]+)\?([\s\S]+)$/.exec(rest);
  if (kind === 'duckdb' && table) return duckdb({ path: table[1] as string, query: table[2] as string });
  throw new UnsupportedQuery(`sourceNamed: expected one of ${NAMES}, got ${name}. Name one of them.`);
}

/** The context of a command: one {@link Outside} a source, closed together. The cache stays the caller's to close. */
export function openSources(
  effects: OutsideEffects,
  { signal, cached }: { readonly signal?: AbortSignal; readonly cached?: CachedReading } = {},
): SourceContext & { close(): Promise<void> } {
  const opened = new Map<string, Outside>();
  return {
    clock: effects.clock,
    ...(signal ? { signal } : {}),
    ...(cached ? { cached } : {}),
    outside(policy) {
      const known = opened.get(policy.source);
      if (known) return known;
      const made = outside(policy, effects);
      opened.set(policy.source, made);
      return made;
    },
    async close() {
      await Promise.all([...opened.values()].map((one) => one.close()));
    },
  };
}
