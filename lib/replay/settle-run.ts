/** Scores the decisions of a finished run again: other horizons, costs or rules, without deciding anything anew. */
import { join } from 'node:path';
import { type ActionSize, dayOf, hashOf, InputError, writeFileAtomic } from '../core/index.js';
import { calendarOf } from '../market/index.js';
import { dataFor } from './data-for.js';
import { EquityLog } from './equity-log.js';
import { GrowingBars } from './growing-bars.js';
import { rulebookOf } from './prepare-replay.js';
import type { ReplayEffects } from './result.js';
import type { DecisionRow, OutcomeRow } from './rows.js';
import { openRun } from './run-folder.js';
import { directionOf, settleOne } from './settle.js';
import { settleWorld } from './settle-world.js';
import { parseSpec, type ReplaySpec } from './spec.js';

export interface SettleOptions {
  readonly horizons?: readonly number[];
  readonly costs?: ReplaySpec['costs'];
  readonly rulebook?: string;
}

/** What the outcomes of one horizon amount to, over decisions that had a price. */
export interface HorizonSummary {
  readonly horizon: number;
  readonly outcomes: number;
  /** Without a return: the symbol did not trade at the entry. */
  readonly withoutReturn: number;
  readonly meanInstrumentReturn: number | null;
  readonly meanNet: number | null;
  /** Part of the decisions that pointed somewhere (long or avoided) and were right before costs. */
  readonly rightShare: number | null;
}

export interface SettleResult {
  readonly path: string;
  readonly outcomes: number;
  readonly horizons: readonly HorizonSummary[];
  /** Shown with the result: the decisions were taken on the portfolio of the run, not of these costs. */
  readonly mark: string;
}

/** Writes `outcomes.<key>.jsonl` beside the run's own, and sums it up. Throws InputError when the run recorded no decisions. */
export function settleRun(folder: string, options: SettleOptions, effects: Partial<ReplayEffects> = {}): SettleResult {
  const run = openRun(folder);
  const spec = parseSpec({
    ...run.spec,
    horizons: options.horizons ?? run.spec.horizons,
    costs: { ...run.spec.costs, ...given(options.costs ?? {}) },
    rulebook: options.rulebook ?? run.spec.rulebook,
  });
  if (spec.horizons.length === 0)
    throw new InputError('settleRun: expected at least one horizon, got none. Pass for example --horizons 1,5,20.');
  const decisions = run.decisions();
  if (decisions.length === 0)
    throw new InputError(`settleRun: expected a run with decisions, got ${folder}, which recorded the account only. Use hindcast replay.`);
  const data = dataFor(spec, effects.data);
  const calendar = effects.calendar ?? calendarOf(data.calendar as 'cn-a' | 'us' | 'crypto');
  const instruments = new Map(data.instruments.map((instrument) => [instrument.symbol, instrument] as const));
  const bars = new Map(
    data.instruments.map(({ symbol, units }) => [symbol, fullBars(new GrowingBars(symbol, units), data.series.get(symbol)!)] as const),
  );
  const sessions = run.equity.day;
  const equity = new EquityLog(sessions.length);
  sessions.forEach((day, i) => {
    equity.append(day, run.equity.equityMinor[i]!, run.equity.equityAtOpenMinor[i]!, run.equity.cashMinor[i]!, 0, 0, Number.NaN, null);
  });
  const world = settleWorld({
    calendar,
    sessions,
    instruments,
    bars,
    indexBars: run.row.market.index === null ? null : bars.get(run.row.market.index)!,
    actions: data.actions,
    rulebook: rulebookOf(spec, instruments.get(spec.symbols[0]!)!.market, calendar),
    equity,
    slippageBp: spec.costs.slippageBp ?? 0,
  });
  const sessionOf = new Map([...sessions].map((day, i) => [day, i] as const));
  const rows: OutcomeRow[] = [];
  for (const horizon of spec.horizons) {
    for (const row of decisions) {
      const day = dayOf(row.session);
      const inside = data.intervalMs !== undefined && row.decidedAt < calendar.closeAt(day);
      const outcome = settleOne(openDecision(row, sessionOf.get(day)!, inside), horizon, sessions.length - 1, world);
      if (outcome !== null) rows.push(outcome);
    }
  }
  const key = hashOf({ horizons: spec.horizons, costs: spec.costs, rulebook: spec.rulebook }).slice(0, 8);
  const path = join(folder, `outcomes.${key}.jsonl`);
  writeFileAtomic(
    path,
    (function* () {
      for (const row of rows) yield `${JSON.stringify(row)}\n`;
    })(),
  );
  return {
    path,
    outcomes: rows.length,
    horizons: spec.horizons.map((horizon) => summaryOf(horizon, rows)),
    mark: 're-scored: decisions and portfolio as recorded',
  };
}

/** Only what was given: a flag left out keeps what the run had. */
const given = <T extends object>(costs: T): Partial<T> =>
  Object.fromEntries(Object.entries(costs).filter(([, value]) => value !== undefined)) as Partial<T>;

function fullBars(bars: GrowingBars, series: Parameters<GrowingBars['append']>[0]): GrowingBars {
  for (let i = 0; i < series.length; i++) bars.append(series, i);
  return bars;
}

const openDecision = (row: DecisionRow, session: number, inside: boolean) => ({
  id: row.id,
  symbol: row.symbol,
  session,
  ...(inside ? { inside: { decidedAt: row.decidedAt, equityMinor: row.portfolio.equityMinor } } : {}),
  action: row.decision.action,
  direction: directionOf(row.decision.action, (row.decision.size ?? undefined) as ActionSize | undefined, row.portfolio.weight),
});

function summaryOf(horizon: number, all: readonly OutcomeRow[]): HorizonSummary {
  const rows = all.filter((row) => row.horizon === horizon);
  const priced = rows.filter((row) => row.instrumentReturn !== null);
  const pointed = priced.filter((row) => row.direction !== 'flat');
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
  return {
    horizon,
    outcomes: rows.length,
    withoutReturn: rows.length - priced.length,
    meanInstrumentReturn: mean(priced.map((row) => row.instrumentReturn!)),
    meanNet: mean(pointed.map((row) => row.net!)),
    rightShare: mean(pointed.map((row) => (row.gross! > 0 ? 1 : 0))),
  };
}
