/** `results/checkpoint.json` (DESIGN section 5), version 1: the newest state of each long task, for people and for other programs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Clock, InputError, type Instant } from '../core/index.js';
import { type TaskRecord, taskStates } from './task-record.js';

const instant = z.number().int().describe('milliseconds since the epoch, UTC');

const entrySchema = z.strictObject({
  id: z.number().int().describe('for hindcast tasks show | resume | cancel'),
  kind: z.string(),
  run: z.string(),
  state: z.enum(taskStates).describe('as of `written`; a running one is interrupted once `leaseExpires` has passed'),
  progress: z.number().min(0).max(1),
  step: z.number().int().min(0),
  steps: z.number().int().min(1),
  started: instant.nullable(),
  heartbeat: instant.nullable(),
  leaseExpires: instant.nullable(),
  message: z.string(),
  resume: z
    .strictObject({ argv: z.array(z.string()).describe('arguments after hindcast'), cwd: z.string() })
    .nullable()
    .describe('the command that goes on; null when only its caller can'),
});

const checkpointPageSchema = z
  .strictObject({
    v: z.literal(1),
    written: instant,
    complete: z.boolean().describe('false when older finished tasks are left out; hindcast tasks lists them all'),
    tasks: z.array(entrySchema).describe('newest first, one of each kind and run'),
  })
  .describe('All long tasks, written from results/ledger.db.');

export type CheckpointPage = z.output<typeof checkpointPageSchema>;

/** JSON Schema of `results/checkpoint.json`. */
export const checkpointPageJsonSchema = (): unknown => z.toJSONSchema(checkpointPageSchema);

/** The page of some tasks, newest first; of the same kind and run only the newest is kept. */
export function pageOf(newestFirst: readonly TaskRecord[], complete: boolean, written: Instant): CheckpointPage {
  const seen = new Set<string>();
  const tasks: CheckpointPage['tasks'] = [];
  for (const task of newestFirst) {
    const name = JSON.stringify([task.kind, task.run]);
    if (seen.has(name)) continue;
    seen.add(name);
    const { id, kind, run, state, progress, step, steps, started, heartbeat, leaseExpires, message } = task;
    const resume = task.resume && { argv: [...task.resume.argv], cwd: task.resume.cwd };
    tasks.push({ id, kind, run, state, progress, step, steps, started, heartbeat, leaseExpires, message, resume });
  }
  return { v: 1, written, complete, tasks };
}

/**
 * Reads `checkpoint.json` of a results folder as it stands at the clock's instant: what has run out of its lease since is shown as
 * interrupted. An absent file is an empty page. Throws InputError on a file that is no such page.
 */
export function readCheckpointPage(resultsDir: string, clock: Clock): CheckpointPage {
  const path = join(resultsDir, 'checkpoint.json');
  const now = clock.now();
  if (!existsSync(path)) return { v: 1, written: now, complete: true, tasks: [] };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unusable(path, (error as Error).message, error);
  }
  const parsed = checkpointPageSchema.safeParse(content);
  if (!parsed.success) throw unusable(path, z.prettifyError(parsed.error).replace(/\s+/g, ' '), parsed.error);
  const tasks = parsed.data.tasks.map((task) =>
    task.state === 'running' && (task.leaseExpires ?? 0) <= now ? { ...task, state: 'interrupted' as const, leaseExpires: null } : task,
  );
  return { ...parsed.data, tasks };
}

const unusable = (path: string, got: string, cause: unknown): InputError =>
  new InputError(`readCheckpointPage: expected a page of tasks in ${path}, got ${got}. Run hindcast tasks: it writes the page anew.`, {
    cause,
  });
