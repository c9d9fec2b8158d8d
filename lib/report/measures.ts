/** The figures of each run side by side: what the comparison table, the prose and the machine-readable block are made of. */
import { dateOf } from '../core/index.js';
import type { RunFolder } from '../replay/index.js';
import { type BenchmarkFigures, type NamedSeries, type Performance, performance } from '../stats/index.js';

export interface RunFacts {
  readonly run: string;
  readonly label: string;
  readonly strategies: string;
  readonly symbols: string;
  readonly symbolCount: number;
  /** First and last session of the account. */
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
  readonly currency: string;
  /** Major units. */
  readonly startEquity: number;
  readonly endEquity: number;
  /** Fees and taxes in major units, and over the starting equity. */
  readonly costs: number;
  readonly costShare: number;
  readonly decisions: number;
  readonly trades: number;
  readonly rejections: number;
  readonly abstentions: number;
  readonly performance: Performance;
  /** Annualised return less that of buying and holding the same instruments, and less that of the index, over the common sessions. */
  readonly excessBuyAndHold: number | null;
  readonly excessIndex: number | null;
  /** Why a figure is null, under its name. */
  readonly reasons: Readonly<Record<string, string>>;
}

export interface IndexFacts {
  readonly symbol: string;
  readonly totalReturn: number | null;
  readonly annualisedReturn: number | null;
}

/** Days and values of the sessions on which the index is known; null without one. */
export function indexSeries(run: RunFolder): NamedSeries | null {
  const { index } = run.row.market;
  const { day, indexClose } = run.equity;
  const known = Array.from(indexClose, (_, i) => i).filter((i) => Number.isFinite(indexClose[i]!) && indexClose[i]! > 0);
  if (index === null || known.length < 2) return null;
  return { name: index, days: known.map((i) => day[i]!), values: known.map((i) => indexClose[i]!) };
}

const BUY_AND_HOLD = 'buy-and-hold';

const isBuyAndHold = (run: RunFolder): boolean => run.spec.strategies.length === 1 && run.spec.strategies[0]!.id === BUY_AND_HOLD;

const universe = (run: RunFolder): string => [...run.spec.symbols].sort().join(' ');

function excess(figures: BenchmarkFigures | undefined, key: string, missing: string, reasons: Record<string, string>): number | null {
  const value = figures?.excessAnnualisedReturn ?? null;
  if (value === null) reasons[key] = figures?.reasons['excessAnnualisedReturn'] ?? missing;
  return value;
}

/** Figures of one run; `all` are the runs of the page, among which its buy-and-hold is looked for. */
export function measureRun(run: RunFolder, all: readonly RunFolder[]): RunFacts {
  const { row, spec, equity } = run;
  const major = (minor: number) => minor / row.market.minorPerMajor;
  const index = indexSeries(run);
  const held = isBuyAndHold(run) ? undefined : all.find((other) => isBuyAndHold(other) && universe(other) === universe(run));
  const measured = performance({
    equity: { days: equity.day, values: equity.equityMinor },
    sessionsPerYear: row.market.sessionsPerYear,
    trades: Array.from(equity.day, (day, i) => ({ day, notional: equity.turnoverMinor[i]!, costs: equity.feesMinor[i]! })),
    invested: equity.equityMinor.map((value, i) => value * equity.exposure[i]!),
    benchmarks: [
      ...(held ? [{ name: BUY_AND_HOLD, days: held.equity.day, values: held.equity.equityMinor }] : []),
      ...(index ? [index] : []),
    ],
  });
  const reasons: Record<string, string> = { ...measured.reasons };
  const against = (name: string) => measured.benchmarks.find((b) => b.name === name);
  const last = equity.equityMinor.length - 1;
  const costs = major(equity.feesMinor.reduce((a, b) => a + b, 0));
  const startEquity = major(equity.equityMinor[0]!);
  return {
    run: row.run,
    label: row.label,
    strategies: spec.strategies.map((s) => s.id).join(' + '),
    symbols: spec.symbols.join(', '),
    symbolCount: spec.symbols.length,
    from: dateOf(equity.day[0]!),
    to: dateOf(equity.day[last]!),
    sessions: equity.day.length,
    currency: row.market.currency,
    startEquity,
    endEquity: major(equity.equityMinor[last]!),
    costs,
    costShare: costs / startEquity,
    decisions: row.counts.decisions,
    trades: row.counts.fills,
    rejections: row.counts.rejections,
    abstentions: row.counts.abstentions,
    performance: measured,
    excessBuyAndHold: excess(
      against(BUY_AND_HOLD),
      'excessBuyAndHold',
      isBuyAndHold(run) ? 'this is buy-and-hold' : 'no buy-and-hold of the same instruments on this page',
      reasons,
    ),
    excessIndex: excess(index ? against(index.name) : undefined, 'excessIndex', 'no index', reasons),
    reasons,
  };
}

/** The index over the sessions of a run; null without one. */
export function measureIndex(facts: RunFacts, run: RunFolder): IndexFacts | null {
  const figures = facts.performance.benchmarks.find((b) => b.name === run.row.market.index);
  return figures ? { symbol: figures.name, totalReturn: figures.totalReturn, annualisedReturn: figures.annualisedReturn } : null;
}
