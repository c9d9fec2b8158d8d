/** Pack: one archive with all that a colleague needs to verify a run: its files, its data slice, what its spec points to, its model calls, the dirty diff. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../core/index.js';
import { openRun } from '../replay/index.js';
import { inputsToday } from './moved-inputs.js';
import { packTraining } from './pack-training.js';
import { type PackResult, packing } from './packing.js';
import { CALLS, checkCalls, exportCalls } from './run-calls.js';
import { packedFiles } from './spec-files.js';
import { isTraining } from './training-parts.js';

const RUN_FILES = ['run.json', 'decisions.jsonl', 'outcomes.jsonl', 'fills.jsonl', 'equity.csv', 'audit.json'];

/**
 * Packs `results/<run>/` into one zip (default: beside the folder); a training's folder too. Throws InputError on an unfinished run, when its
 * data, rules, models or starting memory changed since, and when its decisions name model calls that the transcripts beside it don't hold.
 */
export function packRun(folder: string, out: string = join(dirname(folder), `${basename(folder)}.zip`)): PackResult {
  if (isTraining(folder)) return packTraining(folder, out);
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
  const zip = packing(row.stamp.code);
  for (const name of RUN_FILES) if (existsSync(join(folder, name))) zip.add(`run/${name}`, readFileSync(join(folder, name)));
  zip.addData(data, folder);
  const scratch = mkdtempSync(join(dirname(folder), '.pack-'));
  try {
    const calls = exportCalls(dirname(folder), row.run, scratch);
    checkCalls(run, calls);
    if (calls !== null) zip.add(CALLS, readFileSync(calls));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  for (const { name, path } of packedFiles(spec)) zip.add(name, readFileSync(path));
  return zip.write(out, row.run, data.source);
}
