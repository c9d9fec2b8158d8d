/** What a corporate action does to prices and quantities: the ex-right reference close, and the ratio of new units to old. */
import { type CorporateAction, mulDiv, type Ratio, ratio, type Units } from '../core/index.js';

const NOTHING = ratio(0, 1);

/** Units after the action for each unit before: 1 + bonus + transfer. 10送6 = 16/10. */
export function shareRatio(action: CorporateAction): Ratio {
  const bonus = action.bonus ?? NOTHING;
  const transfer = action.transfer ?? NOTHING;
  const denominator = bonus.denominator * transfer.denominator;
  return ratio(denominator + bonus.numerator * transfer.denominator + transfer.numerator * bonus.denominator, denominator);
}

/**
 * Reference close of the ex-day in ticks: (close - cash) / (1 + bonus + transfer), rounded half up, at least one tick.
 * (SSE and SZSE trading rules, ex-right reference price; rights issues are no corporate action here.)
 */
export function exRightReferenceTicks(closeTicks: number, action: CorporateAction, units: Units): number {
  const cash = action.cash ?? NOTHING;
  const shares = shareRatio(action);
  const { numerator, denominator } = units.minorPerUnitTick;
  // In ticks: (close x num/den - cash) x den/num / shares, brought over one denominator.
  const dividend = closeTicks * numerator * cash.denominator - cash.numerator * denominator;
  return Math.max(1, mulDiv(dividend, shares.denominator, numerator * cash.denominator * shares.numerator));
}

/**
 * Last price, in ticks, that a position is marked at from the open of the ex-day on. Of an action derived from prices the dividend is
 * known only when its day closes, so until then the mark keeps it.
 */
export const exRightMarkTicks = (lastTicks: number, action: CorporateAction, units: Units): number =>
  exRightReferenceTicks(lastTicks, action.origin === 'declared' ? action : { ...action, cash: NOTHING }, units);
