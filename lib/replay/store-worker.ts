/** The thread that keeps a run's store, so that deciding doesn't wait for compressing and writing. One run at a time. */
import { parentPort } from 'node:worker_threads';
import { writeFileAtomic } from '../core/index.js';
import { type RowGroups, type RunFiles, RunStore } from './store.js';

/** `committed`: groups done so far; `failed`: 1 after an error, which the next answer carries. */
export const COMMITTED = 0;
export const FAILED = 1;

export type StoreRequest =
  | { readonly kind: 'open'; readonly folder: string; readonly identity: string; readonly files: RunFiles; readonly shared: Int32Array }
  | {
      readonly kind: 'commit';
      readonly barrier: number;
      readonly groups: RowGroups;
      readonly state: string;
      readonly page: { readonly path: string; readonly text: string };
    }
  | { readonly kind: 'nameFiles' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'close' };

/** The answer to every request but `commit`, which only moves the shared counter. */
export interface StoreAnswer {
  readonly value?: unknown;
  readonly error?: string;
}

let store: RunStore | undefined;
let shared: Int32Array = new Int32Array(2);
let failure: string | undefined;

function serve(request: StoreRequest): unknown {
  if (request.kind === 'open') {
    shared = request.shared;
    failure = undefined;
    store = new RunStore(request.folder, request.identity, request.files);
    return { checkpoint: store.checkpoint(), equity: [...store.chunks('equity')] };
  }
  if (request.kind === 'close') {
    store?.close();
    store = undefined;
    return undefined;
  }
  if (failure !== undefined) throw new Error(failure);
  if (request.kind === 'nameFiles') return store!.nameFiles();
  if (request.kind === 'finish') return store!.finish();
  store!.commit(request.barrier, request.groups, request.state);
  writeFileAtomic(request.page.path, request.page.text);
  return undefined;
}

parentPort?.on('message', (request: StoreRequest) => {
  const answer: { value?: unknown; error?: string } = {};
  try {
    answer.value = serve(request);
  } catch (error) {
    failure ??= (error as Error).message;
    answer.error = (error as Error).message;
    Atomics.store(shared, FAILED, 1);
  }
  if (request.kind !== 'commit') {
    parentPort?.postMessage(answer);
    return;
  }
  Atomics.add(shared, COMMITTED, 1);
  Atomics.notify(shared, COMMITTED);
});
