/** What of a pending order can be done at an open, and why the rest can't. Plans only: nothing in here changes the account. */
import type { EpochDay, Order, Rejection, RejectionReason, Side } from '../core/index.js';
import { affordableQuantity, buyCostMinor } from './affordable.js';
import { type Book, sellableUnits } from './broker-book.js';
import { limitDownTicks, limitUpTicks } from './limit-price.js';
import { buyLots, sellLots } from './lots.js';
import { notionalMinor } from './notional.js';
import { closedAtOpen, openPriceTicks } from './open-price.js';
import type { SessionRules } from './session-rules.js';
import { volumeCapUnits } from './volume-cap.js';

export interface PendingOrder {
  readonly order: Order;
  readonly fillDay: EpochDay;
  /** Units still wanted; scaled by splits since the order was sent. */
  quantity: number;
  readonly frozenMinor: number;
}

/** A part of an order that is not done; `quantity` 0 where the wanted quantity is not a number of units (at-fill sizing). */
export interface Cut {
  readonly quantity: number;
  readonly reason: RejectionReason;
  readonly detail: string;
}

export interface FillPlan {
  quantity: number;
  priceTicks: number;
  cuts: Cut[];
}

const nothing = (quantity: number, reason: RejectionReason, detail: string): FillPlan => ({
  quantity: 0,
  priceTicks: 0,
  cuts: [{ quantity, reason, detail }],
});

/** Why no order of this side can fill in this session, or null. */
function closedTo(side: Side, book: Book, rules: SessionRules, day: EpochDay): Omit<Cut, 'quantity'> | null {
  if (book.bar === null) {
    const delistedOn = book.instrument.delistedOn;
    if (delistedOn !== undefined && delistedOn <= day) return { reason: 'delisted', detail: 'no longer listed' };
    return book.lastDay === day
      ? { reason: 'no-volume', detail: 'no bar at this open: nothing traded' }
      : { reason: 'suspended', detail: 'no bar this session' };
  }
  const { open, volume } = book.bar;
  const reason = closedAtOpen(side, open, volume, book.referenceTicks, rules);
  return reason === null ? null : { reason, detail: detailOf(reason, open, book.referenceTicks, rules) };
}

function detailOf(reason: RejectionReason, open: number, referenceTicks: number, rules: SessionRules): string {
  switch (reason) {
    case 'not-tradable':
      return 'the rulebook says not tradable';
    case 'no-volume':
      return 'nothing traded this session';
    case 'limit-up':
      return `open ${open} at the upper limit of ${limitUpTicks(referenceTicks, rules)} ticks`;
    case 'limit-down':
      return `open ${open} at the lower limit of ${limitDownTicks(referenceTicks, rules)} ticks`;
    default:
      return open > 0 ? 'no reference close for the price limit' : `open of ${open} ticks`;
  }
}

/** Units that the volume cap leaves to this account. */
const volumeLeft = (book: Book, rules: SessionRules): number => Math.max(0, volumeCapUnits(book.bar!.volume, rules) - book.takenVolume);

const priceOf = (side: Side, book: Book, rules: SessionRules, slippageBp: number): number =>
  openPriceTicks(side, book.bar!.open, book.referenceTicks, rules, slippageBp);

/** A sale in session number `index`: cut to what is sellable, to lots, to the volume cap. */
export function planSell(
  pending: PendingOrder,
  book: Book,
  rules: SessionRules,
  day: EpochDay,
  index: number,
  slippageBp: number,
): FillPlan {
  const wanted = pending.quantity;
  if (book.quantity === 0) return nothing(wanted, 'no-position', 'nothing is held');
  const closed = closedTo('sell', book, rules, day);
  if (closed !== null) return nothing(wanted, closed.reason, closed.detail);
  const sellable = sellableUnits(book, day, index, rules.settlementSessions);
  if (sellable === 0) return nothing(wanted, 'not-sellable', `none of ${book.quantity} units can be sold today`);
  const plan: FillPlan = { quantity: pending.order.sellAll ? sellable : Math.min(wanted, sellable), priceTicks: 0, cuts: [] };
  if (wanted > plan.quantity) cut(plan, wanted - plan.quantity, 'cut-sellable', `${sellable} units can be sold today`);
  shrink(
    plan,
    sellLots(plan.quantity, sellable, rules),
    plan.cuts.length === 0 ? 'below-lot' : 'cut-lot',
    'cut-lot',
    `lots of ${rules.sellStep}`,
  );
  const left = volumeLeft(book, rules);
  if (left < plan.quantity) shrink(plan, sellLots(left, sellable, rules), 'cut-volume', 'cut-volume', `${left} units under the volume cap`);
  plan.priceTicks = priceOf('sell', book, rules, slippageBp);
  return worthIt(plan, book, rules);
}

/** A buy: `availableMinor` can be spent, fees included; at-fill orders spend `budgetMinor` of it. */
export function planBuy(
  pending: PendingOrder,
  book: Book,
  rules: SessionRules,
  day: EpochDay,
  availableMinor: number,
  budgetMinor: number,
  slippageBp: number,
): FillPlan {
  const atFill = pending.order.sizing === 'at-fill';
  const closed = closedTo('buy', book, rules, day);
  if (closed !== null) return nothing(pending.quantity, closed.reason, closed.detail);
  const price = priceOf('buy', book, rules, slippageBp);
  const plan: FillPlan = { quantity: pending.quantity, priceTicks: price, cuts: [] };
  if (atFill) {
    plan.quantity = affordableQuantity(Math.min(availableMinor, budgetMinor), price, book.units, rules);
    if (plan.quantity === 0) return nothing(pending.quantity, 'no-cash', `${budgetMinor} buys no lot at ${price} ticks`);
  } else {
    shrink(
      plan,
      buyLots(plan.quantity, rules),
      'below-lot',
      'cut-lot',
      `at least ${rules.buyMinimum} units, then steps of ${rules.buyStep}`,
    );
  }
  const left = volumeLeft(book, rules);
  if (left < plan.quantity) shrink(plan, buyLots(left, rules), 'cut-volume', 'cut-volume', `${left} units under the volume cap`);
  if (!atFill && plan.quantity > 0 && buyCostMinor(plan.quantity, price, book.units, rules) > availableMinor) {
    const affordable = affordableQuantity(availableMinor, price, book.units, rules);
    shrink(plan, affordable, 'no-cash', 'cut-cash', `${availableMinor} buys ${affordable} units at ${price} ticks`);
  }
  return worthIt(plan, book, rules);
}

/** What is left of an order may be worth too little for the exchange. */
function worthIt(plan: FillPlan, book: Book, rules: SessionRules): FillPlan {
  const least = rules.minimumNotionalMinor ?? 0;
  if (least === 0 || plan.quantity === 0) return plan;
  const worth = notionalMinor(plan.quantity, plan.priceTicks, book.units);
  if (worth < least) shrink(plan, 0, 'below-notional', 'below-notional', `worth ${worth}, the least is ${least} minor units`);
  return plan;
}

function cut(plan: FillPlan, quantity: number, reason: RejectionReason, detail: string): void {
  plan.cuts.push({ quantity, reason, detail });
}

function shrink(plan: FillPlan, quantity: number, reasonForAll: RejectionReason, reasonForPart: RejectionReason, detail: string): void {
  if (quantity >= plan.quantity) return;
  cut(plan, plan.quantity - quantity, quantity === 0 ? reasonForAll : reasonForPart, detail);
  plan.quantity = quantity;
}

/** The record of an order, or of `quantity` units of it, that was not done. */
export const rejectionOf = (order: Order, day: EpochDay, quantity: number, reason: RejectionReason, detail: string): Rejection => ({
  orderId: order.id,
  symbol: order.symbol,
  side: order.side,
  day,
  quantity,
  reason,
  detail,
  action: order.action,
  strategy: order.strategy,
});
