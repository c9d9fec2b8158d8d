/** The account and the loop of a prepared replay, at their start. */
import type { Symbol } from '../core/index.js';
import { riskSettings, SimulatedBroker } from '../market/index.js';
import { createManager, memberOf } from '../strategies/index.js';
import { GrowingBars } from './growing-bars.js';
import { createLoop } from './loop.js';
import type { LoopInput, LoopState, Recorder } from './loop-contract.js';
import { type PreparedReplay, prepareReplay } from './prepare-replay.js';
import type { ReplayEffects } from './result.js';
import type { ReplaySpecInput } from './spec.js';

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
export function openWorld(prepared: PreparedReplay) {
  const { spec, data, rulebook, strategies, instruments } = prepared;
  const bars = spec.symbols.map((symbol) => new GrowingBars(symbol, instruments.get(symbol)!.units));
  const index = data.index !== undefined && !spec.symbols.includes(data.index) ? data.index : undefined;
  const indexBars = index === undefined ? null : new GrowingBars(index, instruments.get(index)!.units);
  const initialCashMinor = Math.round(spec.initialCash * instruments.get(spec.symbols[0]!)!.units.minorPerMajor);
  const slippageBp = spec.costs.slippageBp ?? 0;
  const broker = new SimulatedBroker({
    instruments: spec.symbols.map((symbol) => instruments.get(symbol)!),
    rulebook,
    actions: data.actions,
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
        intervalMs: data.intervalMs ?? null,
        strategies,
        broker,
        manager,
        rulebook,
        instruments,
        actions: data.actions,
        sizing: spec.sizing,
        recorder,
        barrier,
      },
      resumed,
    );
  return { bars, index, indexBars, broker, manager, loop, slippageBp };
}

export const noMemory: LoopInput['recall'] = async () => ({ status: 'empty', reason: 'this run has no memory', items: [] });

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
  return { equityMinor: broker.equityMinor(), fills, decisions: started.decisions() };
}
