/** The learning curve of a seed, a row an iteration: what the update did, what episodes paid, how the policy did on validation. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonl, sha256, writeFileAtomic } from '../core/index.js';
import type { IterationStats } from './ppo.js';
import type { Outcome } from './train-validate.js';

/** One line of curve.jsonl. */
export interface CurveRow extends IterationStats {
  /** Null in iterations without a look at validation. */
  readonly validation: Outcome | null;
}

const FILE = 'curve.jsonl';

/** Returns the sha256 of what it wrote. */
export function writeCurve(folder: string, rows: readonly CurveRow[]): string {
  mkdirSync(folder, { recursive: true });
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileAtomic(join(folder, FILE), text);
  return sha256(text);
}

/** Throws InputError on a line that is no JSON. */
export const readCurve = (folder: string): CurveRow[] => readJsonl<CurveRow>(join(folder, FILE));
