/** Returns by calendar year and month. */
import { dateOf } from '../core/index.js';
import { maxDrawdown } from './drawdown.js';
import { type EquitySeries, simpleReturns } from './equity-curve.js';
import { deviation, isFlat, mean } from './moments.js';

export interface MonthRow {
  readonly year: number;
  /** 1..12. */
  readonly month: number;
  readonly sessions: number;
  /** From the last value before the month to its last. */
  readonly totalReturn: number;
}

export interface YearRow {
  readonly year: number;
  readonly sessions: number;
  readonly totalReturn: number;
  /** Null below two sessions. */
  readonly volatilityAnnual: number | null;
  /** Null below two sessions, or where nothing varies. */
  readonly sharpeAnnual: number | null;
  /** Depth of the deepest fall that began within the year (or at its starting value); 0 when it never fell. */
  readonly maxDrawdown: number;
}

/** A span of points [from, to] whose returns belong to one period: `from` is the last point before it. */
function* spans({ days }: EquitySeries, keyLength: number): Generator<{ key: string; from: number; to: number }> {
  const keyAt = (i: number): string => (i < days.length ? dateOf(days[i]!).slice(0, keyLength) : '');
  let from = 0;
  let next = keyAt(1);
  for (let i = 1; i < days.length; i++) {
    const key = next;
    next = keyAt(i + 1);
    if (next === key) continue;
    yield { key, from, to: i };
    from = i;
  }
}

const cut = (column: ArrayLike<number>, from: number, to: number): number[] => Array.prototype.slice.call(column, from, to + 1);

/** Oldest first; the first point of the series is a start only and makes no row by itself. All values positive. */
export function monthTable(series: EquitySeries): MonthRow[] {
  return Array.from(spans(series, 7), ({ key, from, to }) => ({
    year: Number(key.slice(0, 4)),
    month: Number(key.slice(5)),
    sessions: to - from,
    totalReturn: series.values[to]! / series.values[from]! - 1,
  }));
}

/** As {@link monthTable}, by year. */
export function yearTable(series: EquitySeries, sessionsPerYear: number): YearRow[] {
  return Array.from(spans(series, 4), ({ key, from, to }) => {
    const part = { days: cut(series.days, from, to), values: cut(series.values, from, to) };
    const returns = simpleReturns(part.values);
    const spread = deviation(returns);
    const centre = mean(returns);
    const annual = Math.sqrt(sessionsPerYear);
    return {
      year: Number(key),
      sessions: to - from,
      totalReturn: series.values[to]! / series.values[from]! - 1,
      volatilityAnnual: to - from < 2 ? null : spread * annual,
      sharpeAnnual: to - from < 2 || isFlat(centre, spread) ? null : (centre / spread) * annual,
      maxDrawdown: maxDrawdown(part)?.depth ?? 0,
    };
  });
}
