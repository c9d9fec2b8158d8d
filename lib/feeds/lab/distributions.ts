/** Profit distributions of a stock: each spring it may decide on cash and new shares, announces them, and goes ex weeks later. */
import { type CorporateAction, type RandomState, type Ratio, randomBelow, randomFloat, randomNormal } from '../../core/index.js';
import { reduced } from '../corporate-actions.js';
import type { LabSettings } from './settings.js';
import type { Timeline } from './timeline.js';

/** Annual reports come until the end of April. */
const FIRST_MONTH = 4;
/** A stock needs this many sessions behind it. */
const SEASONED = 60;
/** Above this price new shares are likelier, 40 yuan. */
const DEAR_TICKS = 4000;
/** Fen per ten shares never above this part of the price: a dividend never eats it. */
const YIELD_CAP = 0.08;

export interface Distribution {
  readonly announced: number;
  readonly ex: number;
  readonly cashPerTenFen: number;
  readonly bonusPerTen: number;
  readonly transferPerTen: number;
}

/** What is planned and not yet past, as the stock's loop carries it. */
export interface DistributionState {
  year: number;
  announceAt: number;
  pending: Distribution | null;
}

export const noDistribution = (): DistributionState => ({ year: 0, announceAt: -1, pending: null });

/** At the end of session `t` with its close: a distribution when one is announced this evening. `mayAnnounce` is false while trading is halted. */
export function distributionOn(
  plan: DistributionState,
  t: number,
  tradedSessions: number,
  closeTicks: number,
  mayAnnounce: boolean,
  settings: LabSettings,
  timeline: Timeline,
  state: RandomState,
): Distribution | null {
  const year = timeline.year[t]!;
  if (plan.year !== year && timeline.month[t]! >= FIRST_MONTH) {
    plan.year = year;
    // The first spring counts only when it was not over before the market began.
    if (timeline.month[t]! <= FIRST_MONTH + 1) plan.announceAt = t + randomBelow(state, 40);
  }
  if (plan.announceAt !== t) return null;
  const [pays, splits, size, gap] = [randomFloat(state), randomFloat(state), randomNormal(state), randomBelow(state, 12)];
  const kind = randomFloat(state);
  const parts = 2 + randomBelow(state, 9);
  if (!mayAnnounce || tradedSessions < SEASONED) return null;
  const yields = Math.min(YIELD_CAP, 0.015 * Math.exp(0.6 * size));
  const cashPerTenFen = pays < settings.dividendShare ? Math.max(1, Math.round(closeTicks * 10 * yields)) : 0;
  const chance = settings.newSharesShare * (closeTicks > DEAR_TICKS ? 5 : 1);
  const newShares = splits < chance ? parts : 0;
  if (cashPerTenFen === 0 && newShares === 0) return null;
  const bonusPerTen = kind < 0.5 ? newShares : 0;
  return (plan.pending = { announced: t, ex: t + 12 + gap, cashPerTenFen, bonusPerTen, transferPerTen: newShares - bonusPerTen });
}

const ratioOfTen = (value: number): Ratio | undefined => (value === 0 ? undefined : reduced(value, 10));

/** The action of a distribution; `knownAt`: when its notice was. */
export function actionOf(symbol: string, distribution: Distribution, knownAt: number, timeline: Timeline): CorporateAction {
  const cash = ratioOfTen(distribution.cashPerTenFen);
  const bonus = ratioOfTen(distribution.bonusPerTen);
  const transfer = ratioOfTen(distribution.transferPerTen);
  const exDay = timeline.day(distribution.ex);
  return {
    symbol,
    exDay,
    recordDay: timeline.day(distribution.ex - 1),
    payDay: exDay,
    knownAt,
    ...(cash ? { cash } : {}),
    ...(bonus ? { bonus } : {}),
    ...(transfer ? { transfer } : {}),
    origin: 'declared',
  };
}

/** `派1.70元, 送3股, 转2股` in both languages. */
export function termsOf({ cashPerTenFen, bonusPerTen, transferPerTen }: Distribution): Record<'en' | 'zh', string> {
  const yuan = (cashPerTenFen / 100).toFixed(2);
  const parts = (cash: string, bonus: string, transfer: string): string[] => [
    ...(cashPerTenFen > 0 ? [cash] : []),
    ...(bonusPerTen > 0 ? [bonus] : []),
    ...(transferPerTen > 0 ? [transfer] : []),
  ];
  return {
    en: parts(`${yuan} yuan in cash`, `${bonusPerTen} bonus shares`, `${transferPerTen} new shares from reserves`).join(', '),
    zh: parts(`派${yuan}元`, `送${bonusPerTen}股`, `转增${transferPerTen}股`).join('，'),
  };
}
