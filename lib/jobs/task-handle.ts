/** The hold of this process on a task: everything it writes carries its fencing token, and is refused once another has taken over. */
import type { Clock, Instant } from '../core/index.js';
import type { CheckpointFile } from './checkpoint-file.js';
import type { LedgerDatabase } from './database.js';
import { JobError, LeaseLostError, TaskInputError } from './errors.js';
import { jsonOf } from './json.js';

export interface TaskCheckpoint {
  /** The step that was reached with it. */
  readonly step: number;
  readonly state: unknown;
}

export interface CommitInput {
  /** Each `key` names its content within the task (such as day, symbol, step, input hash): what is there already isn't added again. */
  readonly outputs?: readonly { readonly key: string; readonly value: unknown }[];
  /** What the next start goes on from, plain JSON; kept together with the outputs or not at all. */
  readonly checkpoint?: unknown;
  /** Steps done so far. */
  readonly step?: number;
  readonly message?: string;
}

export interface StoredOutput {
  readonly key: string;
  /** What the ledger holds under the key: of an earlier commit when `added` is false. */
  readonly value: unknown;
  readonly added: boolean;
}

/** How a task can end before its last step because somebody asked for it. */
export type StoppedState = 'cancelled' | 'interrupted';

/** What a handle needs of its ledger. */
interface HandleInput {
  readonly id: number;
  readonly kind: string;
  readonly run: string;
  readonly token: number;
  readonly steps: number;
  readonly step: number;
  readonly owner: string;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly database: LedgerDatabase;
  readonly page: CheckpointFile;
}

/** Progress is written this often at most; what came last is written with the next heartbeat, commit or end. */
const PROGRESS_MS = 250;

export class TaskHandle {
  readonly id: number;
  readonly run: string;
  readonly steps: number;
  /** Rises with every start in the ledger: the higher one's writes count. */
  readonly token: number;
  readonly #in: HandleInput;
  readonly #abort = new AbortController();
  #step: number;
  #message = '';
  #writtenAt: Instant;
  #stopped: StoppedState | null = null;
  #open = true;

  constructor(input: HandleInput) {
    this.#in = input;
    this.id = input.id;
    this.run = input.run;
    this.steps = input.steps;
    this.token = input.token;
    this.#step = input.step;
    this.#writtenAt = input.clock.now();
  }

  /** Steps done so far; at the start, those of the checkpoint. */
  get step(): number {
    return this.#step;
  }

  /** Aborts when the task is cancelled, interrupted or taken over: end soon. Cancelling shows at the next write to the ledger. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why the signal fired; null while it hasn't, or when the lease was lost. */
  get stopped(): StoppedState | null {
    return this.#stopped;
  }

  /** False after `finish` and once the lease is lost. */
  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Says how far the task is: `step` of `steps`. Cheap enough to call at each step: it writes every 250 ms at most (by the ledger's
   * clock), and renews the lease. Throws LeaseLostError when another has taken over.
   */
  progress(step: number, message = this.#message): void {
    this.#note(step, message);
    const now = this.#in.clock.now();
    if (now - this.#writtenAt >= PROGRESS_MS || now < this.#writtenAt) this.heartbeat();
  }

  /** Renews the lease and writes the latest progress. Throws LeaseLostError when another has taken over. */
  heartbeat(): void {
    this.#assertOpen('heartbeat');
    this.#guarded(() => this.#in.database.write(false, () => this.#renew()));
    this.#in.page.changed(false);
  }

  /**
   * Keeps outputs and checkpoint, both or neither; when this returns they lie on the disk. An output whose key the task already has is
   * not added: the stored one comes back. Throws LeaseLostError, with nothing kept, when another has taken over.
   */
  commit({ outputs = [], checkpoint, step = this.#step, message = this.#message }: CommitInput): StoredOutput[] {
    this.#assertOpen('commit');
    const texts = outputs.map(({ key, value }) => ({ key, value, text: jsonOf(value, `output ${JSON.stringify(key)}`) }));
    const state = checkpoint === undefined ? undefined : jsonOf(checkpoint, 'the checkpoint');
    this.#note(step, message);
    const { database } = this.#in;
    const stored = this.#guarded(() =>
      this.#in.database.write(true, () => {
        this.#renew();
        if (state !== undefined) {
          database.sql('update task set checkpoint = ?, checkpoint_step = ? where id = ?').run(state, step, this.id);
        }
        const insert = database.sql('insert or ignore into output (task, key, value, at) values (?, ?, ?, ?)');
        const find = database.sql('select value from output where task = ? and key = ?');
        return texts.map(({ key, value, text }): StoredOutput => {
          if (insert.run(this.id, key, text, this.#in.clock.now()).changes === 1) return { key, value, added: true };
          const found = find.get(this.id, key) as { value: string };
          return { key, value: JSON.parse(found.value) as unknown, added: false };
        });
      }),
    );
    this.#in.page.changed(false);
    return stored;
  }

  /** What the last commit that gave a checkpoint left; undefined on a fresh task. */
  checkpoint(): TaskCheckpoint | undefined {
    const row = this.#in.database.read(() =>
      this.#in.database.sql('select checkpoint, checkpoint_step from task where id = ?').get(this.id),
    ) as { checkpoint: string | null; checkpoint_step: number | null } | undefined;
    if (row === undefined || row.checkpoint === null) return undefined;
    return { step: row.checkpoint_step ?? 0, state: JSON.parse(row.checkpoint) as unknown };
  }

  /** Asks the work to end early, as Ctrl-C does: the signal aborts. */
  stop(): void {
    this.#halt('interrupted');
  }

  /** Ends the task and gives up the lease. Throws LeaseLostError when another has taken over. */
  finish(state: 'done' | 'failed' | StoppedState, message = this.#message): void {
    this.#assertOpen('finish');
    if (state === 'done') this.#step = this.steps;
    this.#message = message;
    this.#guarded(() =>
      this.#in.database.write(true, () => {
        this.#renew();
        this.#in.database
          .sql('update task set state = ?, owner = null, lease_until = null, cancel = 0, finished = ? where id = ?')
          .run(state, this.#writtenAt, this.id);
      }),
    );
    this.#open = false;
    this.#in.page.changed(true);
  }

  #note(step: number, message: string): void {
    if (!Number.isInteger(step) || step < 0 || step > this.steps) {
      throw new TaskInputError(`progress: expected a step from 0 to ${this.steps}, got ${step}. Count the steps that are done.`);
    }
    this.#step = step;
    this.#message = message;
  }

  /** Inside a transaction: checks the token, renews the lease, writes progress, takes note of a wish to cancel. */
  #renew(): void {
    const { clock, leaseMs, database } = this.#in;
    const now = clock.now();
    const row = database
      .sql(
        `update task set step = ?, message = ?, heartbeat = ?, lease_until = ? where id = ? and turn = ? and state = 'running' returning cancel`,
      )
      .get(this.#step, this.#message, now, now + leaseMs, this.id, this.token) as { cancel: number } | undefined;
    if (row === undefined) {
      throw new LeaseLostError(
        `task ${this.id} (${this.#in.kind} ${this.run}): expected to hold its lease, got a later owner or an end. Nothing of this write was kept; stop here.`,
      );
    }
    this.#writtenAt = now;
    if (row.cancel !== 0) this.#halt('cancelled');
  }

  #halt(state: StoppedState): void {
    if (this.#abort.signal.aborted) return;
    this.#stopped = state;
    this.#abort.abort(new JobError(`task ${this.id} (${this.#in.kind} ${this.run}): ${state}.`));
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof LeaseLostError) {
        this.#open = false;
        if (!this.#abort.signal.aborted) this.#abort.abort(error);
      }
      throw error;
    }
  }

  #assertOpen(fn: string): void {
    if (!this.#open) {
      throw new LeaseLostError(`${fn}: expected a task in hand, got one that is finished or was taken over. Start it again.`);
    }
  }
}
