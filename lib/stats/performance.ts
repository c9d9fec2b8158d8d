/** What an equity curve amounts to: one result with units in its names, and a reason wherever there is no figure. */
import { dateOf, type TradingDate } from '../core/index.js';
import { againstBenchmark, annualise, type BenchmarkFigures, type NamedSeries } from './benchmark.js';
import { type MonthRow, monthTable, type YearRow, yearTable } from './calendar-tables.js';
import { type Drawdown, maxDrawdown } from './drawdown.js';
import { checkSeries, type EquitySeries, ruin, simpleReturns } from './equity-curve.js';
import { StatsError } from './errors.js';
import { deviation, isFlat, mean, shape } from './moments.js';
import type { Trade } from './round-trips.js';
import { type BootstrapOptions, sharpeInterval } from './sharpe-interval.js';

export interface PerformanceInput {
  /** At the end of each session; the first point is the starting equity. */
  readonly equity: EquitySeries;
  /** Of the calendar: A-share 243, US 252, crypto 365. */
  readonly sessionsPerYear: number;
  /** All fills, in the unit of the equity. Absent = not known; empty = there were none. */
  readonly trades?: readonly Trade[];
  /** Profit of each closed position. */
  readonly roundTrips?: readonly { readonly pnlMinor: number }[];
  /** Market value of what is held, one a point of the equity. */
  readonly invested?: ArrayLike<number>;
  readonly benchmarks?: readonly NamedSeries[];
  readonly bootstrap?: Partial<BootstrapOptions>;
}

/** Risk-free rate 0, ddof 1 throughout. A null has its reason in `reasons`, under the field's name. Plain JSON. */
export interface Performance {
  readonly firstDate: TradingDate;
  readonly lastDate: TradingDate;
  /** Returns in the series: points less one. */
  readonly sessions: number;
  readonly sessionsPerYear: number;
  readonly startEquity: number;
  readonly endEquity: number;
  readonly totalReturn: number | null;
  readonly annualisedReturn: number | null;
  readonly volatilityAnnual: number | null;
  readonly sharpePerSession: number | null;
  readonly sharpeAnnual: number | null;
  /** 95 %, stationary bootstrap. */
  readonly sharpeAnnualLow95: number | null;
  readonly sharpeAnnualHigh95: number | null;
  readonly bootstrap: (BootstrapOptions & { readonly meanBlockSessions: number }) | null;
  /** Of session returns, population moments; kurtosis 3 for a normal. */
  readonly skew: number | null;
  readonly kurtosis: number | null;
  /** Mean over the root mean square of losses (target 0, over all sessions). */
  readonly sortinoAnnual: number | null;
  /** Annualised return over the depth of the maximum drawdown. */
  readonly calmar: number | null;
  readonly maxDrawdown: Drawdown | null;
  /** Half of what was bought and sold, a year, over average equity: 1 = the book was exchanged once a year. */
  readonly turnoverAnnual: number | null;
  readonly tradedNotional: number | null;
  readonly costs: number | null;
  /** Costs a year over average equity. */
  readonly costDragAnnual: number | null;
  /** Fraction of sessions with a gain among those in which equity moved. */
  readonly hitRateSessions: number | null;
  /** Fraction of closed positions with a profit. */
  readonly hitRateRoundTrips: number | null;
  readonly roundTrips: number | null;
  /** Mean of market value / equity, and the fraction of points with anything held. */
  readonly exposureMean: number | null;
  readonly timeInMarket: number | null;
  readonly benchmarks: readonly BenchmarkFigures[];
  readonly years: readonly YearRow[];
  readonly months: readonly MonthRow[];
  readonly reasons: Readonly<Record<string, string>>;
}

/** Fewest returns from which an interval is drawn: below, blocks of dependent returns are too few to resample. */
const BOOTSTRAP_MINIMUM = 30;

/** Throws StatsError on a series that is none (no points, days out of order, a value that is not finite, a start of zero). */
export function performance(input: PerformanceInput): Performance {
  const { equity, sessionsPerYear, trades, roundTrips, invested } = input;
  const { days, values } = equity;
  checkSeries('performance', equity);
  if (!(sessionsPerYear > 0)) {
    throw new StatsError(`performance: expected sessions a year, got ${sessionsPerYear}. Pass the calendar's sessionsPerYear.`);
  }
  if (invested && invested.length !== values.length) {
    throw new StatsError(`performance: expected ${values.length} invested values, got ${invested.length}. Pass one a point of the equity.`);
  }
  const reasons: Record<string, string> = {};
  /** The value, or null and why. Whatever slips through as not finite is no figure either. */
  const figure = (key: string, problem: string | null, value: () => number): number | null => {
    const found = problem === null ? value() : Number.NaN;
    if (Number.isFinite(found)) return found;
    reasons[key] = problem ?? 'beyond the range of numbers';
    return null;
  };

  const last = values.length - 1;
  const sessions = last;
  const years = sessions / sessionsPerYear;
  const root = Math.sqrt(sessionsPerYear);
  const ruined = ruin(equity);
  const short = sessions < 1 ? 'one point only, no return' : null;
  const broken = short ?? (ruined && `equity was zero or less on ${ruined}`);
  const returns = broken ? new Float64Array(0) : simpleReturns(values);
  const thin = broken ?? (sessions < 2 ? 'fewer than two returns' : null);
  const centre = mean(returns);
  const spread = deviation(returns);
  const flat = thin ?? (isFlat(centre, spread) ? 'returns do not vary' : null);

  const growth = values[last]! / values[0]! - 1;
  const annualisedReturn = figure('annualisedReturn', broken, () => annualise(growth, sessions, sessionsPerYear));
  const fall = short ? null : maxDrawdown(equity);
  if (!fall) reasons['maxDrawdown'] = short ?? 'equity never fell';

  const few = flat ?? (sessions < BOOTSTRAP_MINIMUM ? `fewer than ${BOOTSTRAP_MINIMUM} returns` : null);
  const interval = few ? null : sharpeInterval(returns, { resamples: 2000, seed: 1, ...input.bootstrap });
  const noInterval = few ?? (interval ? null : 'most resamples do not vary');
  if (!interval) reasons['bootstrap'] = noInterval!;

  let [losses, gains, moves] = [0, 0, 0];
  for (const r of returns) {
    if (r < 0) losses += r * r;
    if (r > 0) gains++;
    if (r !== 0) moves++;
  }
  const moments = flat ? null : shape(returns);

  const untraded = trades ? short : 'no trades were given';
  let [notional, costs] = [0, 0];
  for (const trade of trades ?? []) {
    notional += trade.notional;
    costs += trade.costs;
  }
  const averageEquity = mean(values);
  const noAverage = untraded ?? (averageEquity > 0 ? null : 'average equity is not positive');

  const unexposed = invested ? (ruined ? `equity was zero or less on ${ruined}` : null) : 'no invested values were given';
  const noTrips = roundTrips ? (roundTrips.length ? null : 'no position was closed') : 'no round trips were given';
  return {
    firstDate: dateOf(days[0]!),
    lastDate: dateOf(days[last]!),
    sessions,
    sessionsPerYear,
    startEquity: values[0]!,
    endEquity: values[last]!,
    totalReturn: figure('totalReturn', short, () => growth),
    annualisedReturn,
    volatilityAnnual: figure('volatilityAnnual', thin, () => spread * root),
    sharpePerSession: figure('sharpePerSession', flat, () => centre / spread),
    sharpeAnnual: figure('sharpeAnnual', flat, () => (centre / spread) * root),
    sharpeAnnualLow95: figure('sharpeAnnualLow95', noInterval, () => interval!.lowPerSession * root),
    sharpeAnnualHigh95: figure('sharpeAnnualHigh95', noInterval, () => interval!.highPerSession * root),
    bootstrap: interval && { resamples: interval.resamples, seed: interval.seed, meanBlockSessions: interval.meanBlockSessions },
    skew: figure('skew', flat, () => moments!.skew),
    kurtosis: figure('kurtosis', flat, () => moments!.kurtosis),
    sortinoAnnual: figure(
      'sortinoAnnual',
      flat ?? (losses > 0 ? null : 'no session lost'),
      () => (centre / Math.sqrt(losses / returns.length)) * root,
    ),
    calmar: figure('calmar', broken ?? (fall ? null : 'equity never fell'), () => annualisedReturn! / fall!.depth),
    maxDrawdown: fall,
    turnoverAnnual: figure('turnoverAnnual', noAverage, () => notional / 2 / years / averageEquity),
    tradedNotional: figure('tradedNotional', trades ? null : untraded, () => notional),
    costs: figure('costs', trades ? null : untraded, () => costs),
    costDragAnnual: figure('costDragAnnual', noAverage, () => costs / years / averageEquity),
    hitRateSessions: figure('hitRateSessions', broken ?? (moves ? null : 'equity never moved'), () => gains / moves),
    hitRateRoundTrips: figure(
      'hitRateRoundTrips',
      noTrips,
      () => roundTrips!.filter((trip) => trip.pnlMinor > 0).length / roundTrips!.length,
    ),
    roundTrips: figure('roundTrips', roundTrips ? null : noTrips, () => roundTrips!.length),
    exposureMean: figure('exposureMean', unexposed, () => mean(Array.from(invested!, (held, i) => held / values[i]!))),
    timeInMarket: figure('timeInMarket', unexposed, () => Array.from(invested!).filter((held) => held !== 0).length / values.length),
    benchmarks: (input.benchmarks ?? []).map((benchmark) => againstBenchmark(equity, benchmark, sessionsPerYear)),
    years: broken ? [] : yearTable(equity, sessionsPerYear),
    months: broken ? [] : monthTable(equity),
    reasons,
  };
}
