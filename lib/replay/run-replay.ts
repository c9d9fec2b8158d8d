/** One replay from its spec to its files: run the loop, settle, commit, write, audit, stamp. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dateOf, hashOf, type Instant, monotonicMs, sha256, writeFileAtomic } from '../core/index.js';
import { observationSchema } from '../features/index.js';
import { runTask } from '../jobs/index.js';
import type { ModelPlan } from '../llm/index.js';
import type { Broker } from '../market/index.js';
import { factsOf } from '../memory/index.js';
import { auditRun } from './audit.js';
import { decisionLines } from './decision-line.js';
import { EquityLog } from './equity-log.js';
import type { LoopState } from './loop-contract.js';
import { asksModels, type PreparedReplay, parametersHash, prepareReplay } from './prepare-replay.js';
import { recordRun } from './record-trial.js';
import type { ReplayEffects, ReplayResult } from './result.js';
import { EQUITY_COLUMNS, type RunRow } from './rows.js';
import { openRunMemory, type RunMemory, startingDigest } from './run-memory.js';
import { RunRecorder } from './run-recorder.js';
import { settleWorld } from './settle-world.js';
import type { ReplaySpecInput } from './spec.js';
import { codeStamp } from './stamp.js';
import { StoreClient } from './store-client.js';
import { modelDigests } from './strategies-for.js';
import { noMemory, openWorld } from './world.js';

const ACCOUNT_FILES = {
  fills: { name: 'fills.jsonl', header: '' },
  equity: { name: 'equity.csv', header: `${EQUITY_COLUMNS.join(',')}\n` },
} as const;
const ALL_FILES = {
  decisions: { name: 'decisions.jsonl', header: '' },
  outcomes: { name: 'outcomes.jsonl', header: '' },
  ...ACCOUNT_FILES,
} as const;

/**
 * Runs a spec and writes `results/<run>/`. The same spec, code and data give the same bytes in decisions, outcomes, fills, equity and
 * audit. Ended by its signal or by a kill, the same call continues at the last committed barrier.
 */
export async function runReplay(input: ReplaySpecInput, effects: ReplayEffects): Promise<ReplayResult> {
  const prepared = prepareReplay(input, effects);
  const world = openWorld(prepared);
  const { tasks, resume, ...rest } = effects;
  if (tasks === undefined) return replayPrepared(prepared, world, rest);
  const { run, spec, sessions } = prepared;
  return runTask(tasks(), { kind: 'replay', run, steps: sessions.length, parameters: spec, resume, signal: effects.signal }, (task) =>
    replayPrepared(prepared, world, {
      ...rest,
      signal: task.signal,
      progress: (step) => {
        task.progress(step.done, step.at);
        effects.progress?.(step);
      },
    }),
  );
}

async function replayPrepared(
  prepared: PreparedReplay,
  world: ReturnType<typeof openWorld>,
  effects: ReplayEffects,
): Promise<ReplayResult> {
  const startedMs = monotonicMs();
  const { spec, data, calendar, sessions, rulebook, strategies, instruments, configHash, label, run } = prepared;
  const folder = join(effects.resultsDir, run);
  const code = codeStamp();
  const startedAt = effects.clock.now();
  const first = instruments.get(spec.symbols[0]!)!;
  const full = spec.record === 'full';
  const asking = asksModels(spec);

  const { bars, index: indexSymbol, indexBars, broker, manager, loop: start, slippageBp } = world;
  const equity = new EquityLog(sessions.length);
  const schema = observationSchema(spec.features);
  const identity = hashOf({ run, configHash, treeHash: code.code.treeHash, seed: spec.seed });
  const { store, checkpoint, equity: committed } = await StoreClient.open(folder, identity, full ? ALL_FILES : ACCOUNT_FILES);
  let memory: RunMemory | null = null;
  try {
    let loopState: LoopState = { strategies: [] };
    const recorder = new RunRecorder({
      store,
      symbols: spec.symbols,
      strategies,
      lines: strategies.map((strategy) =>
        decisionLines({
          configHash,
          seed: spec.seed,
          strategy: strategy.id,
          book: strategies.length > 1 ? strategy.id : null,
          actions: [strategy.actions],
          schema,
        }),
      ),
      schema,
      horizons: spec.horizons,
      settle: settleWorld({
        calendar,
        sessions,
        instruments,
        bars: new Map(spec.symbols.map((symbol, k) => [symbol, bars[k]!] as const)),
        indexBars,
        actions: data.actions,
        rulebook,
        equity,
        slippageBp,
      }),
      equity,
      broker,
      indexBars,
      closeAt: (day) => calendar.closeAt(day),
      inside: data.intervalMs !== undefined,
      snapshot: () => ({ broker: broker.snapshot(), manager: manager.snapshot(), strategies: loopState.strategies }),
      full,
      memory: spec.memory === undefined ? null : { horizon: spec.memory.horizon, aliasesOf: (symbol) => instruments.get(symbol)!.name },
    });
    let from = 0;
    let resumed: LoopState | undefined;
    if (checkpoint !== undefined) {
      const saved = recorder.resume(checkpoint.state) as { broker: unknown; manager: unknown; strategies: unknown[][] };
      broker.restore(saved.broker);
      manager.restore(saved.manager);
      equity.restore(committed);
      resumed = { strategies: saved.strategies };
      from = checkpoint.session + 1;
    }
    if (spec.memory !== undefined) {
      const lastBarrierAt = checkpoint === undefined ? null : calendar.barrierAt(sessions[Math.min(from, sessions.length) - 1]!);
      memory = await openRunMemory({ folder, spec: spec.memory, seed: spec.seed, lastBarrierAt, embedder: effects.embedder });
    }
    let interrupted = false;
    const page = (index: number, state: string) => ({
      path: join(folder, 'checkpoint.json'),
      text: `${JSON.stringify({ v: 1, kind: 'replay', run, progress: (index + 1) / sessions.length, step: index + 1, of: sessions.length, session: dateOf(sessions[index]!), started: startedAt, heartbeat: effects.clock.now(), state, resume: 'run the same command again' })}\n`,
    });
    const loop = start(
      recorder,
      (index, day) => {
        const stop = effects.signal?.aborted === true;
        const last = index === sessions.length - 1;
        const state = last ? 'done' : stop ? 'interrupted' : 'running';
        recorder.settle(index, day);
        const commit = (): void => {
          recorder.commit(index, page(index, state));
          effects.progress?.({ task: label, done: index + 1, total: sessions.length, at: dateOf(day) });
        };
        if (stop && !last) interrupted = true;
        const due = recorder.due(stop || last);
        if (memory === null) {
          if (due) commit();
          return stop;
        }
        return remember(memory, recorder, index, calendar.barrierAt(day), due).then(() => {
          if (due) commit();
          return stop;
        });
      },
      effects.recall ?? memory?.recall ?? noMemory,
      resumed,
    );
    loopState = loop.state;
    loop.warmUp(from === 0 ? sessions[0]! - 1 : sessions[Math.min(from, sessions.length) - 1]!);
    await loop.run(from);
    // The decision before the session after the last one came after the last barrier.
    if (spec.decisionPoint === 'preopen' && !interrupted && from <= sessions.length)
      recorder.commit(sessions.length, page(sessions.length - 1, 'done'));
    const loopMs = monotonicMs() - startedMs;

    if (!full) for (const name of [ALL_FILES.decisions.name, ALL_FILES.outcomes.name]) rmSync(join(folder, name), { force: true });
    const digests = interrupted ? {} : await store.nameFiles();
    const row: RunRow = {
      v: 1,
      run,
      label,
      status: interrupted ? 'running' : 'done',
      configHash,
      seed: spec.seed,
      spec,
      marks: [...marksOf(prepared), ...delistedMark(prepared, broker)],
      notes: [...data.notes, ...(memory?.notes() ?? [])],
      stamp: {
        ...code,
        parameters: parametersHash(spec),
        seed: spec.seed,
        data: {
          ...data.digests,
          ...(spec.memory?.from === undefined ? {} : { [`memory:${spec.memory.from}`]: startingDigest(spec.memory) }),
        },
        models: { ...modelDigests(spec), ...memory?.models, ...(asking ? effects.llm?.models.used() : {}) },
        rulebook: rulebook.version,
        startedAt,
      },
      market: {
        calendar: calendar.id,
        sessionsPerYear: calendar.sessionsPerYear,
        currency: first.units.currency,
        minorPerMajor: first.units.minorPerMajor,
        index: indexSymbol ?? null,
        ...(data.intervalMs === undefined ? {} : { intervalMs: data.intervalMs }),
      },
      counts: { sessions: equity.length, ...recorder.counts, ...(memory === null ? {} : { remembered: memory.memory.length }) },
      ...(memory === null ? {} : { embedder: await factsOf(memory.memory.embedder) }),
      ...(asking && effects.llm !== undefined ? { fence: effects.llm.secret, asks: asksOf(effects.llm.models.plan) } : {}),
      digests,
    };
    if (!interrupted) {
      if (full && effects.audit !== false) {
        const audit = await audited(effects, (again) => auditRun({ folder, row, data, effects: again, replay: runReplay }));
        digests['audit.json'] = sha256(audit.text);
        writeFileAtomic(join(folder, 'audit.json'), audit.text);
      }
      await store.finish();
      if (effects.trial !== false) recordRun(prepared, run, equity.series(false), effects);
    }
    mkdirSync(folder, { recursive: true });
    writeFileAtomic(join(folder, 'run.json'), `${JSON.stringify(row, null, 2)}\n`);
    writeFileAtomic(
      join(folder, 'timings.jsonl'),
      `${JSON.stringify({ v: 1, at: effects.clock.now(), loopMs, totalMs: monotonicMs() - startedMs, sessions: sessions.length, from })}\n`,
    );
    return { folder, row, equity: equity.series(indexBars !== null), interrupted };
  } finally {
    memory?.close();
    await store.close();
  }
}

/** Memory takes in a session; before a commit it is made durable: a kill in between is mended by writing the same rows again. */
async function remember(memory: RunMemory, recorder: RunRecorder, index: number, barrierAt: Instant, due: boolean): Promise<void> {
  const { decided, settled } = recorder.takeMemories();
  await memory.write(index, barrierAt, decided, settled);
  if (due) await memory.flush();
}

/** A position that can't be sold any more is worth what somebody else would pay, which nobody knows. */
function delistedMark({ instruments, sessions, calendar }: PreparedReplay, broker: Broker): string[] {
  const last = sessions[sessions.length - 1]!;
  const left = broker
    .portfolio(calendar.closeAt(last), last)
    .positions.filter(({ symbol }) => (instruments.get(symbol)!.delistedOn ?? Number.POSITIVE_INFINITY) < last);
  return left.length === 0 ? [] : [`delisted and still held, at the last price: ${left.map(({ symbol }) => symbol).join(', ')}`];
}

/** What must be said wherever a number of this run is shown. */
function marksOf({ spec, data, strategies }: PreparedReplay): string[] {
  const marks: string[] = [];
  if (data.synthetic) marks.push('synthetic data');
  if (spec.priceOnly) marks.push('price only: corporate actions unknown');
  if (spec.frozenFrom !== undefined) marks.push('frozen intents: chosen on another portfolio');
  if (strategies.some((strategy) => strategy.id.startsWith('rule:'))) marks.push('rules, not a model');
  for (const [reason, count] of Object.entries(data.skipped)) marks.push(`${count} rows skipped: ${reason}`);
  return marks;
}

/** The part of a plan that decides what is asked of whom. */
const asksOf = ({ models, startTiers, numCtx }: ModelPlan) => ({ models: { ...models }, startTiers: { ...startTiers }, numCtx });

/** An audit asks no model anew: what was answered, or failed, in the run is answered, or fails, again. */
async function audited<T>(effects: ReplayEffects, audit: (effects: ReplayEffects) => Promise<T>): Promise<T> {
  const llm = effects.llm && { ...effects.llm, models: effects.llm.models.replayed() };
  const embedder = effects.embedder?.replayed?.();
  try {
    return await audit({ ...effects, ...(llm && { llm }), ...(embedder && { embedder }) });
  } finally {
    await llm?.models.close();
    await embedder?.close();
  }
}
