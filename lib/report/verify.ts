/** Verify: run a recorded run again from its stamp and say whether it still gives the same bytes, and if not, which part moved. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, HindcastError, sha256 } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import {
  codeStamp,
  openRun,
  parametersHash,
  parseSpec,
  prepareReplay,
  type ReplayProgress,
  type ReplaySpec,
  type RunRow,
  runReplay,
} from '../replay/index.js';
import { openPack } from './pack.js';
import { runsInReport } from './runs-in-report.js';

export interface VerifyResult {
  readonly run: string;
  readonly verdict: 'verified' | 'drifted' | 'cannot verify';
  /** One plain sentence. */
  readonly says: string;
  /** Parts of the stamp that differ today: code, lockfile, runtime, parameters, seed, data:SYMBOL, rulebook, file:NAME. */
  readonly moved: readonly string[];
  /** By file: whether the second run gave the same bytes. */
  readonly files: Readonly<Record<string, boolean>>;
}

export interface VerifyEffects {
  readonly clock: Clock;
  /** Where the second run may work; its folder is removed afterwards. */
  readonly resultsDir: string;
  readonly progress?: (progress: ReplayProgress) => void;
}

/** A recorded run and what is at hand to run it again. */
interface Recorded {
  readonly row: RunRow;
  readonly spec: ReplaySpec;
  /** From a pack; otherwise loaded by the spec. */
  readonly data?: MarketData;
  /** The run's folder, when its files can be checked too. */
  readonly folder?: string;
}

/** Verifies a run folder, a report (every run in it) or a pack. Throws InputError when the path is none of these. */
export async function verifyRun(path: string, effects: VerifyEffects): Promise<VerifyResult[]> {
  mkdirSync(effects.resultsDir, { recursive: true });
  const scratch = mkdtempSync(join(effects.resultsDir, '.verify-'));
  try {
    const recorded: Recorded[] = path.endsWith('.html')
      ? runsInReport(path).map((row) => ({ row, spec: parseSpec(row.spec) }))
      : path.endsWith('.zip')
        ? [openPack(path, join(scratch, 'pack'))]
        : [openRun(path)].map(({ row, spec, folder }) => ({ row, spec, folder }));
    const results: VerifyResult[] = [];
    for (const one of recorded) results.push(await verifyOne(one, scratch, effects));
    return results;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function verifyOne({ row, spec, data, folder }: Recorded, scratch: string, effects: VerifyEffects): Promise<VerifyResult> {
  const cannot = (missing: string): VerifyResult => ({
    run: row.run,
    verdict: 'cannot verify',
    says: `cannot verify ${row.run}: missing ${missing}`,
    moved: [],
    files: {},
  });
  if (row.status !== 'done') return cannot('its end: the run was interrupted. Run the same spec again to finish it');
  for (const file of [
    data === undefined && !/^(embedded|lab|store):/.test(spec.data) ? spec.data : null,
    spec.rulebook === 'default' ? null : spec.rulebook,
    spec.frozenFrom ?? null,
  ]) {
    if (file !== null && !existsSync(file)) return cannot(`${file} (ask for a pack: hindcast pack ${row.run})`);
  }
  const moved: string[] = [];
  const today = codeStamp();
  if (today.code.treeHash !== row.stamp.code.treeHash) moved.push('code');
  if (today.lockfile !== row.stamp.lockfile) moved.push('lockfile');
  if (today.runtime.node !== row.stamp.runtime.node) moved.push('runtime');
  if (parametersHash(parseSpec(row.spec)) !== row.stamp.parameters) moved.push('parameters');
  if (spec.seed !== row.stamp.seed) moved.push('seed');
  if (folder !== undefined) {
    for (const [name, digest] of Object.entries(row.digests)) {
      const file = join(folder, name);
      if (!existsSync(file) || sha256(readFileSync(file)) !== digest) moved.push(`file:${name}`);
    }
  }
  try {
    const prepared = prepareReplay(spec, { data });
    for (const [symbol, digest] of Object.entries(prepared.data.digests))
      if (row.stamp.data[symbol] !== digest) moved.push(`data:${symbol}`);
    if (prepared.rulebook.version !== row.stamp.rulebook) moved.push('rulebook');
    const again = await runReplay(spec, {
      clock: effects.clock,
      resultsDir: join(scratch, 'results'),
      data,
      progress: effects.progress,
      trial: false,
    });
    const files = Object.fromEntries(Object.entries(row.digests).map(([name, digest]) => [name, again.row.digests[name] === digest]));
    rmSync(again.folder, { recursive: true, force: true });
    const same = Object.values(files).every((equal) => equal) && !moved.some((part) => part.startsWith('file:'));
    const verdict = same ? 'verified' : 'drifted';
    return { run: row.run, verdict, says: sentence(row.run, verdict, moved, files), moved, files };
  } catch (error) {
    if (!(error instanceof HindcastError)) throw error;
    return { ...cannot(`what it needs: ${error.message}`), moved };
  }
}

function sentence(
  run: string,
  verdict: 'verified' | 'drifted',
  moved: readonly string[],
  files: Readonly<Record<string, boolean>>,
): string {
  const parts = moved.length === 0 ? 'nothing in its stamp' : moved.join(', ');
  if (verdict === 'verified') {
    return moved.length === 0
      ? `verified ${run}: the same bytes from the same stamp`
      : `verified ${run}: the same bytes, though ${parts} moved since`;
  }
  const differing = Object.keys(files).filter((name) => !files[name]);
  return `drifted ${run}: ${differing.length === 0 ? 'its files were changed after the run' : `${differing.join(', ')} came out differently`}; moved: ${parts}`;
}
