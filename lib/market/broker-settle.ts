/** Books what a fill plan allows: cash, fees, tax, lots and marks move here and nowhere else. */
import type { EpochDay, Fill, Rejection } from '../core/index.js';
import type { Account } from './broker-account.js';
import { addLot, type Book, removeFifo, taxOfSale } from './broker-book.js';
import { type FillPlan, type PendingOrder, rejectionOf } from './broker-fill.js';
import { feesByName } from './fees.js';
import { notionalMinor } from './notional.js';
import type { SessionRules } from './session-rules.js';

/**
 * The fill, or null when nothing was done. Cuts are pushed to `rejections`. Dividend tax by holding is part of the fill's fees under
 * the name `dividendTax`. A sale whose costs would take cash below zero is refused.
 */
export function settlePlan(
  { order }: PendingOrder,
  plan: FillPlan,
  book: Book,
  rules: SessionRules,
  account: Account,
  day: EpochDay,
  index: number,
  rejections: Rejection[],
): Fill | null {
  for (const { quantity, reason, detail } of plan.cuts) rejections.push(rejectionOf(order, day, quantity, reason, detail));
  const { quantity, priceTicks } = plan;
  if (quantity === 0) return null;
  const selling = order.side === 'sell';
  const notional = notionalMinor(quantity, priceTicks, book.units);
  const feesMinor = feesByName(rules, order.side, quantity, notional);
  const tax = selling ? taxOfSale(book, quantity, day, index, rules.settlementSessions) : 0;
  let totalFees = tax;
  for (const name in feesMinor) totalFees += feesMinor[name]!;
  const cashDelta = (selling ? notional : -notional) - totalFees;
  if (selling && account.cashMinor + cashDelta < Math.min(0, account.cashMinor)) {
    rejections.push(rejectionOf(order, day, quantity, 'no-cash', `costs of ${totalFees} exceed ${notional} and the cash`));
    return null;
  }
  const { totals } = account;
  for (const name in feesMinor) totals.feesMinor[name] = (totals.feesMinor[name] ?? 0) + feesMinor[name]!;
  if (tax > 0) feesMinor['dividendTax'] = tax;
  totals.dividendTaxMinor += tax;
  totals.turnoverMinor += notional;
  totals.fills++;
  account.cashMinor += cashDelta;
  if (selling) removeFifo(book, quantity, day, index, rules.settlementSessions);
  else addLot(book, quantity, -cashDelta, day, index);
  book.takenVolume += quantity;
  account.list(book);
  account.mark(book, book.bar!.open);
  return {
    orderId: order.id,
    symbol: order.symbol,
    side: order.side,
    day,
    quantity,
    priceTicks,
    notionalMinor: notional,
    feesMinor,
    totalFeesMinor: totalFees,
    cashDeltaMinor: cashDelta,
    action: order.action,
    strategy: order.strategy,
    why: order.why,
  };
}
