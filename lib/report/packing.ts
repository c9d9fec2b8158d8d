/** The archive that a pack is: entries with one time for all, an index with their hashes, the dirty diff of the code that made them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Zippable } from 'fflate';
import { lazyPackage, sha256, writeFileAtomic } from '../core/index.js';
import { type MarketData, writeData } from '../feeds/index.js';
import { codeStamp } from '../replay/index.js';
import { dirtyDiff } from './dirty-diff.js';
import type { PackIndex } from './open-pack.js';

const zips = lazyPackage<typeof import('fflate')>('fflate');

/** One time for all entries: the same run packs to the same bytes. */
const ENTRY_TIME = '1980-01-01T00:00:00Z';

export interface PackResult {
  readonly path: string;
  readonly bytes: number;
  readonly entries: readonly string[];
}

export interface Packing {
  add(name: string, bytes: Uint8Array): void;
  /** The data slice, by way of a folder beside `near`. */
  addData(data: MarketData, near: string): void;
  /** Adds the diff and the index, and writes the archive. `run`: name of what is packed. */
  write(out: string, run: string, source: string): PackResult;
}

/** An archive for what this code made; `code` null: not known. */
export function packing(
  code: { readonly commit: string | null; readonly dirty: boolean | null; readonly treeHash: string } | null,
): Packing {
  // A diff taken today is the run's own only while the code is.
  const sameCode = code !== null && codeStamp().code.treeHash === code.treeHash;
  const zip: Zippable = {};
  const add = (name: string, bytes: Uint8Array): void => {
    zip[name] = [bytes, { mtime: ENTRY_TIME, level: 6 }];
  };
  return {
    add,
    addData(data, near) {
      const slice = mkdtempSync(join(dirname(near), '.pack-'));
      try {
        writeData(data, slice);
        for (const name of readdirSync(slice).sort()) add(`data/${name}`, readFileSync(join(slice, name)));
      } finally {
        rmSync(slice, { recursive: true, force: true });
      }
    },
    write(out, run, source) {
      if (code?.dirty === true && sameCode) add('dirty.patch', zips().strToU8(dirtyDiff()));
      const index: PackIndex = {
        v: 1,
        run,
        commit: code?.commit ?? null,
        code: sameCode ? 'as at the run' : 'moved since the run',
        source,
        entries: Object.fromEntries(Object.entries(zip).map(([name, entry]) => [name, sha256((entry as [Uint8Array, object])[0])])),
      };
      add('pack.json', zips().strToU8(`${JSON.stringify(index, null, 2)}\n`));
      const bytes = zips().zipSync(zip);
      writeFileAtomic(out, bytes);
      return { path: out, bytes: bytes.length, entries: Object.keys(zip) };
    },
  };
}
