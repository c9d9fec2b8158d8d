/** What a broker does with an order the moment it comes: refuses it, cuts it, or lets it wait for its open with cash frozen. */
import type { EpochDay, Order, Rejection, RejectionReason } from '../core/index.js';
import { buyCostMinor } from './affordable.js';
import type { Account } from './broker-account.js';
import { type Book, sellableUnits } from './broker-book.js';
import { type PendingOrder, rejectionOf } from './broker-fill.js';
import { BrokerError } from './errors.js';
import { buyLots, sellLots } from './lots.js';
import type { SessionRules } from './session-rules.js';

/** When the order comes, when it can fill, and the number of that session. */
export interface IntakeTime {
  readonly day: EpochDay;
  readonly fillDay: EpochDay;
  readonly fillIndex: number;
}

/** The order as it will wait, or null when it is refused whole. What is refused or cut is pushed to `rejections`. */
export function takeOrder(
  order: Order,
  book: Book,
  rules: SessionRules,
  account: Account,
  time: IntakeTime,
  rejections: Rejection[],
): PendingOrder | null {
  if (!Number.isSafeInteger(order.quantity) || order.quantity < 0) {
    throw new BrokerError(`submit: expected whole units in order ${order.id}, got ${order.quantity}. Size orders with toOrder.`);
  }
  const refuse = (reason: RejectionReason, quantity: number, detail: string): null => {
    rejections.push(rejectionOf(order, time.day, quantity, reason, detail));
    return null;
  };
  const delistedOn = book.instrument.delistedOn;
  if (!rules.tradable) return refuse('not-tradable', order.quantity, 'the rulebook says not tradable');
  if (delistedOn !== undefined && delistedOn < time.fillDay) return refuse('delisted', order.quantity, 'no longer listed');
  const waiting = { order, fillDay: time.fillDay };
  if (order.side === 'sell') {
    if (book.quantity === 0) return refuse('no-position', order.quantity, 'nothing is held');
    const sellable = sellableUnits(book, time.fillDay, time.fillIndex, rules.settlementSessions) - book.pendingSell;
    if (sellable <= 0) return refuse('not-sellable', order.quantity, `none of ${book.quantity} units can be sold then`);
    const wanted = order.sellAll ? Math.max(order.quantity, sellable) : order.quantity;
    const quantity = sellLots(wanted, sellable, rules);
    if (quantity === 0) return refuse('below-lot', wanted, `under a lot of ${rules.sellStep} units`);
    if (wanted > sellable) refuse('cut-sellable', wanted - sellable, `${sellable} units can be sold then`);
    else if (quantity < wanted) refuse('cut-lot', wanted - quantity, `lots of ${rules.sellStep}`);
    book.pendingSell += quantity;
    return { ...waiting, quantity, frozenMinor: 0 };
  }
  if (book.lastTicks === 0) return refuse('no-price', order.quantity, 'no close seen yet');
  if (order.sizing === 'at-fill') {
    return { ...waiting, quantity: order.quantity, frozenMinor: account.freeze(Math.floor(account.cashMinor * (order.cashFraction ?? 1))) };
  }
  const quantity = buyLots(order.quantity, rules);
  if (quantity === 0) return refuse('below-lot', order.quantity, `under the minimum of ${rules.buyMinimum} units`);
  if (quantity < order.quantity) refuse('cut-lot', order.quantity - quantity, `steps of ${rules.buyStep}`);
  return { ...waiting, quantity, frozenMinor: account.freeze(buyCostMinor(quantity, book.lastTicks, book.units, rules)) };
}
