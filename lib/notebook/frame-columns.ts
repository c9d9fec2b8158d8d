/** Bars, decisions, fills and trials as named columns: numbers stay numbers, instants become ISO text, missing numbers NaN. */
import { type BarSeries, type BarWindow, dateOf, isoOf } from '../core/index.js';
import type { DecisionRow, FillRow, RejectionRow } from '../replay/index.js';
import type { TrialRow } from '../stats/index.js';

export type Column = readonly number[] | readonly string[] | readonly boolean[];
export type Columns = Readonly<Record<string, Column>>;

const number = (value: number | null | undefined): number => value ?? Number.NaN;
const instant = (value: number | null | undefined): string => (typeof value === 'number' ? isoOf(value) : '');
const text = (value: string | null | undefined): string => value ?? '';

/** Prices in ticks, volume in quantity units, as the series holds them. `knownAt` only where the bars carry it each. */
export function barColumns(bars: BarSeries | BarWindow): Columns {
  const take = (column: ArrayLike<number>): number[] => Array.from({ length: bars.length }, (_, i) => column[i]!);
  return {
    date: take(bars.day).map(dateOf),
    ...('knownAt' in bars ? { knownAt: take(bars.knownAt).map(isoOf) } : {}),
    openTicks: take(bars.open),
    highTicks: take(bars.high),
    lowTicks: take(bars.low),
    closeTicks: take(bars.close),
    volume: take(bars.volume),
    factor: take(bars.factor),
  };
}

/** One row a decision; each recorded feature is a column `feature.<name>`, NaN while it warms up. */
export function decisionColumns(rows: readonly DecisionRow[]): Columns {
  const features = [...new Set(rows.flatMap((row) => Object.keys(row.features)))];
  return {
    id: rows.map((row) => row.id),
    session: rows.map((row) => row.session),
    window: rows.map((row) => row.window),
    symbol: rows.map((row) => row.symbol),
    strategy: rows.map((row) => row.strategy),
    decidedAt: rows.map((row) => instant(row.decidedAt)),
    maxKnownAt: rows.map((row) => instant(row.maxKnownAt)),
    state: rows.map((row) => row.decision.state),
    action: rows.map((row) => text(row.decision.action)),
    confidence: rows.map((row) => row.decision.confidence),
    why: rows.map((row) => row.decision.why),
    cashMinor: rows.map((row) => row.portfolio.cashMinor),
    equityMinor: rows.map((row) => row.portfolio.equityMinor),
    quantity: rows.map((row) => row.portfolio.quantity),
    sellableAtFill: rows.map((row) => row.portfolio.sellableAtFill),
    weight: rows.map((row) => row.portfolio.weight),
    lastPriceTicks: rows.map((row) => row.portfolio.lastPriceTicks),
    evidence: rows.map((row) => row.evidence.length),
    tokens: rows.map((row) => row.tokens),
    costMinor: rows.map((row) => row.costMinor),
    ...Object.fromEntries(features.map((name) => [`feature.${name}`, rows.map((row) => number(row.features[name]))])),
  };
}

/** Fills and rejections in one table; what only one of them has is empty or NaN in the other. */
export function fillColumns(rows: readonly (FillRow | RejectionRow)[]): Columns {
  const filled = (read: (row: FillRow) => number): number[] => rows.map((row) => (row.kind === 'fill' ? read(row) : Number.NaN));
  const refused = (read: (row: RejectionRow) => string): string[] => rows.map((row) => (row.kind === 'rejection' ? read(row) : ''));
  return {
    kind: rows.map((row) => row.kind),
    order: rows.map((row) => number(row.order)),
    session: rows.map((row) => row.session),
    symbol: rows.map((row) => row.symbol),
    side: rows.map((row) => text(row.side)),
    quantity: rows.map((row) => row.quantity),
    priceTicks: filled((row) => row.priceTicks),
    notionalMinor: filled((row) => row.notionalMinor),
    totalFeesMinor: filled((row) => row.totalFeesMinor),
    cashDeltaMinor: filled((row) => row.cashDeltaMinor),
    action: rows.map((row) => text(row.action)),
    strategy: rows.map((row) => row.strategy),
    why: rows.map((row) => (row.kind === 'fill' ? row.why : '')),
    reason: refused((row) => row.reason),
    detail: refused((row) => row.detail),
  };
}

export function trialColumns(rows: readonly TrialRow[]): Columns {
  return {
    id: rows.map((row) => row.id),
    at: rows.map((row) => instant(row.at)),
    kind: rows.map((row) => row.kind),
    universe: rows.map((row) => row.family.universe),
    window: rows.map((row) => row.family.window),
    hypothesis: rows.map((row) => row.family.hypothesis),
    configHash: rows.map((row) => row.configHash),
    seed: rows.map((row) => number(row.seed)),
    run: rows.map((row) => row.run),
    sharpePerPeriod: rows.map((row) => number(row.sharpePerPeriod)),
    periods: rows.map((row) => row.periods),
    skew: rows.map((row) => number(row.skew)),
    kurtosis: rows.map((row) => number(row.kurtosis)),
  };
}
