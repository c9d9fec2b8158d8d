/**
 * Sizes and fills of one order on columns: toOrder, the risk caps, the broker's intake and its fill, in their order and with their
 * reasons. What was found stands in a row of numbers, so that a step allocates nothing.
 */
import { type ActionTable, mulDiv } from '../core/index.js';
import type { RiskSettings } from '../market/index.js';
import type { AccountColumns } from './account-columns.js';
import type { EnvMarket } from './env-market.js';
import { reasonCode } from './env-reasons.js';
import { BUY_MINIMUM, BUY_STEP, SELL_STEP, SETTLEMENT, TRADABLE } from './env-rules.js';

const NOT_SELLABLE = reasonCode('not-sellable');
const BELOW_LOT = reasonCode('below-lot');
const CUT_LOT = reasonCode('cut-lot');
const CUT_CASH = reasonCode('cut-cash');
const CUT_SELLABLE = reasonCode('cut-sellable');
const CUT_VOLUME = reasonCode('cut-volume');
const CUT_RISK = reasonCode('cut-risk');
const NO_CASH = reasonCode('no-cash');
const NO_POSITION = reasonCode('no-position');
const RISK = reasonCode('risk');
const DELISTED = reasonCode('delisted');
const NOT_TRADABLE = reasonCode('not-tradable');

const NONE = 0;
const TARGET = 1;
const BUY = 2;
const SELL = 3;
type Basis = 'cash' | 'equity' | 'position' | 'sellable';
const BASES: readonly Basis[] = ['cash', 'equity', 'position', 'sellable'];
const CASH = 0;
const EQUITY = 1;
const POSITION = 2;
const SELLABLE = 3;

/** Columns of the order at hand: 1 a buy, -1 a sale, 0 nothing waits; units; 1 = all that is sellable. */
export const SIDE = 0;
const QUANTITY = 1;
const SELL_WHOLE = 2;
/** 1 = a corporate action has changed the units since the order was cut to lots. */
const SCALED = 6;
/** Bits (1 << reason code) of what was refused or cut, units filled (negative: sold), their notional. */
export const REJECTED = 3;
export const FILLED = 4;
export const TURNOVER = 5;

export interface EnvOrders {
  /** The order at hand. */
  readonly order: Float64Array;
  begin(): void;
  size(i: number, t: number, action: number): void;
  allows(i: number, t: number, action: number): boolean;
  /** A corporate action makes `numerator` units of every `denominator` that the order is for. */
  scale(numerator: number, denominator: number): void;
  expire(t: number): void;
  fill(i: number, t: number, u: number): void;
}

/** `instrumentOf`: place of each environment's instrument, for what asks for more than numbers. `risk` null: no caps. */
export function envOrders(
  market: EnvMarket,
  accounts: AccountColumns,
  instrumentOf: Int32Array,
  actions: ActionTable,
  risk: RiskSettings | null,
): EnvOrders {
  const { rules, instruments, close, day, session, fillDay, fillSession, fillRules, delisted, missing } = market;
  const { buyClosed, sellClosed, buyTicks, sellTicks, cap } = market;
  const { rows } = rules;
  const { cash, quantity: held, value } = accounts;
  const order = new Float64Array(7);
  const sizes = actions.rows.map((row) => row.size);
  const kinds = Uint8Array.from(sizes, (size) =>
    size.kind === 'none' ? NONE : size.kind === 'targetWeight' ? TARGET : size.side === 'buy' ? BUY : SELL,
  );
  const bases = Uint8Array.from(sizes, (size) => (size.kind === 'delta' ? BASES.indexOf(size.basis) : 0));
  const fractions = Float64Array.from(sizes, (size) => (size.kind === 'none' ? 0 : size.kind === 'delta' ? size.fraction : size.weight));

  const begin = (): void => {
    order[SIDE] = 0;
    order[SCALED] = 0;
    order[REJECTED] = 0;
    order[FILLED] = 0;
    order[TURNOVER] = 0;
  };

  function refuse(code: number): void {
    order[REJECTED] = order[REJECTED]! | (1 << code);
  }

  function scale(numerator: number, denominator: number): void {
    if (numerator === denominator || order[SIDE] === 0) return;
    order[QUANTITY] = mulDiv(order[QUANTITY]!, numerator, denominator);
    order[SCALED] = 1;
  }

  /** The order of an action decided at the close of bar `t`, as it will wait for its open. */
  function size(i: number, t: number, action: number): void {
    order[SIDE] = 0;
    const kind = kinds[action]!;
    if (kind === NONE) return;
    const at = fillRules[t]!;
    const price = close[t]!;
    const fraction = fractions[action]!;
    const basis = bases[action]!;
    const money = cash[i]!;
    const units = held[i]!;
    if (kind === BUY) {
      if (basis === CASH) {
        const budget = Math.floor(money * fraction);
        buy(i, t, at, price, budget, Number.POSITIVE_INFINITY);
      } else if (basis === EQUITY) {
        const value = Math.floor(accounts.equity(i) * fraction);
        buy(i, t, at, price, money, rules.unitsWorth(at, value, price));
      } else if (units === 0) refuse(NO_POSITION);
      else buy(i, t, at, price, money, Math.floor((basis === POSITION ? units : sellable(i, t, at)) * fraction));
      return;
    }
    if (kind === SELL) {
      const all = fraction === 1 && basis >= POSITION;
      if (basis === SELLABLE) sell(i, t, at, Math.floor(sellable(i, t, at) * fraction), all);
      else if (basis === POSITION) sell(i, t, at, Math.floor(units * fraction), all);
      else {
        const value = Math.floor((basis === CASH ? money : accounts.equity(i)) * fraction);
        sell(i, t, at, rules.unitsWorth(at, value, price), false);
      }
      return;
    }
    if (fraction === 0) {
      if (units > 0) sell(i, t, at, units, true);
      return;
    }
    const wanted = Math.floor(fraction * accounts.equity(i));
    const owned = rules.notional(at, units, price);
    const change = rules.unitsWorth(at, Math.abs(wanted - owned), price);
    const minimum = rows[at + BUY_MINIMUM]!;
    if (wanted < owned) {
      if (change >= Math.max(minimum, rows[at + SELL_STEP]!)) sell(i, t, at, change, false);
    } else if (units === 0 || change >= Math.max(minimum, rows[at + BUY_STEP]!)) buy(i, t, at, price, money, change);
  }

  function sellable(i: number, t: number, at: number): number {
    return accounts.sellable(i, fillDay[t]!, fillSession[t]!, rows[at + SETTLEMENT]!);
  }

  function buy(i: number, t: number, at: number, price: number, budget: number, wanted: number): void {
    if (rows[at + TRADABLE] === 0) {
      refuse(NOT_TRADABLE);
      return;
    }
    const affordable = rules.affordable(at, budget, price);
    let quantity = wanted >= affordable ? affordable : rules.buyLots(at, wanted);
    if (quantity === 0) {
      const poor = affordable === 0 && rules.affordable(at, cash[i]!, price) === 0;
      refuse(poor ? NO_CASH : BELOW_LOT);
      return;
    }
    if (risk !== null) {
      quantity = capped(i, at, price, quantity, risk);
      if (quantity === 0) return;
    }
    if (delisted[t] === 1) {
      refuse(DELISTED);
      return;
    }
    order[SIDE] = 1;
    order[QUANTITY] = quantity;
    order[SELL_WHOLE] = 0;
  }

  /** One instrument an account: its sector and the gross are the position. */
  function capped(i: number, at: number, price: number, quantity: number, caps: RiskSettings): number {
    const equity = accounts.equity(i);
    const most = Math.min(Math.floor(caps.positionCap * equity), Math.floor(caps.sectorCap * equity), Math.floor(caps.grossCap * equity));
    const room = rules.unitsWorth(at, most - value[i]!, price);
    const allowed = Math.min(quantity, rules.buyLots(at, room));
    if (allowed < quantity) refuse(allowed === 0 ? RISK : CUT_RISK);
    return allowed;
  }

  function sell(i: number, t: number, at: number, wanted: number, all: boolean): void {
    if (rows[at + TRADABLE] === 0) {
      refuse(NOT_TRADABLE);
      return;
    }
    if (held[i] === 0) {
      refuse(NO_POSITION);
      return;
    }
    const free = sellable(i, t, at);
    if (free === 0) {
      refuse(NOT_SELLABLE);
      return;
    }
    if (!all && rules.sellLots(at, wanted, free) === 0) {
      refuse(BELOW_LOT);
      return;
    }
    if (delisted[t] === 1) {
      refuse(DELISTED);
      return;
    }
    const asked = all ? Math.max(wanted, free) : wanted >= free ? wanted : rules.sellLots(at, wanted, free);
    const quantity = rules.sellLots(at, asked, free);
    if (asked > free) refuse(CUT_SELLABLE);
    order[SIDE] = -1;
    order[QUANTITY] = quantity;
    order[SELL_WHOLE] = all ? 1 : 0;
  }

  /** Whether the action would be refused now, by what is known at the decision. Leaves no trace. */
  function allows(i: number, t: number, action: number): boolean {
    const rejected = order[REJECTED]!;
    order[REJECTED] = 0;
    size(i, t, action);
    const sent = order[SIDE] !== 0 || order[REJECTED] === 0;
    order[REJECTED] = rejected;
    order[SIDE] = 0;
    return sent;
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

  return { order, begin, size, allows, scale, expire, fill };
}
