/** Verify: run a recorded run again from its stamp and say whether it still gives the same bytes, and if not, which part moved. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HindcastError, InputError, sha256 } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import { localEmbedderId } from '../memory/index.js';
import {
  codeStamp,
  openRun,
  parametersHash,
  parseSpec,
  type ReplayEffects,
  type ReplaySpec,
  type RunFolder,
  type RunRow,
  runReplay,
} from '../replay/index.js';
import { embedderIn, inputsToday, movedModels } from './moved-inputs.js';
import { openPack } from './open-pack.js';
import { checkCalls, exportCalls, importCalls } from './run-calls.js';
import { runsInReport } from './runs-in-report.js';
import { missingFiles } from './spec-files.js';
import { isTraining } from './training-parts.js';
import type { VerifyEffects, VerifyResult } from './verify-contract.js';
import { type RecordedTraining, verifyTraining } from './verify-training.js';

/** A recorded run and what is at hand to run it again. */
interface Recorded {
  readonly row: RunRow;
  readonly spec: ReplaySpec;
  /** From a pack; otherwise loaded by the spec. */
  readonly data?: MarketData;
  /** The run's folder, when its files can be checked too. */
  readonly run?: RunFolder;
  /** File of its model calls. */
  readonly calls: string | null;
}

/** Verifies a run folder, a training's folder, a report (every run in it) or a pack. Throws InputError when the path is none of these. */
export async function verifyRun(path: string, effects: VerifyEffects): Promise<VerifyResult[]> {
  mkdirSync(effects.resultsDir, { recursive: true });
  const scratch = mkdtempSync(join(effects.resultsDir, '.verify-'));
  try {
    const results: VerifyResult[] = [];
    for (const [i, one] of recordedIn(path, scratch, effects).entries()) {
      const own = join(scratch, String(i));
      results.push(await ('row' in one ? verifyOne(one, own, effects) : verifyTraining(one, own, effects)));
    }
    return results;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function recordedIn(path: string, scratch: string, { resultsDir }: VerifyEffects): (Recorded | RecordedTraining)[] {
  if (path.endsWith('.html')) {
    return runsInReport(path).map((row, i) => {
      const folder = join(scratch, `calls-${i}`);
      return { row, spec: parseSpec(row.spec), calls: exportCalls(resultsDir, row.run, folder) };
    });
  }
  if (path.endsWith('.zip')) {
    const packed = openPack(path, join(scratch, 'pack'));
    if ('training' in packed) return [packed.training];
    const { run, spec, data, calls } = packed;
    return [{ row: run.row, spec, data, run, calls }];
  }
  if (isTraining(path)) return [{ folder: path }];
  const run = openRun(path);
  return [{ row: run.row, spec: run.spec, run, calls: exportCalls(dirname(resolve(path)), run.row.run, scratch) }];
}

async function verifyOne({ row, spec, data, run, calls }: Recorded, scratch: string, effects: VerifyEffects): Promise<VerifyResult> {
  const cannot = (missing: string): VerifyResult => ({
    run: row.run,
    verdict: 'cannot verify',
    says: `cannot verify ${row.run}: missing ${missing}`,
    moved: [],
    files: {},
  });
  if (row.status !== 'done') return cannot('its end: the run was interrupted. Run the same spec again to finish it');
  const dataGone = data === undefined && !/^(embedded|lab|store):/.test(spec.data) && !existsSync(spec.data);
  const [gone] = [...(dataGone ? [spec.data] : []), ...missingFiles(spec)];
  if (gone !== undefined) return cannot(`${gone} (ask for a pack: hindcast pack ${row.run})`);
  const moved: string[] = [];
  const today = codeStamp();
  if (today.code.treeHash !== row.stamp.code.treeHash) moved.push('code');
  if (today.lockfile !== row.stamp.lockfile) moved.push('lockfile');
  if (today.runtime.node !== row.stamp.runtime.node) moved.push('runtime');
  if (parametersHash(parseSpec(row.spec)) !== row.stamp.parameters) moved.push('parameters');
  if (spec.seed !== row.stamp.seed) moved.push('seed');
  if (run !== undefined) {
    for (const [name, digest] of Object.entries(row.digests)) {
      const file = join(run.folder, name);
      if (!existsSync(file) || sha256(readFileSync(file)) !== digest) moved.push(`file:${name}`);
    }
  }
  const closing: (() => void | Promise<void>)[] = [];
  try {
    moved.push(...inputsToday(row, spec, data).moved);
    const resultsDir = join(scratch, 'results');
    const again = await runReplay(spec, {
      clock: effects.clock,
      resultsDir,
      data,
      progress: effects.progress,
      trial: false,
      audit: 'audit.json' in row.digests,
      ...(calls === null ? await embedderFor(row, spec, effects, closing) : {}),
      ...answersFor({ row, run, calls }, resultsDir, effects, closing),
    });
    const models = { ...row.stamp.models, ...again.row.stamp.models };
    for (const part of movedModels(row.stamp.models, again.row.stamp.models, Object.keys(models))) {
      if (!moved.includes(part)) moved.push(part);
    }
    const files = Object.fromEntries(Object.entries(row.digests).map(([name, digest]) => [name, again.row.digests[name] === digest]));
    const same = Object.values(files).every((equal) => equal) && !moved.some((part) => part.startsWith('file:'));
    const verdict = same ? 'verified' : 'drifted';
    return { run: row.run, verdict, says: sentence(row.run, verdict, moved, files), moved, files };
  } catch (error) {
    if (!(error instanceof HindcastError)) throw error;
    return { ...cannot(`what it needs: ${error.message}`), moved };
  } finally {
    for (const close of closing) await close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The embedder of the run's memory where its vectors are not on record. Throws InputError when it isn't at hand. */
async function embedderFor(
  { run, stamp }: RunRow,
  spec: ReplaySpec,
  { openEmbedder }: VerifyEffects,
  closing: (() => Promise<void> | void)[],
): Promise<Pick<ReplayEffects, 'embedder'>> {
  if (spec.memory === undefined) return {};
  const id = embedderIn(stamp.models);
  if (id === undefined || id === localEmbedderId) return {};
  if (openEmbedder === undefined)
    throw new InputError(`verifyRun: expected the embedder ${id} of the memory of ${run}, got only the local one. Give openEmbedder.`);
  try {
    const { embedder, close } = await openEmbedder(id);
    closing.push(close);
    return { embedder };
  } catch (cause) {
    if (!(cause instanceof HindcastError)) throw cause;
    const why = `its vectors are not on record and the embedder ${id} is not reachable (${cause.message})`;
    throw new InputError(`verifyRun: expected the vectors of the memory of ${run}, got none: ${why}. Start its server, or use its pack.`, {
      cause,
    });
  }
}

/** Models that answer from the run's transcripts. Throws InputError when calls are missing or nobody can answer from them. */
function answersFor(
  { row, run, calls }: Pick<Recorded, 'row' | 'run' | 'calls'>,
  resultsDir: string,
  { answerFrom }: VerifyEffects,
  closing: (() => Promise<void> | void)[],
): Partial<ReplayEffects> {
  if (run !== undefined) checkCalls(run, calls);
  if (calls === null) return {};
  if (answerFrom === undefined)
    throw new InputError(`verifyRun: expected models that answer from the transcripts of ${row.run}, got none. Give answerFrom.`);
  const transcripts = importCalls(resultsDir, row.run, calls);
  closing.push(() => transcripts.close());
  return answerFrom(row, transcripts);
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
