/** What an import is asked for and gives, and the one rule that all ways of importing share. */
import type { Instant, Symbol } from '../../core/index.js';
import type { LoadOptions } from '../load-bars.js';
import { readEntry } from './entry.js';
import { StoreError } from './errors.js';

export interface ImportRequest {
  readonly folder: string;
  readonly path: string;
  readonly retrievedAt: Instant;
  readonly options?: LoadOptions;
  /** Take the place of symbols that are stored already. */
  readonly replace?: boolean;
  /** Bytes from which a CSV file is streamed. */
  readonly streamFrom?: number;
}

export interface Imported {
  readonly symbols: readonly Symbol[];
  readonly bars: number;
  readonly how: 'loader' | 'stream';
  /** What was understood, for people. */
  readonly remarks: readonly string[];
}

/** Refuses to take the place of what is stored, unless told to. */
export function refuseStored(folder: string, symbols: readonly Symbol[], replace: boolean): void {
  const there = replace ? undefined : symbols.find((symbol) => readEntry(folder, symbol) !== undefined);
  if (there !== undefined)
    throw new StoreError(`importInto: expected symbols that are not stored yet, got ${there}. Import into another store, or replace them.`);
}
