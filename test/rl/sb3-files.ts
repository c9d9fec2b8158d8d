/** The golden files of stable-baselines3 and the observations they were asked about. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../lib/core/index.js';

export const goldenPath = (name: string): string => join(projectRoot(), 'test/rl/golden/sb3', name);

export const goldenBytes = (name: string): Uint8Array => readFileSync(goldenPath(name));

export interface Sb3Answers {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly count: number;
  readonly normalisedSha256: string;
  readonly logits: Float32Array;
  /** Of the first 100 observations. */
  readonly values: Float32Array;
}

/** What SB3 answered, by name of the policy: test/rl/golden/sb3/policies.py. */
export function sb3Answers(): ReadonlyMap<string, Sb3Answers> {
  type Stored = Omit<Sb3Answers, 'logits' | 'values'> & { readonly logits: string; readonly values: string };
  const stored = JSON.parse(readFileSync(join(projectRoot(), 'test/rl/golden/sb3/answers.json'), 'utf8')) as Record<string, Stored>;
  const floats = (base64: string): Float32Array => {
    const bytes = Buffer.from(base64, 'base64');
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  };
  return new Map(Object.entries(stored).map(([name, row]) => [name, { ...row, logits: floats(row.logits), values: floats(row.values) }]));
}

/** 1,000 rows of 14, -12 .. 12: `observations` of test/rl/golden/sb3/policies.py. */
export function sb3Observations(): Float32Array {
  let state = 2463534242;
  return Float32Array.from({ length: 14_000 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) / 4294967296) * 24 - 12;
  });
}
