/** The fill of the order at hand on columns: what the broker does at an open, in its order and with its reasons. */
import { mulDiv } from '../core/index.js';
import type { AccountColumns } from './account-columns.js';
import type { EnvMarket } from './env-market.js';
import { FILLED, QUANTITY, refuseOrder, SCALED, SELL_WHOLE, SIDE, TURNOVER } from './env-order.js';
import { reasonCode } from './env-reasons.js';
import { LEAST, SETTLEMENT } from './env-rules.js';

const NOT_SELLABLE = reasonCode('not-sellable');
const BELOW_LOT = reasonCode('below-lot');
const BELOW_NOTIONAL = reasonCode('below-notional');
const CUT_LOT = reasonCode('cut-lot');
const CUT_CASH = reasonCode('cut-cash');
const CUT_SELLABLE = reasonCode('cut-sellable');
const CUT_VOLUME = reasonCode('cut-volume');
const NO_CASH = reasonCode('no-cash');
const NO_POSITION = reasonCode('no-position');

export interface EnvFills {
  /** A corporate action makes `numerator` units of every `denominator` that the order is for. */
  scale(numerator: number, denominator: number): void;
  expire(t: number): void;
  fill(i: number, t: number, u: number): void;
}

/** `instrumentOf`: place of each environment's instrument, for what asks for more than numbers. */
export function envFills(market: EnvMarket, accounts: AccountColumns, instrumentOf: Int32Array, order: Float64Array): EnvFills {
  const { rules, instruments, day, session, fillRules, missing, buyClosed, sellClosed, buyTicks, sellTicks, cap } = market;
  const { rows } = rules;
  const { cash, quantity: held } = accounts;
  const refuse = (code: number): void => refuseOrder(order, code);

  function scale(numerator: number, denominator: number): void {
    if (numerator === denominator || order[SIDE] === 0) return;
    order[QUANTITY] = mulDiv(order[QUANTITY]!, numerator, denominator);
    order[SCALED] = 1;
  }

  /** Nothing traded in the session that the waiting order was for. */
  function expire(t: number): void {
    if (order[SIDE] !== 0) refuse(missing[t]!);
    order[SIDE] = 0;
  }

  /** The waiting order at the open of bar `u`, under the rules it was decided by (those of this session). */
  function fill(i: number, t: number, u: number): void {
    const side = order[SIDE]!;
    if (side === 0) return;
    order[SIDE] = 0;
    if (side > 0) fillBuy(i, u, fillRules[t]!);
    else fillSell(i, u, fillRules[t]!);
  }

  function fillBuy(i: number, u: number, at: number): void {
    const closed = buyClosed[u]!;
    if (closed !== 0) {
      refuse(closed);
      return;
    }
    const price = buyTicks[u]!;
    const wanted = order[QUANTITY]!;
    let quantity = wanted;
    if (order[SCALED] === 1) {
      quantity = rules.buyLots(at, wanted);
      if (quantity < wanted) refuse(quantity === 0 ? BELOW_LOT : CUT_LOT);
    }
    const left = cap[u]!;
    if (left < quantity) {
      quantity = rules.buyLots(at, left);
      refuse(CUT_VOLUME);
    }
    if (quantity === 0) return;
    const money = cash[i]!;
    let notional = rules.notional(at, quantity, price);
    let cost = notional + rules.buyFees(at, quantity, notional);
    if (cost > money) {
      quantity = rules.affordable(at, money, price);
      refuse(quantity === 0 ? NO_CASH : CUT_CASH);
      if (quantity === 0) return;
      notional = rules.notional(at, quantity, price);
      cost = notional + rules.buyFees(at, quantity, notional);
    }
    if (notional < rows[at + LEAST]!) {
      refuse(BELOW_NOTIONAL);
      return;
    }
    accounts.buy(i, quantity, cost, day[u]!, session[u]!);
    order[FILLED] = quantity;
    order[TURNOVER] = notional;
  }

  function fillSell(i: number, u: number, at: number): void {
    if (held[i] === 0) {
      refuse(NO_POSITION);
      return;
    }
    const closed = sellClosed[u]!;
    if (closed !== 0) {
      refuse(closed);
      return;
    }
    const today = day[u]!;
    const number = session[u]!;
    const settlement = rows[at + SETTLEMENT]!;
    const free = accounts.sellable(i, today, number, settlement);
    if (free === 0) {
      refuse(NOT_SELLABLE);
      return;
    }
    const wanted = order[QUANTITY]!;
    let quantity = order[SELL_WHOLE] === 1 ? free : Math.min(wanted, free);
    const short = wanted > quantity;
    if (short) refuse(CUT_SELLABLE);
    const lots = rules.sellLots(at, quantity, free);
    if (lots < quantity) refuse(lots === 0 && !short ? BELOW_LOT : CUT_LOT);
    quantity = lots;
    const left = cap[u]!;
    if (left < quantity) {
      quantity = rules.sellLots(at, left, free);
      refuse(CUT_VOLUME);
    }
    if (quantity === 0) return;
    const notional = rules.notional(at, quantity, sellTicks[u]!);
    if (notional < rows[at + LEAST]!) {
      refuse(BELOW_NOTIONAL);
      return;
    }
    const { instrument } = instruments[instrumentOf[i]!]!;
    const tax = accounts.taxOfSale(i, instrument, quantity, today, number, settlement);
    const proceeds = notional - rules.sellFees(at, quantity, notional) - tax;
    const money = cash[i]!;
    if (money + proceeds < Math.min(0, money)) {
      refuse(NO_CASH);
      return;
    }
    accounts.sell(i, instrument, quantity, proceeds, today, number, settlement);
    order[FILLED] = -quantity;
    order[TURNOVER] = notional;
  }

  return { scale, expire, fill };
}
