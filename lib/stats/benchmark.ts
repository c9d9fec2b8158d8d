/** A strategy against a benchmark: both at the sessions that they share. */
import { dateOf, type TradingDate } from '../core/index.js';
import { checkSeries, type EquitySeries, ruin, simpleReturns } from './equity-curve.js';
import { deviation, isFlat, mean } from './moments.js';

export interface NamedSeries extends EquitySeries {
  readonly name: string;
}

/** Figures over the common span; null where undefined, with the reason under the field's name in `reasons`. */
export interface BenchmarkFigures {
  readonly name: string;
  /** Common sessions, less the first. */
  readonly sessions: number;
  readonly firstDate: TradingDate | null;
  readonly lastDate: TradingDate | null;
  /** Of the benchmark. */
  readonly totalReturn: number | null;
  readonly annualisedReturn: number | null;
  /** Strategy less benchmark: of total returns, and of annualised ones. */
  readonly excessTotalReturn: number | null;
  readonly excessAnnualisedReturn: number | null;
  /** Of daily return differences, ddof 1, times the root of sessions a year. */
  readonly trackingErrorAnnual: number | null;
  readonly informationRatioAnnual: number | null;
  readonly beta: number | null;
  readonly reasons: Readonly<Record<string, string>>;
}

/** Annualised growth of a total return over a count of sessions. */
export const annualise = (totalReturn: number, sessions: number, sessionsPerYear: number): number =>
  (1 + totalReturn) ** (sessionsPerYear / sessions) - 1;

export function againstBenchmark(equity: EquitySeries, benchmark: NamedSeries, sessionsPerYear: number): BenchmarkFigures {
  checkSeries(`benchmark ${benchmark.name}`, benchmark);
  const common = alignByDay(equity, benchmark);
  const sessions = Math.max(0, common.days.length - 1);
  const reasons: Record<string, string> = {};
  const figure = (key: string, problem: string | null, value: () => number): number | null => {
    if (problem === null) return value();
    reasons[key] = problem;
    return null;
  };
  const ruined = ruin({ days: common.days, values: common.ours }) ?? ruin({ days: common.days, values: common.theirs });
  const short = sessions < 1 ? 'fewer than two common sessions' : null;
  const broken = short ?? (ruined && `nothing was left on ${ruined}`);
  const [ours, theirs] = broken ? [new Float64Array(0), new Float64Array(0)] : [simpleReturns(common.ours), simpleReturns(common.theirs)];
  const difference = ours.map((r, i) => r - theirs[i]!);
  const thin = broken ?? (sessions < 2 ? 'fewer than three common sessions' : null);
  const trackingError = deviation(difference);
  const spread = deviation(theirs);
  const growth = (values: number[]): number => values[values.length - 1]! / values[0]! - 1;
  const annual = (values: number[]): number => annualise(growth(values), sessions, sessionsPerYear);
  return {
    name: benchmark.name,
    sessions,
    firstDate: common.days.length ? dateOf(common.days[0]!) : null,
    lastDate: common.days.length ? dateOf(common.days[common.days.length - 1]!) : null,
    totalReturn: figure('totalReturn', broken, () => growth(common.theirs)),
    annualisedReturn: figure('annualisedReturn', broken, () => annual(common.theirs)),
    excessTotalReturn: figure('excessTotalReturn', broken, () => growth(common.ours) - growth(common.theirs)),
    excessAnnualisedReturn: figure('excessAnnualisedReturn', broken, () => annual(common.ours) - annual(common.theirs)),
    trackingErrorAnnual: figure('trackingErrorAnnual', thin, () => trackingError * Math.sqrt(sessionsPerYear)),
    informationRatioAnnual: figure(
      'informationRatioAnnual',
      thin ?? (isFlat(mean(difference), trackingError) ? 'returns never part from the benchmark’s by a varying amount' : null),
      () => (mean(difference) / trackingError) * Math.sqrt(sessionsPerYear),
    ),
    beta: figure('beta', thin ?? (isFlat(mean(theirs), spread) ? 'the benchmark does not vary' : null), () => {
      const [a, b] = [mean(ours), mean(theirs)];
      let product = 0;
      for (let i = 0; i < ours.length; i++) product += (ours[i]! - a) * (theirs[i]! - b);
      return product / (ours.length - 1) / (spread * spread);
    }),
    reasons,
  };
}

/** Values of both series at the days that both have. */
function alignByDay(a: EquitySeries, b: EquitySeries): { days: number[]; ours: number[]; theirs: number[] } {
  const out = { days: [] as number[], ours: [] as number[], theirs: [] as number[] };
  for (let i = 0, j = 0; i < a.days.length && j < b.days.length; ) {
    if (a.days[i]! < b.days[j]!) i++;
    else if (a.days[i]! > b.days[j]!) j++;
    else {
      out.days.push(a.days[i]!);
      out.ours.push(a.values[i++]!);
      out.theirs.push(b.values[j++]!);
    }
  }
  return out;
}
