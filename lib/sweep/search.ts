/** One search from its input to its files: evaluate every configuration, keep it as a trial, judge the best, run it through the loop. */
import { existsSync, truncateSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { dateOf, monotonicMs, writeFileAtomic } from '../core/index.js';
import { runTask } from '../jobs/index.js';
import type { ReplayEffects } from '../replay/index.js';
import { openTrials, recordTrials } from '../stats/index.js';
import { bestOf, significanceOf } from './best.js';
import { honestRun } from './best-honest.js';
import type { Evaluator, SweepKernel } from './contract.js';
import { createEvaluator } from './evaluator.js';
import { evaluateHere, openPool, type PoolWork } from './pool.js';
import { readSweepFile } from './results-folder.js';
import { appendRows, readRows, SweepRows } from './results-rows.js';
import { type SweepFile, sweepFileSchema } from './results-schema.js';
import type { ChunkResult } from './search-chunk.js';
import { planSearch, type SearchInput, type SearchPlan } from './search-plan.js';
import { SearchProgress } from './search-progress.js';
import { stabilityOf } from './stability.js';
import { walkForwardOf } from './walk.js';
import { nothingToChoose } from './walk-score.js';

export interface SearchEffects
  extends Pick<ReplayEffects, 'clock' | 'resultsDir' | 'progress' | 'data' | 'calendar' | 'signal' | 'tasks' | 'resume' | 'trial'> {
  /** Threads. By default as many as there are processors where the search is large enough to fill them. */
  readonly workers?: number;
  /** A certain evaluator instead of the fastest that runs here. */
  readonly kernel?: SweepKernel;
}

export interface SearchResult {
  readonly folder: string;
  readonly file: SweepFile;
  readonly plan: SearchPlan;
  readonly space: SearchPlan['space'];
  readonly rows: SweepRows;
  /** True when it was ended by its signal: the same call goes on where it stopped. */
  readonly interrupted: boolean;
  /** Of the evaluation alone, this call. */
  readonly evaluated: { readonly configurations: number; readonly ms: number; readonly workers: number };
}

/** How long results may wait to be written. */
const FLUSH_MS = 250;
/** Bars that a chunk goes over, so that Ctrl-C is heard and no thread idles at the end. */
const CHUNK_BARS = 1_000_000;
const CHUNK_MOST = 64;
const CHUNKS_A_THREAD = 4;
/** Bars below which starting threads takes longer than the search. */
const WORTH_THREADS = 4_000_000;

/**
 * Searches `input` and writes `results/<sweep>/`: sweep.csv and the trial ledger as it goes, sweep.json at the end. The rows depend on
 * neither the number of threads nor interruptions. Throws InputError on bad input, with nothing written.
 */
export async function runSearch(input: SearchInput, effects: SearchEffects): Promise<SearchResult> {
  const plan = planSearch(input, effects, effects.kernel);
  const { tasks, resume, ...rest } = effects;
  if (tasks === undefined) return search(plan, rest);
  const work = {
    kind: 'sweep',
    run: plan.sweep,
    steps: plan.space.size + 1,
    parameters: input,
    key: plan.identity,
    resume,
    signal: effects.signal,
  };
  return runTask(tasks(), work, (task) =>
    search(plan, {
      ...rest,
      signal: task.signal,
      progress: (step) => {
        task.progress(Math.min(step.done, plan.space.size), step.at);
        effects.progress?.(step);
      },
    }),
  );
}

async function search(plan: SearchPlan, effects: SearchEffects): Promise<SearchResult> {
  const { space, prepared, folds, by } = plan;
  const folder = join(effects.resultsDir, plan.sweep);
  const [rowsPath, filePath] = [join(folder, 'sweep.csv'), join(folder, 'sweep.json')];
  const rows = new SweepRows(space.size, folds.length);
  const before = readSweepFile(folder);
  const known = before?.identity === plan.identity ? readRows(rowsPath, space, rows, folds.length) : 0;
  // What another process left torn goes, and rows of other code do; their returns stay, since trials point at them.
  if (existsSync(rowsPath)) truncateSync(rowsPath, known);
  const startedAt = before?.identity === plan.identity ? before.stamp.startedAt : effects.clock.now();
  const evaluate = new Evaluating(plan, effects, rows);
  const fileNow = (status: SweepFile['status'], found: Partial<SweepFile> = {}): SweepFile => ({
    ...describe(plan, rows, evaluate, startedAt),
    status,
    ...found,
  });
  const write = (file: SweepFile): SweepFile => {
    writeFileAtomic(filePath, `${JSON.stringify(sweepFileSchema.parse(file), null, 2)}\n`);
    return file;
  };
  // Said before the first row is, so that rows without their search are never taken for anything.
  await evaluate.all(rowsPath, () => write(fileNow('running')));
  const ended = (file: SweepFile): SearchResult => ({
    folder,
    file: write(file),
    plan,
    space,
    rows,
    interrupted: file.status !== 'done',
    evaluated: { configurations: evaluate.count, ms: evaluate.ms, workers: evaluate.workers },
  });
  if (rows.done === 0) return ended(fileNow('interrupted'));
  const index = bestOf(rows, by, 1)[0]!;
  const configuration = space.at(index);
  const configHash = rows.hashes[index]!;
  const best = { index, configuration, configHash, figures: rows.figures(index) };
  if (rows.done < space.size) return ended(fileNow('interrupted', { best }));

  const evaluator = evaluate.here();
  const none = rows.ranked(index, by) === Number.NEGATIVE_INFINITY;
  const found: Partial<SweepFile> = {
    best,
    ...(none && {
      notes: [...prepared.data.notes, `Nothing to choose the best by: ${nothingToChoose(by)}. The first stands in its place.`],
    }),
    significance: significanceOf(evaluate.ledger, [...plan.families.values()], configHash, plan.spec.seed),
    stability: stabilityOf(space, rows, index, by, plan.random),
    walkForward: plan.splits === null ? null : await walkForwardOf(space, rows, index, folds, plan.splits, evaluator),
  };
  const { clock, resultsDir, signal, calendar } = effects;
  const honest = await honestRun(plan.ground, configuration, evaluator, { clock, resultsDir, signal, calendar, data: prepared.data });
  return ended(fileNow(honest === null ? 'interrupted' : 'done', { ...found, honest }));
}

/** Goes through the configurations that have no row yet. */
class Evaluating {
  readonly #plan: SearchPlan;
  readonly #effects: SearchEffects;
  readonly #rows: SweepRows;
  readonly ledger;
  readonly #run: string;
  kernel = '';
  reason: string | null = null;
  count = 0;
  ms = 0;
  workers = 1;
  #here: Evaluator | undefined;

  constructor(plan: SearchPlan, effects: SearchEffects, rows: SweepRows) {
    this.#plan = plan;
    this.#effects = effects;
    this.#rows = rows;
    // What searches for nothing (tests, a made market) keeps its trials to itself.
    const own = effects.trial === false;
    this.ledger = openTrials(own ? join(effects.resultsDir, plan.sweep) : effects.resultsDir);
    this.#run = own ? 'returns' : plan.sweep;
  }

  /** The evaluator of this thread. */
  here(): Evaluator {
    const { ground, prepared, kernel } = this.#plan;
    this.#here ??= createEvaluator(ground, { data: prepared.data, calendar: this.#effects.calendar }, kernel);
    this.kernel = this.#here.kernel;
    this.reason = this.#here.reason;
    return this.#here;
  }

  async all(rowsPath: string, started: () => void): Promise<void> {
    const { space, prepared, spec, folds, by } = this.#plan;
    const { signal } = this.#effects;
    const rows = this.#rows;
    const bars = prepared.sessions.length * spec.symbols.length;
    const left = space.size - rows.done;
    const wanted = this.#effects.workers ?? (left * bars < WORTH_THREADS ? 1 : availableParallelism());
    // A calendar of its own can't be handed to a thread.
    this.workers = this.#effects.calendar === undefined ? Math.max(1, Math.min(wanted, left)) : 1;
    const chunk = Math.max(1, Math.min(CHUNK_MOST, Math.floor(CHUNK_BARS / bars), Math.ceil(left / (CHUNKS_A_THREAD * this.workers))));
    const work: PoolWork = { from: rows.done, to: space.size, at: space.at, chunk, folds, by, signal };
    const startedMs = monotonicMs();
    if (left === 0 || this.workers === 1) {
      const evaluator = this.here();
      started();
      await this.#keep(evaluateHere(evaluator, work), rowsPath);
    } else {
      const { ground, kernel } = this.#plan;
      const pool = await openPool(this.workers, { ground, data: prepared.data, kernel, folds, by });
      try {
        this.kernel = pool.kernel;
        this.reason = pool.reason;
        started();
        await this.#keep(pool.evaluate(work), rowsPath);
      } finally {
        await pool.close();
      }
    }
    this.ms = monotonicMs() - startedMs;
  }

  /** Enters results into the rows, the trial ledger and the file, in batches. */
  async #keep(results: AsyncGenerator<ChunkResult>, rowsPath: string): Promise<void> {
    const rows = this.#rows;
    const progress = new SearchProgress(this.#plan.sweep, rows.done, rows.size, this.#effects.progress);
    let waiting: ChunkResult[] = [];
    let flushedMs = monotonicMs();
    const flush = (): void => {
      if (waiting.length > 0) this.#write(waiting, rowsPath);
      waiting = [];
      flushedMs = monotonicMs();
    };
    for await (const result of results) {
      waiting.push(result);
      this.count += result.count;
      progress.report(result.count);
      if (monotonicMs() - flushedMs >= FLUSH_MS) flush();
    }
    flush();
    if (this.count > 0) progress.say();
  }

  #write(results: readonly ChunkResult[], rowsPath: string): void {
    const { space, spec, families, folds } = this.#plan;
    const rows = this.#rows;
    const from = rows.done;
    const trials = results.flatMap(({ count, rows: chunk, returns }) =>
      Array.from({ length: count }, (_, i) => {
        const configuration = space.at(rows.done);
        const configHash = this.#plan.hashOf(configuration);
        rows.add(chunk.subarray(i * rows.width, (i + 1) * rows.width), configHash);
        const periods = returns.length / count;
        return {
          kind: 'sweep' as const,
          family: families.get(configuration.strategy)!,
          configHash,
          seed: spec.seed,
          run: this.#run,
          returns: returns.subarray(i * periods, (i + 1) * periods),
        };
      }),
    );
    // Trials first: a row says that its trial is on record.
    recordTrials(this.ledger, trials, this.#effects.clock);
    appendRows(rowsPath, space, rows, from, folds.length);
  }
}

function describe(plan: SearchPlan, rows: SweepRows, evaluating: Evaluating, startedAt: number): SweepFile {
  const { spec, prepared, space, spaceInput, code } = plan;
  const { strategies: _strategies, ...base } = spec;
  const { units } = prepared.instruments.get(spec.symbols[0]!)!;
  return {
    v: 1,
    sweep: plan.sweep,
    status: 'running',
    identity: plan.identity,
    spec: plain(base),
    accounts: plan.ground.accounts,
    space: plain(spaceInput),
    by: plan.by,
    splits: plain(plan.splits),
    kernel: evaluating.kernel,
    kernelReason: evaluating.reason,
    market: {
      calendar: prepared.calendar.id,
      sessionsPerYear: prepared.calendar.sessionsPerYear,
      currency: units.currency,
      minorPerMajor: units.minorPerMajor,
    },
    sessions: prepared.sessions.length,
    from: dateOf(prepared.sessions[0]!),
    to: dateOf(prepared.sessions[prepared.sessions.length - 1]!),
    configurations: { all: space.size, done: rows.done, dropped: { ...space.dropped }, asked: space.asked },
    marks: [...(prepared.data.synthetic ? ['synthetic data'] : []), ...(spec.priceOnly ? ['price only: corporate actions unknown'] : [])],
    notes: [...prepared.data.notes],
    best: null,
    significance: null,
    stability: null,
    walkForward: null,
    honest: null,
    stamp: { ...code, data: { ...prepared.data.digests }, rulebook: prepared.rulebook.version, startedAt },
  };
}

const plain = (value: unknown): SweepFile['spec'] => JSON.parse(JSON.stringify(value)) as SweepFile['spec'];
