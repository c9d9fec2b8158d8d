/** Pack: one archive with all that a colleague needs to verify a run: its files, its data slice, what its spec points to, its model calls, the dirty diff. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Zippable } from 'fflate';
import { InputError, lazyPackage, sha256, writeFileAtomic } from '../core/index.js';
import { writeData } from '../feeds/index.js';
import { codeStamp, openRun } from '../replay/index.js';
import { dirtyDiff } from './dirty-diff.js';
import { inputsToday } from './moved-inputs.js';
import type { PackIndex } from './open-pack.js';
import { CALLS, checkCalls, exportCalls } from './run-calls.js';
import { packedFiles } from './spec-files.js';

const zips = lazyPackage<typeof import('fflate')>('fflate');

/** One time for all entries: the same run packs to the same bytes. */
const ENTRY_TIME = '1980-01-01T00:00:00Z';
const RUN_FILES = ['run.json', 'decisions.jsonl', 'outcomes.jsonl', 'fills.jsonl', 'equity.csv', 'audit.json'];

export interface PackResult {
  readonly path: string;
  readonly bytes: number;
  readonly entries: readonly string[];
}

/**
 * Packs `results/<run>/` into one zip (default: beside the folder). Throws InputError on an unfinished run, when its data, rules, models
 * or starting memory changed since, and when its decisions name model calls that the transcripts beside it don't hold.
 */
export function packRun(folder: string, out: string = join(dirname(folder), `${basename(folder)}.zip`)): PackResult {
  const run = openRun(folder);
  const { row, spec } = run;
  if (row.status !== 'done')
    throw new InputError(`packRun: expected a finished run, got ${row.run}, which was interrupted. Run it again to finish it.`);
  const { data, moved } = inputsToday(row, spec);
  if (moved.length > 0) {
    throw new InputError(
      `packRun: expected the inputs that ${row.run} used, got others by now: ${moved.join(', ')}. Restore them, or run the spec again and pack that run.`,
    );
  }
  // A diff taken today is the run's own only while the code is.
  const sameCode = codeStamp().code.treeHash === row.stamp.code.treeHash;
  const zip: Zippable = {};
  const add = (name: string, bytes: Uint8Array): void => {
    zip[name] = [bytes, { mtime: ENTRY_TIME, level: 6 }];
  };
  for (const name of RUN_FILES) if (existsSync(join(folder, name))) add(`run/${name}`, readFileSync(join(folder, name)));
  const scratch = mkdtempSync(join(dirname(folder), '.pack-'));
  try {
    const slice = join(scratch, 'data');
    writeData(data, slice);
    for (const name of readdirSync(slice).sort()) add(`data/${name}`, readFileSync(join(slice, name)));
    const calls = exportCalls(dirname(folder), row.run, scratch);
    checkCalls(run, calls);
    if (calls !== null) add(CALLS, readFileSync(calls));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const { name, path } of packedFiles(spec)) add(name, readFileSync(path));
  if (row.stamp.code.dirty === true && sameCode) add('dirty.patch', zips().strToU8(dirtyDiff()));
  const index: PackIndex = {
    v: 1,
    run: row.run,
    commit: row.stamp.code.commit,
    code: sameCode ? 'as at the run' : 'moved since the run',
    source: data.source,
    entries: Object.fromEntries(Object.entries(zip).map(([name, entry]) => [name, sha256((entry as [Uint8Array, object])[0])])),
  };
  add('pack.json', zips().strToU8(`${JSON.stringify(index, null, 2)}\n`));
  const bytes = zips().zipSync(zip);
  writeFileAtomic(out, bytes);
  return { path: out, bytes: bytes.length, entries: Object.keys(zip) };
}
