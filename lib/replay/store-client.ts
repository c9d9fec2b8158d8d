/** The loop's end of the store: commits are handed over without waiting, at most a few at a time; everything else is awaited. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { projectRoot } from '../core/index.js';
import { type Checkpoint, ROW_KINDS, type RowGroups, type RowKind, type RunFiles, StoreError } from './store.js';
import type { StoreAnswer, StoreRequest } from './store-worker.js';

/** Groups that may wait to be written; a full queue makes the loop wait, so that memory stays bounded. */
const MOST_WAITING = 3;
const [COMMITTED, FAILED] = [0, 1];
/** A group takes well under a second; a thread that is silent this long is gone. */
const SILENT_MS = 60_000;

/** Threads without a run, kept for the next one: starting one costs tens of milliseconds. */
const idle: Worker[] = [];

function thread(): Worker {
  const kept = idle.pop();
  if (kept !== undefined) {
    kept.ref();
    return kept;
  }
  const root = projectRoot();
  return new Worker(join(root, 'lib/replay/store-worker.ts'), { execArgv: ['--import', pathToFileURL(join(root, 'lib/boot.mjs')).href] });
}

export interface OpenedStore {
  readonly store: StoreClient;
  /** Where an earlier process of the same run stopped. */
  readonly checkpoint: Checkpoint | undefined;
  /** Committed equity lines, by commit group. */
  readonly equity: readonly Uint8Array[];
}

export class StoreClient {
  readonly #worker: Worker;
  readonly #shared = new Int32Array(new SharedArrayBuffer(8));
  #sent = 0;
  /** Groups that the thread may still read, oldest first; and memory of groups that it is done with. */
  readonly #underWay: RowGroups[] = [];
  readonly #spare: Readonly<Record<RowKind, Buffer[]>> = { decisions: [], outcomes: [], fills: [], equity: [] };
  #gone = false;
  readonly #ended = (): void => {
    this.#gone = true;
  };

  private constructor(worker: Worker) {
    this.#worker = worker.on('exit', this.#ended);
  }

  /** Opens the store of a run folder in a thread. Throws StoreError when it can't be opened. */
  static async open(folder: string, identity: string, files: RunFiles): Promise<OpenedStore> {
    const store = new StoreClient(thread());
    try {
      const { checkpoint, equity } = (await store.#ask({ kind: 'open', folder, identity, files, shared: store.#shared })) as Omit<
        OpenedStore,
        'store'
      >;
      return { store, checkpoint, equity };
    } catch (error) {
      store.#release();
      throw error;
    }
  }

  /** Hands a group over. Waits only while too many are under way; throws StoreError when an earlier one failed. */
  commit(barrier: number, groups: RowGroups, state: string, page: { path: string; text: string }): void {
    this.#wait(MOST_WAITING);
    if (Atomics.load(this.#shared, FAILED) !== 0) {
      throw new StoreError(
        'StoreClient.commit: expected the group before to be committed, got an error in the store. Free disk space or end the other process, then run again: it resumes.',
      );
    }
    this.#sent++;
    this.#underWay.push(groups);
    this.#worker.postMessage({ kind: 'commit', barrier, groups, state, page } satisfies StoreRequest);
  }

  /** Memory of a group of this kind that is written and will not be read again. */
  spare(kind: RowKind): Buffer | undefined {
    const left = this.#sent - Atomics.load(this.#shared, COMMITTED);
    while (this.#underWay.length > left) {
      const written = this.#underWay.shift()!;
      for (const of of ROW_KINDS) if (written[of].rows > 0) this.#spare[of].push(Buffer.from(written[of].bytes.buffer));
    }
    return this.#spare[kind].pop();
  }

  /** Waits until at most `left` groups are under way. */
  #wait(left: number): void {
    for (;;) {
      const done = Atomics.load(this.#shared, COMMITTED);
      if (this.#sent - done <= left) return;
      // This thread hears of the other's end only when it doesn't wait here: so it doesn't wait for ever.
      if (Atomics.wait(this.#shared, COMMITTED, done, SILENT_MS) === 'timed-out') {
        throw new StoreError(
          `StoreClient.commit: expected a commit within ${SILENT_MS / 1000} s, got none. Look at disk and memory, then run again: it resumes.`,
        );
      }
    }
  }

  /** Gives the run's files their names; sha256 by name. Everything handed over is committed by then. */
  async nameFiles(): Promise<Record<string, string>> {
    return (await this.#ask({ kind: 'nameFiles' })) as Record<string, string>;
  }

  async finish(): Promise<void> {
    await this.#ask({ kind: 'finish' });
  }

  /** Commits what was handed over and lets the thread go. */
  async close(): Promise<void> {
    try {
      if (!this.#gone) await this.#ask({ kind: 'close' });
    } finally {
      this.#release();
    }
  }

  /** Keeps the thread for the next run, unless it has ended. */
  #release(): void {
    this.#worker.off('exit', this.#ended);
    if (this.#gone) return;
    this.#worker.unref();
    idle.push(this.#worker);
  }

  #ask(request: StoreRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#worker.off('message', answered).off('error', failed).off('exit', exited);
        settle();
      };
      const answered = ({ value, error }: StoreAnswer): void =>
        end(() => (error === undefined ? resolve(value) : reject(new StoreError(error))));
      const failed = (error: Error): void =>
        end(() =>
          reject(
            new StoreError(`StoreClient: expected an answer of the store's thread, got ${error.message}. Run again: it resumes.`, {
              cause: error,
            }),
          ),
        );
      const exited = (code: number): void => failed(new Error(`its end with code ${code}`));
      this.#worker.on('message', answered).on('error', failed).on('exit', exited);
      this.#worker.postMessage(request);
    });
  }
}
