/** A task as the ledger keeps it, and the states it can be in. */
import type { Instant } from '../core/index.js';
import { ownerHasEnded } from './owner.js';

export const taskStates = ['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted'] as const;
export type TaskState = (typeof taskStates)[number];

/** How to go on: the arguments after `hindcast`, one per entry (never a shell's line), and the folder their paths are relative to. */
export interface ResumeCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
}

export interface TaskRecord {
  readonly id: number;
  readonly kind: string;
  readonly run: string;
  /** Tells apart what is computed under the same kind and run: the hash of the parameters by default. */
  readonly key: string;
  readonly parameters: unknown;
  readonly resume: ResumeCommand | null;
  /** `running` only while its lease holds and its process lives; else `interrupted`. */
  readonly state: TaskState;
  readonly message: string;
  readonly step: number;
  readonly steps: number;
  /** step / steps, 0..1. */
  readonly progress: number;
  /** How often it was started. */
  readonly attempts: number;
  /** Rises with each start of any task; the fencing token of the start it belongs to. */
  readonly turn: number;
  /** Null when no live process holds it. */
  readonly owner: string | null;
  readonly leaseExpires: Instant | null;
  readonly cancelRequested: boolean;
  readonly created: Instant;
  readonly started: Instant | null;
  readonly heartbeat: Instant | null;
  readonly finished: Instant | null;
}

/** What a task put out, in the order of committing. */
export interface Output {
  readonly key: string;
  readonly value: unknown;
  readonly at: Instant;
}

/** A row of the table `task`, its large checkpoint left out. */
export interface TaskRow {
  readonly id: number;
  readonly kind: string;
  readonly run: string;
  readonly key: string;
  readonly parameters: string;
  readonly resume: string | null;
  readonly state: TaskState;
  readonly message: string;
  readonly step: number;
  readonly steps: number;
  readonly attempts: number;
  readonly turn: number;
  readonly owner: string | null;
  readonly lease_until: number | null;
  readonly cancel: number;
  readonly created: number;
  readonly started: number | null;
  readonly heartbeat: number | null;
  readonly finished: number | null;
}

export const TASK_COLUMNS =
  'id, kind, run, key, parameters, resume, state, message, step, steps, attempts, turn, owner, lease_until, cancel, created, started, heartbeat, finished';

/** Somebody works at it: the lease holds at `now`, and its owner hasn't certainly ended. */
export const isLive = (row: TaskRow, now: Instant): boolean =>
  row.state === 'running' && row.lease_until !== null && row.lease_until > now && row.owner !== null && !ownerHasEnded(row.owner);

export function recordOf(row: TaskRow, now: Instant): TaskRecord {
  const live = isLive(row, now);
  return {
    id: row.id,
    kind: row.kind,
    run: row.run,
    key: row.key,
    parameters: JSON.parse(row.parameters) as unknown,
    resume: row.resume === null ? null : (JSON.parse(row.resume) as ResumeCommand),
    state: row.state === 'running' && !live ? 'interrupted' : row.state,
    message: row.message,
    step: row.step,
    steps: row.steps,
    progress: row.step / row.steps,
    attempts: row.attempts,
    turn: row.turn,
    owner: live ? row.owner : null,
    leaseExpires: live ? row.lease_until : null,
    cancelRequested: row.cancel !== 0,
    created: row.created,
    started: row.started,
    heartbeat: row.heartbeat,
    finished: row.finished,
  };
}
