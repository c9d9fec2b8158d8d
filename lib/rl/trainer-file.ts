/** train.json: what was trained on what, how every seed ended, and what came of it on unseen time. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, writeFileAtomic } from '../core/index.js';
import type { FeatureProbe } from './env-probe.js';
import type { DateSpan, Evaluation } from './evaluation.js';
import type { MemberPlan, MemberResult } from './train-member.js';
import { trainFileSchema } from './trainer-file-schema.js';
import type { TrainerSettings } from './trainer-settings.js';

/** What a training's code is known by: as a replay's stamp. */
export interface TrainCode {
  readonly code: { readonly commit: string | null; readonly dirty: boolean | null; readonly treeHash: string };
  readonly lockfile: string;
  readonly runtime: { readonly node: string; readonly platform: string; readonly arch: string };
}

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
    readonly probe: FeatureProbe;
  };
  readonly folds: readonly { readonly train: readonly DateSpan[]; readonly validation: DateSpan | null; readonly test: DateSpan }[];
  /** Sessions a year of the market. */
  readonly sessionsPerYear: number;
  /** Once a session, or at every bar within it; absent in trainings of before it was kept. */
  readonly decisionsPerYear?: number;
  /** Those that have ended. */
  readonly members: readonly MemberResult[];
  readonly evaluation: Evaluation | null;
  readonly marks: readonly string[];
  readonly notes: readonly string[];
  readonly stamp: {
    /** Null only in trainings of before it was demanded. */
    readonly code: TrainCode | null;
    readonly data: Readonly<Record<string, string>>;
    readonly rulebook: string;
    readonly startedAt: number;
    /** Spent on training, all calls together; absent in trainings of before it was kept. */
    readonly seconds?: number;
  };
}

const TRAIN_FILE = 'train.json';

export const writeTrainFile = (folder: string, file: TrainFile): void =>
  writeFileAtomic(join(folder, TRAIN_FILE), `${JSON.stringify(file, null, 2)}\n`);

/** Null where there is none. Throws InputError, naming the key, when it is of another version or was changed by hand. */
export function readTrainFile(folder: string): TrainFile | null {
  const path = join(folder, TRAIN_FILE);
  if (!existsSync(path)) return null;
  const refuse = (got: string, cause?: unknown): never => {
    throw new InputError(
      `readTrainFile: expected a train.json of version 1, got ${got} in ${path}. Move its folder away and train again.`,
      {
        cause,
      },
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return refuse('no JSON', error);
  }
  const parsed = trainFileSchema.safeParse(json);
  if (parsed.success) return parsed.data satisfies TrainFile;
  const { path: key, message } = parsed.error.issues[0]!;
  return refuse(`a wrong "${key.join('.')}" (${message})`);
}
