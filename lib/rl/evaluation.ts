/** What an evaluation on unseen time says. Plain JSON, kept in train.json. */
import type { TInterval } from '../stats/index.js';

/** First and last session. */
export interface DateSpan {
  readonly from: string;
  readonly to: string;
}

/** Over the tests of all folds joined, each begun with cash. Fractions; null where there is no figure. */
export interface TestFigures {
  readonly totalReturn: number;
  readonly annualisedReturn: number;
  readonly sharpeAnnual: number | null;
  /** 0..1. */
  readonly maxDrawdown: number;
  /** Half of what was bought and sold, a year, over mean equity. */
  readonly turnoverAnnual: number;
  /** Mean of market value over equity. */
  readonly exposure: number;
  /** Over the starting cash. */
  readonly costs: number;
  readonly fills: number;
  readonly rejections: number;
}

/** Figures that are compared. */
export const COMPARED = ['totalReturn', 'annualisedReturn', 'sharpeAnnual', 'maxDrawdown', 'turnoverAnnual', 'exposure', 'costs'] as const;
type Compared = (typeof COMPARED)[number];

export interface Contender {
  readonly name: string;
  /** A policy's seeds, a baseline's draws; null where there is one only. */
  readonly seeds: readonly number[] | null;
  readonly figures: readonly TestFigures[];
  /** Mean and 95 % interval over the seeds; null where a figure is missing in any. */
  readonly over: Readonly<Record<Compared, TInterval | null>>;
  /** The policy's annualised return less this one's; null for the policy itself. */
  readonly excess: TInterval | null;
}

export interface Evaluation {
  readonly symbols: readonly string[];
  readonly tests: readonly DateSpan[];
  readonly sessions: number;
  /** The policy first, then its baselines. */
  readonly contenders: readonly Contender[];
  /** Of the mean of the seeds' returns, session by session: 95 % interval of its Sharpe ratio by bootstrap, which knows the noise of the market. */
  readonly market: { readonly sharpeAnnual: number | null; readonly low95: number | null; readonly high95: number | null };
  /** Growth of 1 at each session: mean, lowest and highest over the policy's seeds, then each baseline's mean. */
  readonly curves: { readonly date: readonly string[]; readonly lines: Readonly<Record<string, readonly number[]>> };
}
