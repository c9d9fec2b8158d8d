/** What the store knows of one symbol beside its columns: `<symbol>.json`. Writing it is what makes new bars count. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type CorporateAction, canonicalJson, type Instrument, type Symbol, writeFileAtomic } from '../../core/index.js';
import { fileOfSymbol } from '../symbol-text.js';
import { StoreError } from './errors.js';

export const ENTRY_FORMAT = 'hindcast-store@1';

const spanSchema = z.strictObject({
  /** Epoch days, both included. */
  from: z.int(),
  to: z.int(),
  /** Last day asked for, where the source has no rows after `to` and will have none: what is offline need not ask again. */
  askedTo: z.int().optional(),
  source: z.string(),
  /** When the rows were fetched or imported. */
  retrievedAt: z.number(),
});

const entrySchema = z.strictObject({
  format: z.literal(ENTRY_FORMAT),
  symbol: z.string(),
  /** Market, adjustment kind, tick and unit: what every source of this symbol must have in common. */
  kind: z.string(),
  /** Length of a bar where it is shorter than a session. */
  intervalMs: z.int().positive().optional(),
  instrument: z.looseObject({ symbol: z.string(), market: z.string(), corporateActions: z.string() }),
  /** Name of the Parquet file beside this one, and its sha256. */
  file: z.string(),
  sha256: z.string(),
  rows: z.int().positive(),
  from: z.int(),
  to: z.int(),
  /** What was asked and answered, by source. */
  spans: z.array(spanSchema),
  actions: z.array(z.looseObject({ symbol: z.string(), exDay: z.int() })),
  actionsKnown: z.strictObject({ from: z.int(), to: z.int() }).optional(),
  /** Sessions without a bar of which the source says that trading was suspended. */
  suspended: z.array(z.int()),
  synthetic: z.boolean(),
  notes: z.array(z.string()),
});

export type Span = z.output<typeof spanSchema>;
export interface Entry extends Omit<z.output<typeof entrySchema>, 'instrument' | 'actions' | 'format'> {
  readonly instrument: Instrument;
  readonly actions: readonly CorporateAction[];
}

const pathOf = (folder: string, symbol: Symbol): string => join(folder, `${fileOfSymbol(symbol)}.json`);

/** Whether `folder` is a store: it holds at least one entry of this format. */
export const isStore = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true &&
  readdirSync(folder).some(
    (name) => name.endsWith('.json') && readFileSync(join(folder, name), 'utf8').includes(`"format":"${ENTRY_FORMAT}"`),
  );

/** The entry of a symbol, or undefined when there is none. Throws StoreError for a file that is no entry. */
export function readEntry(folder: string, symbol: Symbol): Entry | undefined {
  const path = pathOf(folder, symbol);
  if (!existsSync(path)) return undefined;
  try {
    const { format: _, ...entry } = entrySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return entry as unknown as Entry;
  } catch (error) {
    throw new StoreError(
      `readEntry: expected an entry of ${ENTRY_FORMAT} in ${path}, got ${(error as Error).message.split('\n')[0]}. Remove it and fetch the symbol again.`,
      { cause: error },
    );
  }
}

export function writeEntry(folder: string, entry: Entry): void {
  writeFileAtomic(pathOf(folder, entry.symbol), `${canonicalJson({ format: ENTRY_FORMAT, ...entry })}\n`);
}

/** Symbols of a store, sorted. */
export function storedSymbols(folder: string): Symbol[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => decodeURIComponent(name.slice(0, -'.json'.length)))
    .sort();
}
