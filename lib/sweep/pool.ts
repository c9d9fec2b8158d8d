/** Evaluating many configurations, in this thread or over several, with results in the order of asking whatever the number of threads. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { projectRoot } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import type { Configuration, Evaluator, SweepKernel } from './contract.js';
import { SweepError, SweepInputError } from './errors.js';
import { type ChunkResult, type ChunkWork, evaluateChunk } from './search-chunk.js';
import type { WorkerAnswer, WorkerStart } from './search-worker.js';

export interface PoolWork extends ChunkWork {
  /** Configurations `from` up to `to`, not included. */
  readonly from: number;
  readonly to: number;
  at(index: number): Configuration;
  readonly chunk: number;
  /** No chunk is begun after it; those under way are finished and given. */
  readonly signal?: AbortSignal;
}

/** Chunks that may wait for an earlier one: bounds memory where one thread is slow. */
const AHEAD_PER_WORKER = 4;

const configurationsOf = ({ at, to, chunk }: PoolWork, from: number): Configuration[] =>
  Array.from({ length: Math.min(to, from + chunk) - from }, (_, i) => at(from + i));

/** Chunk after chunk in this thread, which between them hears of Ctrl-C. */
export async function* evaluateHere(evaluator: Evaluator, work: PoolWork): AsyncGenerator<ChunkResult> {
  for (let from = work.from; from < work.to && work.signal?.aborted !== true; from += work.chunk) {
    yield await evaluateChunk(evaluator, configurationsOf(work, from), work);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface Pool {
  readonly kernel: SweepKernel;
  readonly reason: string | null;
  evaluate(work: PoolWork): AsyncGenerator<ChunkResult>;
  close(): Promise<void>;
}

/** Starts `count` threads that share the bars. Throws SweepInputError on a ground that can't be evaluated. */
export async function openPool(count: number, { ground, data, kernel, folds, by }: WorkerStart): Promise<Pool> {
  const root = projectRoot();
  const start: WorkerStart = { ground: JSON.parse(JSON.stringify(ground)) as typeof ground, data: shared(data), kernel, folds, by };
  const threads = Array.from({ length: count }, () => new Thread(root, start));
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.end()));
  };
  try {
    const [first] = await Promise.all(threads.map((thread) => thread.ready));
    return { kernel: first!.kernel, reason: first!.reason, evaluate: (work) => inOrder(threads, work), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* inOrder(threads: readonly Thread[], work: PoolWork): AsyncGenerator<ChunkResult> {
  const underWay: { readonly thread: Thread; readonly result: Promise<ChunkResult> }[] = [];
  let next = work.from;
  const begin = (thread: Thread): void => {
    if (next >= work.to || work.signal?.aborted === true) return;
    underWay.push({ thread, result: thread.ask(configurationsOf(work, next)) });
    next += work.chunk;
  };
  // A thread that is done takes the next chunk at once, unless too many wait for a slow one.
  const keepBusy = (): void => {
    for (const thread of threads) {
      while (thread.asked < 2 && underWay.length < threads.length * AHEAD_PER_WORKER && next < work.to && work.signal?.aborted !== true) {
        begin(thread);
      }
    }
  };
  for (const thread of threads) thread.onAnswer = keepBusy;
  keepBusy();
  for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) {
    const result = await first.result;
    yield result;
    keepBusy();
  }
}

class Thread {
  readonly #worker: Worker;
  readonly ready: Promise<{ readonly kernel: SweepKernel; readonly reason: string | null }>;
  readonly #waiting: { readonly resolve: (result: ChunkResult) => void; readonly reject: (error: Error) => void }[] = [];
  onAnswer: () => void = () => undefined;
  #gone: Error | undefined;

  constructor(root: string, workerData: WorkerStart) {
    const execArgv = ['--import', pathToFileURL(join(root, 'lib/boot.mjs')).href];
    this.#worker = new Worker(join(root, 'lib/sweep/search-worker.ts'), { workerData, execArgv });
    this.ready = new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        this.#gone ??= error;
        reject(error);
        for (const { reject: refuse } of this.#waiting.splice(0)) refuse(error);
      };
      this.#worker.on('message', (answer: WorkerAnswer) => {
        if ('ready' in answer) resolve(answer.ready);
        else if ('error' in answer)
          fail(answer.error.isInput ? new SweepInputError(answer.error.message) : new SweepError(answer.error.message));
        else {
          this.#waiting.shift()?.resolve(answer.result);
          this.onAnswer();
        }
      });
      const ended = (why: string): void =>
        fail(new SweepError(`sweep: expected a thread to go on, got ${why}. Run the same command again: it goes on where it stopped.`));
      this.#worker.on('error', (error) => ended(error.message));
      this.#worker.on('exit', (code) => ended(`its end with code ${code}`));
    });
    // Whoever awaits it hears of a failure; until then it is none that nobody handles.
    this.ready.catch(() => undefined);
  }

  /** Chunks that it was asked for and has not answered. */
  get asked(): number {
    return this.#waiting.length;
  }

  ask(configurations: readonly Configuration[]): Promise<ChunkResult> {
    const answer = new Promise<ChunkResult>((resolve, reject) => {
      if (this.#gone !== undefined) reject(this.#gone);
      else {
        this.#waiting.push({ resolve, reject });
        this.#worker.postMessage(configurations);
      }
    });
    answer.catch(() => undefined);
    return answer;
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners();
    await this.#worker.terminate();
  }
}

/** The same data with its columns in memory that all threads read: a market is held once, not once a thread. */
function shared(data: MarketData): MarketData {
  const series = new Map(
    [...data.series].map(([symbol, bars]) => {
      const day = new Int32Array(new SharedArrayBuffer(bars.day.byteLength));
      day.set(bars.day);
      const { knownAt, open, high, low, close, volume, factor } = bars;
      const columns = Object.fromEntries(
        Object.entries({ knownAt, open, high, low, close, volume, factor }).map(([name, values]) => [name, copy(values)]),
      );
      return [symbol, { ...bars, day, ...columns }] as const;
    }),
  );
  return { ...data, series };
}

function copy(values: Float64Array): Float64Array {
  const column = new Float64Array(new SharedArrayBuffer(values.byteLength));
  column.set(values);
  return column;
}
