/** The real bars that ship with the project. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, type Symbol } from '../core/index.js';
import { ACTIONS_FILE } from './actions-file.js';
import { EMBEDDED, type EmbeddedName } from './embedded-sets.js';
import { FeedError } from './errors.js';
import { loadFiles } from './load-bars.js';
import type { MarketData } from './market-data.js';
import { fileOfSymbol } from './symbol-text.js';

interface EmbeddedOptions {
  /** Only these (and the index). */
  readonly symbols?: readonly Symbol[];
  /** The checkout that holds data/bars. */
  readonly root?: string;
}

/**
 * `cn`: five A-shares and CSI 300, raw, to 2024 (only 000001.SZ has corporate actions); `us`: five stocks 2000 to 2013 with actions
 * derived from raw and adjusted close, and S&P 500; `cn-5m`: one A-share in bars of five minutes, half of 2017. data/README.md says where each file comes from.
 */
export function embeddedData(name: EmbeddedName, options: EmbeddedOptions = {}): MarketData {
  const { root = projectRoot() } = options;
  const set = EMBEDDED[name];
  const folder = join(root, 'data', 'bars', name);
  if (set === undefined || !existsSync(folder))
    throw new FeedError(
      `embeddedData: expected the set cn, us or cn-5m in ${join(root, 'data', 'bars')}, got ${name}. Name one that is there.`,
    );
  const all = readdirSync(folder)
    .filter((file) => file.endsWith('.csv') && file !== ACTIONS_FILE)
    .sort();
  const wanted =
    options.symbols &&
    [...new Set([...options.symbols, ...(set.index === undefined ? [] : [set.index])])].map((symbol) => `${fileOfSymbol(symbol)}.csv`);
  const strange = wanted?.find((file) => !all.includes(file));
  if (strange !== undefined)
    throw new FeedError(
      `embeddedData: expected symbols of embedded:${name}, got ${strange.replace('.csv', '')}. It has ${all.map((file) => file.replace('.csv', '')).join(', ')}.`,
    );
  const actions = join(folder, ACTIONS_FILE);
  const { mappings: _, ...data } = loadFiles(
    (wanted ?? all).map((file) => join(folder, file)),
    existsSync(actions) ? actions : undefined,
    `embedded:${name}`,
    set.index === undefined ? {} : { index: set.index },
    set.facts,
  );
  const actionsKnown = Object.fromEntries(Object.entries(set.actionsKnown).filter(([symbol]) => data.series.has(symbol)));
  return { ...data, ...(Object.keys(actionsKnown).length > 0 ? { actionsKnown } : {}), notes: [...set.notes, ...data.notes] };
}
