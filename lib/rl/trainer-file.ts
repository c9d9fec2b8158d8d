/** train.json: what was trained on what, how every seed ended, and what came of it on unseen time. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomic } from '../core/index.js';
import type { FeatureProbe } from './env-probe.js';
import type { DateSpan, Evaluation } from './evaluation.js';
import type { MemberPlan, MemberResult } from './train-member.js';
import type { TrainerSettings } from './trainer-settings.js';

export interface TrainFile {
  readonly v: 1;
  readonly train: string;
  readonly status: 'running' | 'interrupted' | 'done';
  readonly settings: TrainerSettings;
  /** Hash of everything that decides a policy but its seed. */
  readonly configHash: string;
  readonly kernel: MemberPlan['kernel'];
  readonly features: {
    readonly used: readonly string[];
    readonly probe: Pick<FeatureProbe, 'observations' | 'features' | 'constant'>;
  };
  readonly folds: readonly { readonly train: readonly DateSpan[]; readonly validation: DateSpan | null; readonly test: DateSpan }[];
  /** Sessions a year of the market. */
  readonly sessionsPerYear: number;
  /** Those that have ended. */
  readonly members: readonly MemberResult[];
  readonly evaluation: Evaluation | null;
  readonly marks: readonly string[];
  readonly notes: readonly string[];
  readonly stamp: {
    readonly code: unknown;
    readonly data: Readonly<Record<string, string>>;
    readonly rulebook: string;
    readonly startedAt: number;
  };
}

const TRAIN_FILE = 'train.json';

export const writeTrainFile = (folder: string, file: TrainFile): void =>
  writeFileAtomic(join(folder, TRAIN_FILE), `${JSON.stringify(file, null, 2)}\n`);

/** Null where there is none. Throws InputError when it is of another version. */
export function readTrainFile(folder: string): TrainFile | null {
  const path = join(folder, TRAIN_FILE);
  if (!existsSync(path)) return null;
  const file = JSON.parse(readFileSync(path, 'utf8')) as TrainFile;
  if (file.v === 1) return file;
  throw new InputError(`readTrainFile: expected version 1 of ${path}, got ${String(file.v)}. Train again with this version.`);
}
