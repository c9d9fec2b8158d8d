/** All that a page shows of its subject, gathered in one reading of the run's files. */
import type { Instrument } from '../core/index.js';
import { dateOf, dayOf, randomBelow, randomInit } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import { type CalendarId, calendarOf } from '../market/index.js';
import type { DecisionRow, FillRow, OutcomeRow, RejectionRow, RunFolder } from '../replay/index.js';
import { type CalibrationBin, calibrationOf } from './calibration.js';
import type { ActionCount } from './figures/actions.js';
import type { Trade } from './figures/price.js';

export interface SymbolPrices {
  readonly symbol: string;
  readonly days: readonly number[];
  /** Major units; open, high and low only when the bars were at hand. */
  readonly close: readonly number[];
  readonly open?: readonly number[];
  readonly high?: readonly number[];
  readonly low?: readonly number[];
  readonly trades: readonly Trade[];
}

export interface SampleDecision {
  readonly kind: string;
  readonly row: DecisionRow;
  readonly outcomes: readonly OutcomeRow[];
}

export interface Subject {
  readonly decisions: number;
  /** Decisions with `maxKnownAt <= decidedAt`, those that read nothing included. */
  readonly honest: number;
  readonly readNothing: number;
  /** Decisions that asked the memory, by what it said. */
  readonly recalls: { readonly ok: number; readonly empty: number; readonly degraded: number };
  readonly calibration: readonly CalibrationBin[];
  readonly actions: readonly ActionCount[];
  readonly rejections: readonly { readonly reason: string; readonly count: number; readonly units: number }[];
  /** Minor units by component, largest first. */
  readonly costs: readonly { readonly name: string; readonly minor: number }[];
  /** Most traded first, then by symbol. */
  readonly prices: readonly SymbolPrices[];
  /** Weights per session of the run's equity series, largest mean weight first. */
  readonly weights: readonly { readonly symbol: string; readonly weight: Float64Array }[];
  readonly samples: readonly SampleDecision[];
}

const RANDOM_SAMPLES = 5;
const MAXIMUM_WEIGHTS = 5;

/** Major units of one tick per displayed unit. Without bars it follows from a fill: notional = quantity x ticks x worth of a tick. */
function tickValueOf(symbol: string, instruments: readonly Instrument[], fills: readonly FillRow[], minorPerMajor: number): number {
  const known = instruments.find((i) => i.symbol === symbol);
  if (known) return known.units.tickSize;
  const fill = fills.find((f) => f.symbol === symbol && f.quantity * f.priceTicks > 0) ?? fills.find((f) => f.quantity * f.priceTicks > 0);
  if (!fill) return 1 / minorPerMajor;
  const exact = fill.notionalMinor / (fill.quantity * fill.priceTicks) / minorPerMajor;
  return 10 ** Math.round(Math.log10(exact));
}

function pricesOf(
  run: RunFolder,
  decisions: readonly DecisionRow[],
  fills: readonly FillRow[],
  data: MarketData | undefined,
): SymbolPrices[] {
  const { minorPerMajor } = run.row.market;
  const instruments = data?.instruments ?? [];
  const sessions = new Map(Array.from(run.equity.day, (day, i) => [dateOf(day), i]));
  // Without bars: the price at which a holding was valued, NaN in sessions without one.
  const held = new Map<string, number[]>();
  for (const d of data ? [] : decisions) {
    const at = sessions.get(d.session);
    if (at === undefined || !(d.portfolio.lastPriceTicks > 0)) continue;
    let column = held.get(d.symbol);
    if (!column) held.set(d.symbol, (column = new Array<number>(run.equity.day.length).fill(Number.NaN)));
    column[at] = d.portfolio.lastPriceTicks;
  }
  const first = run.equity.day[0] ?? 0;
  const last = run.equity.day[run.equity.day.length - 1] ?? 0;
  const prices = [...new Set([...run.spec.symbols, ...fills.map((f) => f.symbol)])].map((symbol): SymbolPrices => {
    const tick = tickValueOf(symbol, instruments, fills, minorPerMajor);
    const step = instruments.find((i) => i.symbol === symbol)?.units.quantityStep ?? 1;
    const major = (ticks: number) => Math.round(ticks * tick * 1e6) / 1e6;
    const trades = fills
      .filter((f) => f.symbol === symbol)
      .map(
        (f): Trade => ({
          day: dayOf(f.session),
          ...(f.at === undefined ? {} : { clock: clockOf(run, dayOf(f.session), f.at) }),
          side: f.side,
          quantity: f.quantity * step,
          price: major(f.priceTicks),
          fees: f.totalFeesMinor / minorPerMajor,
          action: f.action,
          why: f.why,
        }),
      );
    const series = data?.series.get(symbol);
    if (!series) {
      const column = held.get(symbol);
      return { symbol, days: column ? Array.from(run.equity.day) : [], close: (column ?? []).map(major), trades };
    }
    const days: number[] = [];
    const bars = { open: [] as number[], high: [] as number[], low: [] as number[], close: [] as number[] };
    for (let i = 0; i < series.length; i++) {
      const day = series.day[i]!;
      if (day < first || day > last) continue;
      const [open, high, low, close] = [major(series.open[i]!), major(series.high[i]!), major(series.low[i]!), major(series.close[i]!)];
      const at = days.length - 1;
      if (days[at] !== day) {
        days.push(day);
        bars.open.push(open);
        bars.high.push(high);
        bars.low.push(low);
        bars.close.push(close);
        continue;
      }
      // Bars shorter than a session: the axis counts days, so they are shown as their session's.
      bars.high[at] = Math.max(bars.high[at]!, high);
      bars.low[at] = Math.min(bars.low[at]!, low);
      bars.close[at] = close;
    }
    return { symbol, days, ...bars, trades };
  });
  return prices.filter((p) => p.days.length > 0).sort((a, b) => b.trades.length - a.trades.length || (a.symbol < b.symbol ? -1 : 1));
}

/** `HH:MM` on the exchange's clock. */
function clockOf(run: RunFolder, day: number, at: number): string {
  const midnight = calendarOf(run.row.market.calendar as CalendarId).midnightAt(day);
  return new Date(at - midnight).toISOString().slice(11, 16);
}

function weightsOf(run: RunFolder, decisions: readonly DecisionRow[]): Subject['weights'] {
  if (run.spec.symbols.length < 2) return [];
  const at = new Map(Array.from(run.equity.day, (day, i) => [dateOf(day), i]));
  const bySymbol = new Map<string, Float64Array>();
  for (const d of decisions) {
    const i = at.get(d.session);
    if (i === undefined) continue;
    let weight = bySymbol.get(d.symbol);
    if (!weight) bySymbol.set(d.symbol, (weight = new Float64Array(run.equity.day.length)));
    weight[i] = d.portfolio.weight;
  }
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return [...bySymbol]
    .map(([symbol, weight]) => ({ symbol, weight, sum: sum(weight) }))
    .filter((w) => w.sum > 0)
    .sort((a, b) => b.sum - a.sum || (a.symbol < b.symbol ? -1 : 1))
    .slice(0, MAXIMUM_WEIGHTS);
}

function samplesOf(run: RunFolder, decisions: readonly DecisionRow[], outcomes: ReadonlyMap<string, OutcomeRow[]>): SampleDecision[] {
  const taken = new Set<string>();
  const samples: SampleDecision[] = [];
  const take = (kind: string, row: DecisionRow | undefined) => {
    if (!row || taken.has(row.id)) return;
    taken.add(row.id);
    samples.push({ kind, row, outcomes: outcomes.get(row.id) ?? [] });
  };
  const horizon = [...run.spec.horizons].sort((a, b) => a - b)[Math.floor((run.spec.horizons.length - 1) / 2)];
  const decided = decisions.filter((d) => d.decision.state === 'decided');
  let best: DecisionRow | undefined;
  let worst: DecisionRow | undefined;
  let high = 0;
  let low = 0;
  for (const d of decided.filter((row) => (row.decision.size as { kind?: string } | null)?.kind !== 'none')) {
    const net = outcomes.get(d.id)?.find((o) => o.horizon === horizon && o.direction !== 'flat')?.net ?? 0;
    if (net > high) [high, best] = [net, d];
    if (net < low) [low, worst] = [net, d];
  }
  take('First', decided[0] ?? decisions[0]);
  take(`Largest gain over ${horizon} sessions`, best);
  take(`Largest loss over ${horizon} sessions`, worst);
  const random = randomInit(run.row.seed, 'report-samples');
  for (let tries = 0; tries < 50 && samples.length < 3 + RANDOM_SAMPLES && decided.length > 0; tries++) {
    take('Random', decided[randomBelow(random, decided.length)]);
  }
  return samples;
}

function tally<T>(rows: readonly T[], name: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = name(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

const stateNames: Record<string, string> = { 'no-intent': 'no intent', suspended: 'suspended', abstained: 'abstained' };

function recallsOf(decisions: readonly DecisionRow[]): Subject['recalls'] {
  const recalls = { ok: 0, empty: 0, degraded: 0 };
  for (const { memory } of decisions) if (memory !== undefined) recalls[memory.status]++;
  return recalls;
}

/** Reads a run's rows once. `data`: its bars, when at hand, for candles and exact units. */
export function gatherSubject(run: RunFolder, data?: MarketData): Subject {
  const decisions = run.decisions();
  const lines = run.fills();
  const fills = lines.filter((l): l is FillRow => l.kind === 'fill');
  const refused = lines.filter((l): l is RejectionRow => l.kind === 'rejection');
  const outcomes = tally(run.outcomes(), (o) => o.decision);
  const costs = new Map<string, number>();
  for (const fill of fills) for (const [name, minor] of Object.entries(fill.feesMinor)) costs.set(name, (costs.get(name) ?? 0) + minor);
  const bets = decisions.flatMap((d) =>
    // A row without a decision of its own states no confidence.
    (d.decision.state === 'decided' ? (outcomes.get(d.id) ?? []) : []).map((o) => ({
      horizon: o.horizon,
      confidence: d.decision.confidence,
      direction: o.direction,
      label: o.label,
    })),
  );
  return {
    decisions: decisions.length,
    honest: decisions.filter((d) => d.maxKnownAt === null || d.maxKnownAt <= d.decidedAt).length,
    readNothing: decisions.filter((d) => d.maxKnownAt === null).length,
    recalls: recallsOf(decisions),
    calibration: calibrationOf(bets),
    actions: [...tally(decisions, (d) => stateNames[d.decision.state] ?? d.decision.action ?? 'abstained')]
      .map(([name, rows]) => ({ name, count: rows.length }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    rejections: [...tally(refused, (r) => r.reason)]
      .map(([reason, rows]) => ({ reason, count: rows.length, units: rows.reduce((sum, r) => sum + r.quantity, 0) }))
      .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    costs: [...costs].map(([name, minor]) => ({ name, minor })).sort((a, b) => b.minor - a.minor),
    prices: pricesOf(run, decisions, fills, data),
    weights: weightsOf(run, decisions),
    samples: samplesOf(run, decisions, outcomes),
  };
}
