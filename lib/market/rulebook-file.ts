/** Rulebooks as files: the four that ship, and the user's own in the same form. Each is read and checked once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, type MarketId, projectRoot } from '../core/index.js';
import { RuleError } from './errors.js';
import { faultsOf } from './rulebook-check.js';
import type { RulebookData } from './rulebook-rows.js';
import { rulebookSchema } from './rulebook-schema.js';

/** A checked rulebook and its name with the hash of its content, such as `cn-a@1:ab12cd34`. */
export interface LoadedRulebook {
  readonly data: RulebookData;
  readonly version: string;
}

/**
 * Checks a parsed rulebook (the JSON of a file like rulebooks/cn-a.json). `from` names it in errors.
 * Throws RuleError saying which row is wrong.
 */
export function parseRulebook(json: unknown, from: string): LoadedRulebook {
  const parsed = rulebookSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RuleError(
      `loadRulebook: expected a rulebook in ${from}, got ${issue?.message ?? 'something else'} at ${issue?.path.join('.') || 'the top'}. ` +
        'Start from a copy of lib/market/rulebooks/cn-a.json.',
    );
  }
  // Named once here: without strict null checks (in notebooks) zod infers every field as optional.
  const data = parsed.data as RulebookData;
  const faults = faultsOf(data);
  if (faults.length > 0) {
    throw new RuleError(
      `loadRulebook: expected each rule in ${from} to hold on every day exactly once, got ${faults.length} faults, first: ${faults[0]}. Mend the dates.`,
    );
  }
  return { data, version: `${data.id}@${data.edition}:${hashOf(json).slice(0, 8)}` };
}

/** Reads and checks a rulebook file. Throws RuleError when it can't be read, is no JSON, or breaks the form. */
export function loadRulebook(path: string): LoadedRulebook {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new RuleError(
      `loadRulebook: expected a JSON file at ${path}, got ${error instanceof Error ? error.message : String(error)}. Check the path and the text.`,
      { cause: error },
    );
  }
  return parseRulebook(json, path);
}

const shipped = new Map<MarketId, LoadedRulebook>();

/** The rulebook that ships for a market; read on first use. */
export function shippedRulebook(market: MarketId): LoadedRulebook {
  let loaded = shipped.get(market);
  if (loaded === undefined) {
    loaded = loadRulebook(join(projectRoot(), 'lib', 'market', 'rulebooks', `${market}.json`));
    shipped.set(market, loaded);
  }
  return loaded;
}
