/** What a memory is worth: the same replay with the memory off, own, shuffled, lagged and poisoned, decision by decision. */
import { InputError } from '../core/index.js';
import { type MemoryUse, memoryUses } from '../memory/index.js';
import { type MeanInterval, meanInterval } from '../stats/index.js';
import type { ReplayEffects, ReplayResult } from './result.js';
import { openRun } from './run-folder.js';
import { runReplay } from './run-replay.js';
import { parseSpec, type ReplaySpecInput } from './spec.js';

export interface UpliftRow {
  readonly use: MemoryUse;
  readonly folder: string;
  /** Decisions that named a situation and whose outcome is settled. */
  readonly decisions: number;
  readonly totalReturn: number;
  /**
   * MemoryUplift: mean over sessions, per decision, of what the decisions made over the market (long: the stock's return less the
   * index's; avoided: its negative; flat: 0), less the same of the run with its memory off. 95 % interval by the stationary bootstrap.
   */
  readonly uplift: MeanInterval;
}

const RESAMPLES = 2000;

/** Runs the spec once for each use and compares them with `off`. Throws InputError when the spec has no memory. */
export async function memoryUplift(
  input: ReplaySpecInput,
  effects: ReplayEffects,
  uses: readonly MemoryUse[] = memoryUses,
): Promise<UpliftRow[]> {
  const spec = parseSpec(input);
  const { memory } = spec;
  if (memory === undefined) throw new InputError('memoryUplift: expected a spec with a memory, got none. Add memory: {}.');
  const values = new Map<MemoryUse, { result: ReplayResult; made: Map<string, number> }>();
  for (const use of new Set<MemoryUse>(['off', ...uses])) {
    const result = await runReplay({ ...spec, memory: { ...memory, use } }, effects);
    if (result.interrupted)
      throw new InputError('memoryUplift: expected whole runs, got one that was ended. Run the same call again: it goes on.');
    values.set(use, { result, made: valueByDecision(result, memory.horizon) });
  }
  const off = values.get('off')!.made;
  return uses.map((use) => {
    const { result, made } = values.get(use)!;
    const sessions = new Map<string, { sum: number; count: number }>();
    for (const [key, value] of made) {
      const session = key.slice(0, 10);
      const entry = sessions.get(session) ?? { sum: 0, count: 0 };
      entry.sum += value - (off.get(key) ?? 0);
      entry.count++;
      sessions.set(session, entry);
    }
    const daily = [...sessions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { sum, count }]) => sum / count);
    const equity = result.equity.equityMinor;
    return {
      use,
      folder: result.folder,
      decisions: made.size,
      totalReturn: equity[equity.length - 1]! / equity[0]! - 1,
      uplift: meanInterval(daily, { resamples: RESAMPLES, seed: spec.seed }),
    };
  });
}

/** By `session symbol`: what a decision made over the market at the memory's horizon. */
function valueByDecision(result: ReplayResult, horizon: number): Map<string, number> {
  const run = openRun(result.folder);
  const settled = new Map(
    run
      .outcomes()
      .filter((row) => row.horizon === horizon)
      .map((row) => [row.decision, row]),
  );
  const made = new Map<string, number>();
  for (const row of run.decisions()) {
    const outcome = settled.get(row.id);
    if (row.situation === undefined || outcome === undefined || outcome.instrumentReturn === null) continue;
    const over = outcome.instrumentReturn - (outcome.benchmarkReturn ?? 0);
    made.set(`${row.session} ${row.symbol}`, outcome.direction === 'long' ? over : outcome.direction === 'avoided' ? -over : 0);
  }
  return made;
}
