/** Pack: one archive with all that a colleague needs to verify a run: its files, its data slice, its rule files, the dirty diff. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Zippable } from 'fflate';
import { InputError, lazyPackage, projectRoot, sha256, writeFileAtomic } from '../core/index.js';
import { loadBars, type MarketData, writeData } from '../feeds/index.js';
import { codeStamp, openRun, parseSpec, prepareReplay, type ReplaySpec, type RunRow } from '../replay/index.js';

const zips = lazyPackage<typeof import('fflate')>('fflate');

/** One time for all entries: the same run packs to the same bytes. */
const ENTRY_TIME = '1980-01-01T00:00:00Z';
const RUN_FILES = ['run.json', 'decisions.jsonl', 'outcomes.jsonl', 'fills.jsonl', 'equity.csv', 'audit.json'];

export interface PackResult {
  readonly path: string;
  readonly bytes: number;
  readonly entries: readonly string[];
}

/** Packs `results/<run>/` into one zip (default: beside the folder). Throws InputError on an unfinished run, or when its data or rules changed since. */
export function packRun(folder: string, out: string = join(dirname(folder), `${basename(folder)}.zip`)): PackResult {
  const { row, spec } = openRun(folder);
  if (row.status !== 'done')
    throw new InputError(`packRun: expected a finished run, got ${row.run}, which was interrupted. Run it again to finish it.`);
  const { data, rulebook } = prepareReplay(spec, {});
  const moved = Object.keys(row.stamp.data).filter((symbol) => data.digests[symbol] !== row.stamp.data[symbol]);
  if (rulebook.version !== row.stamp.rulebook) moved.push('the rulebook');
  if (moved.length > 0) {
    throw new InputError(
      `packRun: expected the data and rules that ${row.run} used, got others by now: ${moved.join(', ')}. Restore them, or run the spec again and pack that run.`,
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
    writeData(data, scratch);
    for (const name of readdirSync(scratch).sort()) add(`data/${name}`, readFileSync(join(scratch, name)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (spec.rulebook !== 'default') add('rulebook.json', readFileSync(spec.rulebook));
  if (spec.risk !== 'none' && spec.risk !== 'house') add('risk.json', readFileSync(spec.risk));
  if (spec.frozenFrom !== undefined) {
    for (const name of ['run.json', 'decisions.jsonl', 'equity.csv']) add(`frozen/${name}`, readFileSync(join(spec.frozenFrom, name)));
  }
  if (row.stamp.code.dirty === true && sameCode) add('dirty.patch', zips().strToU8(dirtyDiff()));
  const digests = Object.fromEntries(Object.entries(zip).map(([name, entry]) => [name, sha256((entry as [Uint8Array, object])[0])]));
  add(
    'pack.json',
    zips().strToU8(
      `${JSON.stringify({ v: 1, run: row.run, commit: row.stamp.code.commit, code: sameCode ? 'as at the run' : 'moved since the run', source: data.source, entries: digests }, null, 2)}\n`,
    ),
  );
  const bytes = zips().zipSync(zip);
  writeFileAtomic(out, bytes);
  return { path: out, bytes: bytes.length, entries: Object.keys(zip) };
}

/** What the working tree holds beyond its commit, in the code that takes part in a run. */
function dirtyDiff(): string {
  return execFileSync('git', ['-C', projectRoot(), 'diff', 'HEAD', '--', 'lib', 'package-lock.json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}

/** Unpacks into a folder and loads what verifying needs. Throws InputError when the archive is no pack, or was changed. */
export function openPack(path: string, into: string): { row: RunRow; spec: ReplaySpec; data: MarketData; folder: string } {
  let entries: Record<string, Uint8Array>;
  try {
    entries = zips().unzipSync(readFileSync(path));
  } catch (cause) {
    throw new InputError(`openPack: expected a pack (zip), got ${path}. Make one with hindcast pack <run>.`, { cause });
  }
  const index = entries['pack.json'];
  if (index === undefined)
    throw new InputError(`openPack: expected pack.json inside, got ${path} without it. Make one with hindcast pack <run>.`);
  const { entries: digests } = JSON.parse(Buffer.from(index).toString('utf8')) as { entries: Record<string, string> };
  for (const [name, digest] of Object.entries(digests)) {
    const bytes = entries[name];
    if (bytes === undefined || sha256(bytes) !== digest)
      throw new InputError(`openPack: expected ${name} as packed, got another or none in ${path}. Ask for the pack again.`);
    const target = join(into, name);
    if (!target.startsWith(into) || name.includes('..'))
      throw new InputError(`openPack: expected names inside the pack, got ${name}. Don't use this file.`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  const run = openRun(join(into, 'run'));
  const spec = parseSpec({
    ...run.spec,
    ...(run.spec.rulebook === 'default' ? {} : { rulebook: join(into, 'rulebook.json') }),
    ...(run.spec.risk === 'none' || run.spec.risk === 'house' ? {} : { risk: join(into, 'risk.json') }),
    ...(run.spec.frozenFrom === undefined ? {} : { frozenFrom: join(into, 'frozen') }),
  });
  return { row: run.row, spec, data: loadBars(join(into, 'data'), {}), folder: join(into, 'run') };
}
