/** One replay from its spec to its files: load, refuse what can't be honest, run the loop, settle, commit, write, stamp. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CorporateAction,
  dateOf,
  dayOf,
  hashOf,
  InputError,
  type Instrument,
  type MarketId,
  monotonicMs,
  type Strategy,
  type Symbol,
  sha256,
  writeFileAtomic,
} from '../core/index.js';
import { observationSchema } from '../features/index.js';
import type { MarketData } from '../feeds/index.js';
import { type Calendar, calendarOf, type Rulebook, riskSettings, rulebookFor, SimulatedBroker } from '../market/index.js';
import { createManager, memberOf } from '../strategies/index.js';
import { auditRun } from './audit.js';
import { dataFor } from './data-for.js';
import { decisionLines } from './decision-line.js';
import { EquityLog } from './equity-log.js';
import { GrowingBars } from './growing-bars.js';
import { createLoop, type LoopInput, type LoopState, type Recorder } from './loop.js';
import { recordRun } from './record-trial.js';
import type { ReplayEffects, ReplayResult } from './result.js';
import { EQUITY_COLUMNS, type RunRow } from './rows.js';
import { RunRecorder } from './run-recorder.js';
import { settleWorld } from './settle-world.js';
import { parseSpec, type ReplaySpec, type ReplaySpecInput } from './spec.js';
import { codeStamp } from './stamp.js';
import { RunStore } from './store.js';
import { strategiesFor } from './strategies-for.js';

/** What a spec means once its files are read. */
export interface PreparedReplay {
  readonly spec: ReplaySpec;
  readonly data: MarketData;
  readonly calendar: Calendar;
  readonly sessions: Int32Array;
  readonly rulebook: Rulebook;
  readonly strategies: readonly Strategy[];
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly configHash: string;
  readonly label: string;
  readonly run: string;
}

/** Reads and checks everything a spec names, without writing. Throws InputError on what can't be replayed. */
export function prepareReplay(input: ReplaySpecInput, effects: Pick<ReplayEffects, 'data' | 'strategy' | 'calendar'>): PreparedReplay {
  const spec = parseSpec(input);
  const data = dataFor(spec, effects.data);
  const calendar = effects.calendar ?? calendarOf(data.calendar as 'cn-a' | 'us' | 'crypto');
  const sessions = calendar.sessions.slice(calendar.indexAtOrAfter(dayOf(spec.from)), calendar.indexAtOrAfter(dayOf(spec.to) + 1));
  if (sessions.length === 0)
    throw new InputError(
      `prepareReplay: expected sessions between ${spec.from} and ${spec.to}, got none on the ${calendar.id} calendar. Choose another span.`,
    );
  const instruments = new Map(data.instruments.map((instrument) => [instrument.symbol, instrument] as const));
  const market = instruments.get(spec.symbols[0]!)!.market;
  const rulebook = rulebookOf(spec, market, calendar);
  const strategies = effects.strategy ? [effects.strategy] : strategiesFor(spec, calendar.sessionsPerYear);
  const configHash = hashOf({
    strategies: spec.strategies,
    symbols: spec.symbols,
    from: spec.from,
    to: spec.to,
    decisionPoint: spec.decisionPoint,
    sizing: spec.sizing,
    initialCash: spec.initialCash,
    rulebook: rulebook.version,
    costs: spec.costs,
    risk: existsSync(spec.risk) ? sha256(readFileSync(spec.risk)) : spec.risk,
    priceOnly: spec.priceOnly,
    horizons: spec.horizons,
    features: spec.features,
    frozen: spec.frozenFrom === undefined ? null : sha256(readFileSync(join(spec.frozenFrom, 'decisions.jsonl'))),
    data: data.digests,
  });
  const label = strategies.map((strategy) => strategy.id).join('+');
  const name = label.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '');
  return {
    spec,
    data,
    calendar,
    sessions,
    rulebook,
    strategies,
    instruments,
    configHash,
    label,
    run: `${name}-${configHash.slice(0, 10)}-s${spec.seed}${spec.record === 'account' ? '-account' : ''}`,
  };
}

/** The rulebook of a spec under its costs; slippage is the broker's. */
export function rulebookOf(spec: ReplaySpec, market: MarketId, calendar: Calendar): Rulebook {
  const { slippageBp: _slippage, ...costs } = spec.costs;
  return rulebookFor(market, { costs, calendar, overrides: spec.rulebook === 'default' ? undefined : spec.rulebook });
}

/** Closes before the first session, for symbols that are suspended when the run begins. */
function lastCloses({ spec, data, sessions }: PreparedReplay): Map<Symbol, { day: number; closeTicks: number }> {
  const closes = new Map<Symbol, { day: number; closeTicks: number }>();
  for (const symbol of spec.symbols) {
    const series = data.series.get(symbol)!;
    let last = -1;
    while (last + 1 < series.length && series.day[last + 1]! < sessions[0]!) last++;
    if (last >= 0) closes.set(symbol, { day: series.day[last]!, closeTicks: series.close[last]! });
  }
  return closes;
}

/** The broker, the loop's buffers and the manager of a prepared replay, all at their start. */
function openWorld(prepared: PreparedReplay) {
  const { spec, data, rulebook, strategies, instruments } = prepared;
  const bars = spec.symbols.map((symbol) => new GrowingBars(symbol, instruments.get(symbol)!.units));
  const index = data.index !== undefined && !spec.symbols.includes(data.index) ? data.index : undefined;
  const indexBars = index === undefined ? null : new GrowingBars(index, instruments.get(index)!.units);
  const actions = spec.priceOnly ? new Map<Symbol, readonly CorporateAction[]>() : data.actions;
  const initialCashMinor = Math.round(spec.initialCash * instruments.get(spec.symbols[0]!)!.units.minorPerMajor);
  const slippageBp = spec.costs.slippageBp ?? 0;
  const broker = new SimulatedBroker({
    instruments: spec.symbols.map((symbol) => instruments.get(symbol)!),
    rulebook,
    actions,
    initialCashMinor,
    slippageBp,
    lastCloses: lastCloses(prepared),
  });
  const manager = createManager({
    members: strategies.map(memberOf),
    risk: riskSettings(spec.risk),
    initialCashMinor,
    instrumentOf: (symbol) => instruments.get(symbol)!,
  });
  const loop = (recorder: Recorder | null, barrier: LoopInput['barrier'], recall: LoopInput['recall'], resumed?: LoopState) =>
    createLoop(
      {
        calendar: prepared.calendar,
        sessions: prepared.sessions,
        symbols: spec.symbols,
        series: spec.symbols.map((symbol) => data.series.get(symbol)!),
        bars,
        index: indexBars === null ? null : { series: data.series.get(index!)!, bars: indexBars },
        news: data.news,
        recall,
        decisionPoint: spec.decisionPoint,
        strategies,
        broker,
        manager,
        rulebook,
        instruments,
        actions,
        sizing: spec.sizing,
        recorder,
        barrier,
      },
      resumed,
    );
  return { bars, index, indexBars, broker, manager, loop, slippageBp };
}

const noMemory: LoopInput['recall'] = async () => ({ status: 'empty', reason: 'this run has no memory', items: [] });

/** The loop alone, writing nothing: for the speed benchmark and for searches that only need the end. */
export async function replayLoopOnly(
  input: ReplaySpecInput,
  effects: Pick<ReplayEffects, 'data' | 'strategy' | 'calendar'>,
): Promise<{ equityMinor: number; fills: number; decisions: number }> {
  const prepared = prepareReplay(input, effects);
  const { broker, loop } = openWorld(prepared);
  let fills = 0;
  const started = loop(
    null,
    (_index, _day, done) => {
      fills += done.length;
      return false;
    },
    noMemory,
  );
  started.warmUp(prepared.sessions[0]! - 1);
  await started.run(0);
  return { equityMinor: broker.equityMinor(), fills, decisions: prepared.sessions.length * prepared.spec.symbols.length };
}

/**
 * Runs a spec and writes `results/<run>/`. The same spec, code and data give the same bytes in decisions, outcomes, fills, equity and
 * audit. Ended by its signal or by a kill, the same call continues at the last committed barrier.
 */
export async function runReplay(input: ReplaySpecInput, effects: ReplayEffects): Promise<ReplayResult> {
  const startedMs = monotonicMs();
  const prepared = prepareReplay(input, effects);
  const { spec, data, calendar, sessions, rulebook, strategies, instruments, configHash, label, run } = prepared;
  const folder = join(effects.resultsDir, run);
  const code = codeStamp();
  const startedAt = effects.clock.now();
  const first = instruments.get(spec.symbols[0]!)!;
  const full = spec.record === 'full';

  const { bars, index: indexSymbol, indexBars, broker, manager, loop: start, slippageBp } = openWorld(prepared);
  const equity = new EquityLog(sessions.length);
  const schema = observationSchema(spec.features);
  const store = new RunStore(folder, hashOf({ run, configHash, treeHash: code.code.treeHash, seed: spec.seed }));
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
          window: spec.decisionPoint,
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
        rulebook,
        equity,
        slippageBp,
      }),
      equity,
      broker,
      indexBars,
      snapshot: () => ({ broker: broker.snapshot(), manager: manager.snapshot(), strategies: loopState.strategies }),
      full,
    });
    const checkpoint = store.checkpoint();
    let from = 0;
    let resumed: LoopState | undefined;
    if (checkpoint !== undefined) {
      const world = recorder.resume(checkpoint.state) as { broker: unknown; manager: unknown; strategies: unknown[][] };
      broker.restore(world.broker);
      manager.restore(world.manager);
      equity.restore(store.chunks('equity'));
      resumed = { strategies: world.strategies };
      from = checkpoint.session + 1;
    }
    let interrupted = false;
    const writeCheckpoint = (index: number, state: string): void =>
      writeFileAtomic(
        join(folder, 'checkpoint.json'),
        `${JSON.stringify({ v: 1, kind: 'replay', run, progress: (index + 1) / sessions.length, step: index + 1, of: sessions.length, session: dateOf(sessions[index] ?? sessions[0]!), started: startedAt, heartbeat: effects.clock.now(), state, resume: 'run the same command again' })}\n`,
      );
    const loop = start(
      recorder,
      (index, day, fills, rejections) => {
        const stop = effects.signal?.aborted === true;
        const last = index === sessions.length - 1;
        if (recorder.barrier(index, day, fills, rejections, stop || last)) {
          writeCheckpoint(index, last ? 'done' : stop ? 'interrupted' : 'running');
          effects.progress?.({ task: label, done: index + 1, total: sessions.length, at: dateOf(day) });
        }
        if (stop && !last) interrupted = true;
        return stop;
      },
      effects.recall ?? noMemory,
      resumed,
    );
    loopState = loop.state;
    loop.warmUp(from === 0 ? sessions[0]! - 1 : sessions[from - 1]!);
    await loop.run(from);
    const loopMs = monotonicMs() - startedMs;

    const files = {
      'decisions.jsonl': ['decisions', ''],
      'outcomes.jsonl': ['outcomes', ''],
      'fills.jsonl': ['fills', ''],
      'equity.csv': ['equity', `${EQUITY_COLUMNS.join(',')}\n`],
    } as const;
    const digests: Record<string, string> = {};
    if (!interrupted) {
      for (const [file, [kind, header]] of Object.entries(files)) {
        if (!full && (kind === 'decisions' || kind === 'outcomes')) rmSync(join(folder, file), { force: true });
        else digests[file] = store.writeFile(kind, join(folder, file), header);
      }
    }
    const row: RunRow = {
      v: 1,
      run,
      label,
      status: interrupted ? 'running' : 'done',
      configHash,
      seed: spec.seed,
      spec,
      marks: marksOf(prepared),
      notes: [...data.notes],
      stamp: { ...code, parameters: parametersHash(spec),
        seed: spec.seed, data: { ...data.digests }, models: {}, rulebook: rulebook.version, startedAt },
      market: {
        calendar: calendar.id,
        sessionsPerYear: calendar.sessionsPerYear,
        currency: first.units.currency,
        minorPerMajor: first.units.minorPerMajor,
        index: indexSymbol ?? null,
      },
      counts: { sessions: equity.length, ...recorder.counts },
      digests,
    };
    if (!interrupted) {
      if (full && effects.audit !== false) {
        const audit = await auditRun({ folder, row, data, effects, replay: runReplay });
        digests['audit.json'] = sha256(audit.text);
        writeFileAtomic(join(folder, 'audit.json'), audit.text);
      }
      store.finish();
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
    store.close();
  }
}

/** Hash of the parameters as given: without the seed and the place of the data, which the stamp names apart. */
export function parametersHash(spec: ReplaySpec): string {
  const { seed: _seed, data: _data, ...parameters } = spec;
  return hashOf(parameters);
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
