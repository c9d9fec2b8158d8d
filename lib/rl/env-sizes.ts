/** Sizes of one order on columns: toOrder, the risk caps and the broker's intake, in their order and with their reasons. */
import type { ActionTable } from '../core/index.js';
import type { RiskSettings } from '../market/index.js';
import type { AccountColumns } from './account-columns.js';
import type { EnvMarket } from './env-market.js';
import { QUANTITY, REJECTED, refuseOrder, SELL_WHOLE, SIDE } from './env-order.js';
import { reasonCode } from './env-reasons.js';
import { BUY_MINIMUM, BUY_STEP, LEAST, SELL_STEP, SETTLEMENT, TRADABLE } from './env-rules.js';

const NOT_SELLABLE = reasonCode('not-sellable');
const BELOW_LOT = reasonCode('below-lot');
const BELOW_NOTIONAL = reasonCode('below-notional');
const CUT_RISK = reasonCode('cut-risk');
const CUT_SELLABLE = reasonCode('cut-sellable');
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

export interface EnvSizes {
  size(i: number, t: number, action: number): void;
  allows(i: number, t: number, action: number): boolean;
}

/** `risk` null: no caps. */
export function envSizes(
  market: EnvMarket,
  accounts: AccountColumns,
  actions: ActionTable,
  risk: RiskSettings | null,
  order: Float64Array,
): EnvSizes {
  const { rules, close, fillDay, fillSession, fillRules, delisted } = market;
  const { rows } = rules;
  const { cash, quantity: held, value } = accounts;
  const sizes = actions.rows.map((row) => row.size);
  const kinds = Uint8Array.from(sizes, (size) =>
    size.kind === 'none' ? NONE : size.kind === 'targetWeight' ? TARGET : size.side === 'buy' ? BUY : SELL,
  );
  const bases = Uint8Array.from(sizes, (size) => (size.kind === 'delta' ? BASES.indexOf(size.basis) : 0));
  const fractions = Float64Array.from(sizes, (size) => (size.kind === 'none' ? 0 : size.kind === 'delta' ? size.fraction : size.weight));
  const refuse = (code: number): void => refuseOrder(order, code);

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
    if (tooSmall(at, quantity, price)) return;
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

  /** Whether an order is worth less than the rules ask of one; notes it. */
  function tooSmall(at: number, quantity: number, price: number): boolean {
    const least = rows[at + LEAST]!;
    if (least === 0 || rules.notional(at, quantity, price) >= least) return false;
    refuse(BELOW_NOTIONAL);
    return true;
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
    if (tooSmall(at, all ? free : Math.min(wanted, free), close[t]!)) return;
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

  return { size, allows };
}
