/** A thread of a search: holds an evaluator of its own and answers chunks of configurations with their rows and returns. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MarketData } from '../feeds/index.js';
import type { Configuration, Evaluator, SweepGround, SweepKernel } from './contract.js';
import { createEvaluator } from './evaluator.js';
import { type ChunkResult, type ChunkWork, evaluateChunk } from './search-chunk.js';

export interface WorkerStart extends ChunkWork {
  readonly ground: SweepGround;
  readonly data: MarketData;
  readonly kernel: SweepKernel | undefined;
}

/** Answers come in the order of the questions; the first one, without a question, says what evaluates. */
export type WorkerAnswer =
  | { readonly ready: { readonly kernel: SweepKernel; readonly reason: string | null } }
  | { readonly result: ChunkResult }
  | { readonly error: { readonly message: string; readonly isInput: boolean } };

const say = (answer: WorkerAnswer, moved: ArrayBuffer[] = []): void => parentPort?.postMessage(answer, moved);

function sayError(error: unknown): void {
  const { message } = error as Error;
  say({ error: { message, isInput: (error as { exitCode?: number }).exitCode === 2 } });
}

const start = workerData as WorkerStart;
let evaluator: Evaluator | undefined;
try {
  evaluator = createEvaluator(start.ground, { data: start.data }, start.kernel);
  say({ ready: { kernel: evaluator.kernel, reason: evaluator.reason } });
} catch (error) {
  sayError(error);
}
// One question at a time: an evaluator holds one account's state.
let turn: Promise<void> = Promise.resolve();
parentPort?.on('message', (configurations: readonly Configuration[]) => {
  turn = turn.then(async () => {
    if (evaluator === undefined) return;
    try {
      const result = await evaluateChunk(evaluator, configurations, start);
      say({ result }, [result.rows.buffer as ArrayBuffer, result.returns.buffer as ArrayBuffer]);
    } catch (error) {
      sayError(error);
    }
  });
});
