/** Members of a training over threads: one member a thread at a time, the next begins as soon as a thread is free. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type BarSeries, HindcastError, InputError, projectRoot } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import type { CurveRow } from './train-curve.js';
import type { Member, MemberResult } from './train-member.js';
import type { ThreadAnswer, ThreadStart } from './train-worker.js';

export interface PoolEffects {
  readonly threads: number;
  readonly signal?: AbortSignal;
  onRow(member: Member, row: CurveRow): void;
  onEnd(member: Member, result: MemberResult): void;
}

/** The same data with its columns in memory that threads share: else each gets a copy of all bars. */
function sharedData(data: MarketData): MarketData {
  const shared = <Column extends Float64Array | Int32Array>(column: Column): Column => {
    const Kind = column.constructor as new (of: SharedArrayBuffer) => Column;
    const copy = new Kind(new SharedArrayBuffer(column.byteLength));
    copy.set(column);
    return copy;
  };
  const series = [...data.series.values()].map(
    (bars): BarSeries => ({
      ...bars,
      day: shared(bars.day),
      knownAt: shared(bars.knownAt),
      open: shared(bars.open),
      high: shared(bars.high),
      low: shared(bars.low),
      close: shared(bars.close),
      volume: shared(bars.volume),
      factor: shared(bars.factor),
    }),
  );
  return { ...data, series: new Map(series.map((bars) => [bars.symbol, bars])) };
}

/** Resolves when all have ended, or, once the signal fired, when each has left its checkpoint. Rejects with the first error of a thread. */
export async function trainInThreads(
  members: readonly Member[],
  start: Omit<ThreadStart, 'stop'>,
  { threads, signal, onRow, onEnd }: PoolEffects,
): Promise<void> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const halt = (): void => void Atomics.store(stop, 0, 1);
  if (signal?.aborted === true) return;
  signal?.addEventListener('abort', halt, { once: true });
  const root = projectRoot();
  const execArgv = ['--import', pathToFileURL(join(root, 'lib/boot.mjs')).href];
  const workerData: ThreadStart = { ...start, data: sharedData(start.data), stop };
  const waiting = [...members];
  const workers: Worker[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(join(root, 'lib/rl/train-worker.ts'), { workerData, execArgv });
      workers.push(worker);
      const next = (): void => {
        const member = Atomics.load(stop, 0) === 0 ? waiting.shift() : undefined;
        if (member === undefined) resolve();
        else worker.postMessage(member);
      };
      const fail = (error: Error): void => {
        halt();
        reject(error);
      };
      worker.on('message', (answer: ThreadAnswer) => {
        if ('error' in answer) {
          const { message, isInput } = answer.error;
          fail(isInput ? new InputError(message) : new HindcastError(message));
        } else if ('row' in answer) onRow(answer.member, answer.row);
        else {
          if (answer.ended !== null) onEnd(answer.member, answer.ended);
          next();
        }
      });
      const ended = (why: string): void =>
        fail(new HindcastError(`train: expected a thread to go on, got ${why}. Run the same command again: it goes on where it stopped.`));
      worker.on('error', (error) => ended(error.message));
      worker.on('exit', (code) => ended(`its end with code ${code}`));
      next();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(threads, members.length) }, work));
  } finally {
    signal?.removeEventListener('abort', halt);
    await Promise.all(
      workers.map((worker) => {
        worker.removeAllListeners();
        return worker.terminate();
      }),
    );
  }
}
