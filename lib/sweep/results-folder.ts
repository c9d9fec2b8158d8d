/** Reads back what a search wrote. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SplitsInput } from '../stats/index.js';
import { SweepInputError } from './errors.js';
import { readRows, SweepRows } from './results-rows.js';
import { type SweepFile, sweepFileSchema } from './results-schema.js';
import { openSpace, type Space, type SpaceInput } from './space.js';

export interface SweepFolder {
  readonly folder: string;
  readonly file: SweepFile;
  readonly space: Space;
  /** Those that are there. */
  readonly rows: SweepRows;
}

/** sweep.json of a folder; null when there is none of this version. */
export function readSweepFile(folder: string): SweepFile | null {
  const path = join(folder, 'sweep.json');
  if (!existsSync(path)) return null;
  const parsed = sweepFileSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data : null;
}

/** Opens `results/<sweep>/`. Throws SweepInputError when it holds no search. */
export function openSweep(folder: string): SweepFolder {
  const file = readSweepFile(folder);
  if (file === null) {
    throw new SweepInputError(`openSweep: expected a folder with a sweep.json of version 1, got ${folder}. Name a sweep under results/.`);
  }
  const space = openSpace(file.space as unknown as SpaceInput);
  const folds = (file.splits as unknown as SplitsInput | null)?.folds ?? 0;
  const rows = new SweepRows(space.size, folds);
  readRows(join(folder, 'sweep.csv'), space, rows, folds);
  return { folder, file, space, rows };
}
