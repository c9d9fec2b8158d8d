/** Runs a piece of work as a task: leased, with a heartbeat, ended in the state that tells what became of it. */
import { hideSecrets, log } from '../core/index.js';
import { LeaseLostError } from './errors.js';
import type { Ledger, TaskSpec } from './ledger.js';
import type { TaskHandle } from './task-handle.js';

export interface TaskWork extends TaskSpec {
  /** Ctrl-C and its like: aborts the handle's signal; work that then ends early is `interrupted` and can go on later. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the task, runs `work` and gives back what it gives. The task ends `done` when work returns; when it was asked to stop and
 * returns (or throws) before its last step, `cancelled` or `interrupted`; else `failed` with the error's message. Work reports
 * `handle.progress`, and passes `handle.signal` on or looks at it. Throws what work throws; TaskHeldError when another works at it;
 * LeaseLostError when another took over: then the task's state is the other's.
 */
export async function runTask<T>(ledger: Ledger, { signal, ...spec }: TaskWork, work: (handle: TaskHandle) => Promise<T> | T): Promise<T> {
  const handle = ledger.start(spec);
  const stop = (): void => handle.stop();
  if (signal?.aborted === true) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  const timer = setInterval(() => beat(handle), ledger.heartbeatMs).unref();
  try {
    const result = await work(handle);
    if (handle.stopped !== null && handle.step < handle.steps) handle.finish(handle.stopped);
    else handle.finish('done');
    return result;
  } catch (error) {
    if (handle.isOpen) fail(handle, error);
    throw error;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function beat(handle: TaskHandle): void {
  try {
    if (handle.isOpen) handle.heartbeat();
  } catch (error) {
    // A lost lease has aborted the handle's signal, and its next write throws. A locked file may be free at the next beat.
    if (!(error instanceof LeaseLostError)) log('jobs').warn(`heartbeat of task ${handle.id}: ${(error as Error).message}`);
  }
}

function fail(handle: TaskHandle, error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  const asked = handle.stopped !== null && (name === 'AbortError' || error === handle.signal.reason);
  try {
    handle.finish(asked ? handle.stopped! : 'failed', hideSecrets(message));
  } catch (second) {
    // The work's own error is what its caller must see; the lease will expire.
    log('jobs').warn(`could not end task ${handle.id}: ${(second as Error).message}`);
  }
}
