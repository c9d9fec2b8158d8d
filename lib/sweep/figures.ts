/** The figures of one configuration from its equity and totals: the definitions of `performance`, without what a search has no use for. */
import { OverflowError } from '../core/index.js';
import { annualise, isFlat } from '../stats/index.js';
import type { Configuration, Evaluation } from './contract.js';
import { CURVE } from './curve.js';

/** What an evaluator adds up over its accounts. */
export interface Totals {
  notionalMinor: number;
  feesMinor: number;
  dividendTaxMinor: number;
  fills: number;
  rejections: number;
}

export const noTotals = (): Totals => ({ notionalMinor: 0, feesMinor: 0, dividendTaxMinor: 0, fills: 0, rejections: 0 });

/** Of `count` sessions. `curve`: as {@link CURVE} lists it; `equity`: the curve itself, where it was asked for. */
export function evaluationOf(
  configuration: Configuration,
  count: number,
  curve: Float64Array,
  totals: Totals,
  sessionsPerYear: number,
  equity: Float64Array | undefined,
): Evaluation {
  if (!(Math.max(curve[CURVE.most]!, -curve[CURVE.least]!) <= Number.MAX_SAFE_INTEGER)) {
    throw new OverflowError(`evaluate: expected equity below 2^53 minor units, got ${curve[CURVE.most]}. Start with less cash.`);
  }
  const last = count - 1;
  const years = last / sessionsPerYear;
  const short = last < 1;
  const equityMinor = curve[CURVE.last]!;
  const growth = equityMinor / curve[CURVE.first]! - 1;
  const broken = short || !(curve[CURVE.least]! > 0);
  const centre = curve[CURVE.meanOfReturns]!;
  const spread = Math.sqrt(curve[CURVE.sumOfSquares]! / (last - 1));
  const sharpe = broken || last < 2 || isFlat(centre, spread) ? null : finite(centre / spread);
  const averageEquity = curve[CURVE.sumOfEquity]! / count;
  return {
    configuration,
    equityMinor,
    totalReturn: short ? null : finite(growth),
    annualisedReturn: broken ? null : finite(annualise(growth, last, sessionsPerYear)),
    sharpe,
    annualisedSharpe: sharpe === null ? null : sharpe * Math.sqrt(sessionsPerYear),
    maxDrawdown: curve[CURVE.drawdown]!,
    turnover: short || !(averageEquity > 0) ? null : totals.notionalMinor / 2 / years / averageEquity,
    fills: totals.fills,
    rejections: totals.rejections,
    feesMinor: totals.feesMinor,
    costsMinor: totals.feesMinor + totals.dividendTaxMinor,
    ...(equity === undefined ? {} : { equity }),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
