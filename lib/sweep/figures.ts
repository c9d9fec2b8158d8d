/** The figures of one configuration from its equity and totals: the definitions of `performance`, without what a search has no use for. */
import { annualise, deviation, isFlat, maxDrawdown, mean, simpleReturns } from '../stats/index.js';
import type { Configuration, EvaluateOptions, Evaluation } from './contract.js';

/** What an evaluator adds up over its accounts. */
export interface Totals {
  notionalMinor: number;
  feesMinor: number;
  dividendTaxMinor: number;
  fills: number;
  rejections: number;
}

export const noTotals = (): Totals => ({ notionalMinor: 0, feesMinor: 0, dividendTaxMinor: 0, fills: 0, rejections: 0 });

/** `equity`: at each close, of all accounts together; the caller's buffer, read only. */
export function evaluationOf(
  configuration: Configuration,
  days: Int32Array,
  equity: Float64Array,
  totals: Totals,
  sessionsPerYear: number,
  options: EvaluateOptions,
): Evaluation {
  const last = equity.length - 1;
  const years = last / sessionsPerYear;
  const returns = simpleReturns(equity);
  options.returns?.set(returns);
  const short = last < 1;
  const growth = equity[last]! / equity[0]! - 1;
  const broken = short || !equity.every((value) => value > 0);
  const centre = mean(returns);
  const spread = deviation(returns);
  const sharpe = broken || last < 2 || isFlat(centre, spread) ? null : finite(centre / spread);
  const averageEquity = mean(equity);
  return {
    configuration,
    equityMinor: equity[last]!,
    totalReturn: short ? null : finite(growth),
    annualisedReturn: broken ? null : finite(annualise(growth, last, sessionsPerYear)),
    sharpe,
    annualisedSharpe: sharpe === null ? null : sharpe * Math.sqrt(sessionsPerYear),
    maxDrawdown: maxDrawdown({ days, values: equity })?.depth ?? 0,
    turnover: short || !(averageEquity > 0) ? null : totals.notionalMinor / 2 / years / averageEquity,
    fills: totals.fills,
    rejections: totals.rejections,
    feesMinor: totals.feesMinor,
    costsMinor: totals.feesMinor + totals.dividendTaxMinor,
    ...(options.equity === true ? { equity: equity.slice() } : {}),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
