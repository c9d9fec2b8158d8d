/** Opens a pack: every entry as it was packed, and the spec pointed at what lies in it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { InputError, lazyPackage, sha256 } from '../core/index.js';
import { loadBars, type MarketData } from '../feeds/index.js';
import { openRun, type ReplaySpec, type RunFolder } from '../replay/index.js';
import { CALLS } from './run-calls.js';
import { withFiles } from './spec-files.js';
import type { RecordedTraining } from './verify-training.js';

const zips = lazyPackage<typeof import('fflate')>('fflate');

const packIndexSchema = z.strictObject({
  v: z.literal(1),
  run: z.string(),
  commit: z.string().nullable(),
  code: z.enum(['as at the run', 'moved since the run']),
  source: z.string(),
  /** sha256 by name. */
  entries: z.record(z.string(), z.string()),
});

/** `pack.json` of a pack. */
export type PackIndex = z.output<typeof packIndexSchema>;

/** Folder of a packed training. */
export const TRAINING = 'training';

export interface OpenedPack {
  readonly run: RunFolder;
  /** Its paths lead into the unpacked folder. */
  readonly spec: ReplaySpec;
  readonly data: MarketData;
  /** File of its model calls, null when none were made. */
  readonly calls: string | null;
}

/** Unpacks into a folder. Throws InputError when the archive is no pack, or was changed. */
export function openPack(path: string, into: string): OpenedPack | { readonly training: RecordedTraining } {
  let entries: Record<string, Uint8Array>;
  try {
    entries = zips().unzipSync(readFileSync(path));
  } catch (cause) {
    throw new InputError(`openPack: expected a pack (zip), got ${path}. Make one with hindcast pack <run>.`, { cause });
  }
  const { entries: digests } = indexOf(entries['pack.json'], path);
  for (const [name, digest] of Object.entries(digests)) {
    const bytes = entries[name];
    if (bytes === undefined || sha256(bytes) !== digest)
      throw new InputError(`openPack: expected ${name} as packed, got another or none in ${path}. Ask for the pack again.`);
    const target = join(into, name);
    if (relative(into, target).startsWith('..'))
      throw new InputError(`openPack: expected names inside the pack, got ${name}. Don't use this file.`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  if (`${TRAINING}/train.json` in digests) {
    const file = (name: string) => (`${name}.json` in digests ? { [name]: join(into, `${name}.json`) } : {});
    const files = { ...file('rulebook'), ...file('risk') };
    return { training: { folder: join(into, TRAINING), data: loadBars(join(into, 'data'), {}), files } };
  }
  const run = openRun(join(into, 'run'));
  return {
    run,
    spec: withFiles(run.spec, ({ at }) => join(into, at)),
    data: loadBars(join(into, 'data'), {}),
    calls: CALLS in digests ? join(into, CALLS) : null,
  };
}

function indexOf(bytes: Uint8Array | undefined, path: string): PackIndex {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
  } catch (cause) {
    throw new InputError(`openPack: expected pack.json inside, got ${path} without it. Make one with hindcast pack <run>.`, { cause });
  }
  const parsed = packIndexSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new InputError(
    `openPack: expected a pack.json of version 1 in ${path}, got a wrong "${issue.path.join('.')}": ${issue.message}. Ask for the pack again.`,
  );
}
