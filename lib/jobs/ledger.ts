/** The ledger of long tasks, `results/ledger.db`: who may work at what, and what has come of it. Shared by all processes. */
import { join } from 'node:path';
import { type Clock, hashOf, type Instant } from '../core/index.js';
import { CheckpointFile } from './checkpoint-file.js';
import { pageOf } from './checkpoint-page.js';
import { LedgerDatabase } from './database.js';
import { JobError, TaskHeldError, TaskInputError } from './errors.js';
import { jsonOf } from './json.js';
import { describeOwner, thisOwner } from './owner.js';
import { TaskHandle } from './task-handle.js';
import {
  isLive,
  type Output,
  type ResumeCommand,
  recordOf,
  TASK_COLUMNS,
  type TaskRecord,
  type TaskRow,
  type TaskState,
} from './task-record.js';

export interface LedgerOptions {
  readonly clock: Clock;
  /** How long a task stays its owner's without a sign of life: past any pause of a healthy process, short enough to wait for. */
  readonly leaseMs?: number;
  /** How often `runTask` gives a sign of life. */
  readonly heartbeatMs?: number;
  /** Longest wait for another process's write. */
  readonly lockWaitMs?: number;
  /** Who this is; the process itself by default. */
  readonly owner?: string;
}

export interface TaskSpec {
  /** What is done, such as `replay` or `train`. */
  readonly kind: string;
  /** The run it is done for. Of one kind and run, one task at a time can run. */
  readonly run: string;
  /** How many steps it takes, 1 or more. */
  readonly steps: number;
  /** What it is done with, plain JSON without secrets. */
  readonly parameters?: unknown;
  /** Tells apart what is computed (code, data, parameters): the same key goes on where it stopped. Hash of the parameters by default. */
  readonly key?: string;
  /** The command that goes on; null when only its caller can. */
  readonly resume?: ResumeCommand | null;
}

export interface TaskFilter {
  readonly state?: TaskState;
  readonly kind?: string;
  readonly run?: string;
}

export interface Ledger {
  readonly heartbeatMs: number;
  /** Takes a task in hand; one that was begun before goes on from its checkpoint. Throws TaskHeldError while another works at it. */
  start(spec: TaskSpec): TaskHandle;
  /** Enters a task for somebody to start, unless it is entered already; gives its id. */
  queue(spec: TaskSpec): number;
  /** Newest first. */
  tasks(filter?: TaskFilter): TaskRecord[];
  /** Throws TaskInputError when there is none. */
  task(id: number): TaskRecord;
  /** A running task is asked to end (its signal fires at its next heartbeat or commit); any other unfinished one is cancelled now. */
  cancel(id: number): TaskRecord;
  /** In the order of committing. */
  outputs(id: number): Output[];
  /** Removes tasks that ended (done, failed or cancelled) before an instant, outputs included; gives their number. */
  prune(before: Instant): number;
  close(): void;
}

/** Finished tasks on the page, besides those that are running or queued: a page, not an archive. */
const PAGE_TASKS = 20;

/**
 * Opens (or creates) the ledger of a results folder and writes `checkpoint.json` from it. A corrupt file is set aside with a warning.
 * Throws LedgerLockedError when another process holds the file for longer than `lockWaitMs`.
 */
export function openLedger(resultsDir: string, options: LedgerOptions): Ledger {
  const { clock, leaseMs = 20_000, heartbeatMs = 5_000, lockWaitMs = 5_000, owner = thisOwner() } = options;
  if (!(leaseMs > heartbeatMs && heartbeatMs > 0)) {
    throw new TaskInputError(
      `openLedger: expected leaseMs above heartbeatMs above 0, got ${leaseMs} and ${heartbeatMs}. Leave room for a few lost beats.`,
    );
  }
  const database = new LedgerDatabase(join(resultsDir, 'ledger.db'), { clock, lockWaitMs });
  const select = (tail: string, ...values: (string | number | null)[]): TaskRow[] =>
    database.sql(`select ${TASK_COLUMNS} from task ${tail}`).all(...values) as unknown as TaskRow[];

  const page = new CheckpointFile(join(resultsDir, 'checkpoint.json'), database, () => {
    const latest = select('order by turn desc limit ?', PAGE_TASKS + 1);
    const oldest = latest.length > PAGE_TASKS ? latest.pop()!.turn : -1;
    const active = oldest < 0 ? [] : select(`where state in ('running', 'queued') and turn <= ? order by turn desc`, oldest);
    const now = clock.now();
    return pageOf(
      [...latest, ...active].map((row) => recordOf(row, now)),
      oldest < 0,
      now,
    );
  });

  const nextTurn = (): number => (database.sql('update turn set last = last + 1 returning last').get() as { last: number }).last;
  const rowOf = (id: number): TaskRow => {
    const row = Number.isSafeInteger(id) ? select('where id = ?', id)[0] : undefined;
    if (row === undefined) throw new TaskInputError(`ledger: expected the id of a task, got ${id}. List them with: hindcast tasks`);
    return row;
  };

  const idOf = ({ kind, run, parameters = null, key = hashOf(parameters) }: TaskSpec): number | undefined =>
    (database.sql('select id from task where kind = ? and run = ? and key = ?').get(kind, run, key) as { id: number } | undefined)?.id;

  /** Inserts the task or brings its row up to date with the spec; inside a transaction. */
  const enter = ({ kind, run, steps, parameters = null, key = hashOf(parameters), resume = null }: TaskSpec): number => {
    const now = clock.now();
    const row = database
      .sql(
        `insert into task (kind, run, key, parameters, resume, state, message, step, steps, attempts, turn, created)
         values (?, ?, ?, ?, ?, 'queued', '', 0, ?, 0, ?, ?)
         on conflict (kind, run, key) do update set parameters = excluded.parameters, resume = excluded.resume, steps = excluded.steps
         returning id`,
      )
      .get(kind, run, key, jsonOf(parameters, 'parameters'), resume === null ? null : JSON.stringify(resume), steps, nextTurn(), now);
    return (row as { id: number }).id;
  };

  // What ended without a word since (a kill, a power cut) shows from now on.
  page.changed(true);

  return {
    heartbeatMs,
    start(spec) {
      checkSpec('start', spec);
      const { kind, run, steps } = spec;
      const handle = database.write(false, () => {
        const now = clock.now();
        for (const row of select(`where state = 'running' and kind = ? and run = ?`, kind, run)) {
          if (isLive(row, now)) throw held(row, now);
          database.sql(`update task set state = 'interrupted', owner = null, lease_until = null where id = ?`).run(row.id);
        }
        const id = enter(spec);
        const token = nextTurn();
        const { step } = database
          .sql(
            `update task set started = case when state in ('queued', 'done') then ? else coalesce(started, ?) end, state = 'running',
               message = '', step = min(coalesce(checkpoint_step, 0), steps), attempts = attempts + 1, turn = ?, owner = ?, lease_until = ?,
               cancel = 0, heartbeat = ?, finished = null
             where id = ? returning step`,
          )
          .get(now, now, token, owner, now + leaseMs, now, id) as { step: number };
        return new TaskHandle({ id, kind, run, token, steps, step, owner, clock, leaseMs, database, page });
      });
      page.changed(true);
      return handle;
    },
    queue(spec) {
      checkSpec('queue', spec);
      const id = database.write(true, () => idOf(spec) ?? enter(spec));
      page.changed(true);
      return id;
    },
    tasks({ state, kind, run } = {}) {
      const now = clock.now();
      return database
        .read(() => select('where kind = coalesce(?, kind) and run = coalesce(?, run) order by turn desc', kind ?? null, run ?? null))
        .map((row) => recordOf(row, now))
        .filter((task) => state === undefined || task.state === state);
    },
    task: (id) => database.read(() => recordOf(rowOf(id), clock.now())),
    cancel(id) {
      const task = database.write(true, () => {
        const row = rowOf(id);
        const now = clock.now();
        if (row.state === 'done' || row.state === 'cancelled') {
          throw new JobError(`cancel: expected a task that can still run, got ${id}, which is ${row.state}. Leave it.`);
        }
        if (isLive(row, now)) database.sql('update task set cancel = 1 where id = ?').run(id);
        else {
          // A new turn, so that a paused owner that wakes up is refused.
          database
            .sql(`update task set state = 'cancelled', owner = null, lease_until = null, cancel = 0, turn = ?, finished = ? where id = ?`)
            .run(nextTurn(), now, id);
        }
        return recordOf(rowOf(id), now);
      });
      page.changed(true);
      return task;
    },
    outputs: (id) =>
      database.read(() => {
        rowOf(id);
        const rows = database.sql('select key, value, at from output where task = ? order by seq').all(id);
        return (rows as { key: string; value: string; at: number }[]).map(({ key, value, at }) => ({
          key,
          value: JSON.parse(value) as unknown,
          at,
        }));
      }),
    prune(before) {
      const { changes } = database.write(true, () =>
        database.sql(`delete from task where state in ('done', 'failed', 'cancelled') and finished < ?`).run(before),
      );
      page.changed(true);
      return Number(changes);
    },
    close() {
      page.close();
      database.close();
    },
  };
}

function checkSpec(fn: string, { kind, run, steps }: TaskSpec): void {
  if (kind === '' || run === '')
    throw new TaskInputError(`${fn}: expected a kind and a run, got "${kind}" and "${run}". Name what is done and for which run.`);
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new TaskInputError(`${fn}: expected 1 or more whole steps, got ${steps}. Count what the task will report.`);
  }
}

function held(row: TaskRow, now: Instant): TaskHeldError {
  const seconds = Math.ceil(((row.lease_until ?? now) - now) / 1000);
  return new TaskHeldError(
    `start: expected ${row.kind} ${row.run} to be free, got it running in ${describeOwner(row.owner ?? '')} (task ${row.id}). Wait for it, or end it with: hindcast tasks cancel ${row.id}. Should it be gone, its lease ends in ${seconds} s.`,
  );
}
