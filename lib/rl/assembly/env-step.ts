/**
 * The plain steps of a batch of trading environments: what lib/rl/env-orders.ts and account-columns.ts do, for accounts without corporate
 * actions, payments, locked or taxed lots, and for actions on cash and units. Anything else is left to them. Doubles only, the same
 * operations in the same order, so the results have the same bits.
 */
import { buy, sell, sellable } from './env-account';
import { affordable, begin, buyFees, buyLots, notional, overflow, sellFees, sellLots } from './env-arithmetic';
import {
  ACTIONS, ACTIONS_FROM, AWAITS, BAR, BEFORE, BUY_CLOSED, BUY_TICKS, CAP, CASH, CLOSE, column, DAY, DELISTED, EQUITY, f64At, FEATURES,
  FILL_RULES, FILL_SESSION, FILLED, FRACTIONS, i32At, KINDS, LEAST, MISSING, OBSERVATIONS, ORDERED, PLAIN, putF64, putI32, QUANTITY,
  RECEIVABLE, REJECTED, rule, RULES, SELL_CLOSED, SELL_TICKS, SELLABLE, SESSION, SETTLEMENT, TRADABLE, TURNOVER, u8At, VALUE,
} from './env-memory';

export { place } from './env-memory';

/** Kinds of actions; above these the step is left to the caller. */
const IDLE = 0, BUY_OF_CASH = 1, SELL_OF_SELLABLE = 2, SELL_OF_POSITION = 3;

/** Codes of reasons, as in lib/rl/env-reasons.ts. */
const NOT_SELLABLE = 5, BELOW_LOT = 6, CUT_CASH = 8, CUT_VOLUME = 10, NO_CASH = 12, NO_POSITION = 13, DELISTED_BY_THEN = 16;
const NOT_TRADABLE = 17, BELOW_NOTIONAL = 18;

/** What became of the order at hand. */
let rejected: i32 = 0;
let ordered: i32 = 0;
let filled: f64 = 0;
let turnover: f64 = 0;

// @ts-ignore: decorator
@inline
function refuse(code: i32): void {
  rejected |= 1 << code;
}

/** Reason code why nothing trades at the open of bar `u` that an order of bar `t` waits for; 0 = it trades. */
// @ts-ignore: decorator
@inline
function closedTo(t: i32, u: i32, side: i32): i32 {
  return i32At(SESSION, u) == i32At(FILL_SESSION, t) ? u8At(side, u) : u8At(MISSING, t);
}

/** False: nothing was changed, the caller takes the step. */
// @ts-ignore: decorator
@inline
function buyOfCash(i: i32, capacity: i32, t: i32, u: i32, at: usize, cash: f64, fraction: f64): bool {
  const price = f64At(CLOSE, t);
  let quantity = affordable(at, Math.floor(cash * fraction), price);
  if (quantity == 0) {
    refuse(affordable(at, cash, price) == 0 ? NO_CASH : BELOW_LOT);
    return !overflow;
  }
  const least = rule(at, LEAST);
  if (least > 0 && notional(at, quantity, price) < least) {
    refuse(BELOW_NOTIONAL);
    return !overflow;
  }
  if (u8At(DELISTED, t) == 1) {
    refuse(DELISTED_BY_THEN);
    return !overflow;
  }
  ordered = 1;
  const closed = closedTo(t, u, BUY_CLOSED);
  if (closed != 0) {
    refuse(closed);
    return !overflow;
  }
  const cap = f64At(CAP, u);
  if (cap < quantity) {
    quantity = buyLots(at, cap);
    refuse(CUT_VOLUME);
    if (quantity == 0) return !overflow;
  }
  const ticks = f64At(BUY_TICKS, u);
  let value = notional(at, quantity, ticks);
  let cost = value + buyFees(at, quantity, value);
  if (cost > cash) {
    quantity = affordable(at, cash, ticks);
    refuse(quantity == 0 ? NO_CASH : CUT_CASH);
    if (quantity == 0) return !overflow;
    value = notional(at, quantity, ticks);
    cost = value + buyFees(at, quantity, value);
  }
  if (overflow) return false;
  if (value < least) {
    refuse(BELOW_NOTIONAL);
    return true;
  }
  if (!buy(i, capacity, quantity, cost, i32At(DAY, u), i32At(SESSION, u))) return false;
  filled = quantity;
  turnover = value;
  return true;
}

/** False: nothing was changed, the caller takes the step. */
// @ts-ignore: decorator
@inline
function sellUnits(i: i32, capacity: i32, t: i32, u: i32, at: usize, cash: f64, fraction: f64, kind: i32): bool {
  const held = f64At(QUANTITY, i);
  if (held == 0) {
    refuse(NO_POSITION);
    return true;
  }
  const free = sellable(i, i32At(FILL_SESSION, t), rule(at, SETTLEMENT));
  if (free == 0) {
    refuse(NOT_SELLABLE);
    return true;
  }
  const wanted = Math.floor((kind == SELL_OF_SELLABLE ? free : held) * fraction);
  if (wanted > free || (fraction == 1 && wanted != free)) return false;
  let quantity = sellLots(at, wanted, free);
  if (quantity == 0) {
    refuse(BELOW_LOT);
    return true;
  }
  const least = rule(at, LEAST);
  // What was asked for counts, before it is cut to lots.
  if (least > 0 && notional(at, wanted, f64At(CLOSE, t)) < least) {
    refuse(BELOW_NOTIONAL);
    return !overflow;
  }
  if (u8At(DELISTED, t) == 1) {
    refuse(DELISTED_BY_THEN);
    return !overflow;
  }
  ordered = 1;
  const closed = closedTo(t, u, SELL_CLOSED);
  if (closed != 0) {
    refuse(closed);
    return !overflow;
  }
  const cap = f64At(CAP, u);
  if (cap < quantity) {
    quantity = sellLots(at, cap, free);
    refuse(CUT_VOLUME);
    if (quantity == 0) return !overflow;
  }
  const value = notional(at, quantity, f64At(SELL_TICKS, u));
  const proceeds = value - sellFees(at, quantity, value);
  if (overflow) return false;
  if (value < least) {
    refuse(BELOW_NOTIONAL);
    return true;
  }
  if (cash + proceeds < Math.min(0, cash)) {
    refuse(NO_CASH);
    return true;
  }
  sell(i, capacity, quantity, proceeds);
  filled = -quantity;
  turnover = value;
  return true;
}

/** Steps environments from `from` on; stops at the first that is not plain and returns it untouched, or `count` at the end. */
export function step(from: i32, count: i32, capacity: i32): i32 {
  const rules = column(RULES);
  for (let i = from; i < count; i++) {
    const t = i32At(BAR, i);
    const u = t + 1;
    const action = i32At(ACTIONS, i);
    const kind = u8At(KINDS, action);
    if (kind > SELL_OF_POSITION || u8At(PLAIN, i) == 0 || u8At(AWAITS, i) == 1) return i;
    if (i32At(ACTIONS_FROM, u) != i32At(ACTIONS_FROM, u + 1)) return i;
    begin();
    const cash = f64At(CASH, i);
    const receivable = f64At(RECEIVABLE, i);
    const before = cash + receivable + f64At(VALUE, i);
    const at = rules + (<usize>i32At(FILL_RULES, t) << 3);
    rejected = 0;
    ordered = 0;
    filled = 0;
    turnover = 0;
    if (kind != IDLE) {
      const fraction = f64At(FRACTIONS, action);
      if (rule(at, TRADABLE) == 0) refuse(NOT_TRADABLE);
      else if (kind == BUY_OF_CASH) {
        if (!buyOfCash(i, capacity, t, u, at, cash, fraction)) return i;
      } else if (!sellUnits(i, capacity, t, u, at, cash, fraction, kind)) return i;
    }
    const quantity = f64At(QUANTITY, i);
    let value: f64 = 0;
    if (quantity != 0) {
      value = notional(at, quantity, f64At(CLOSE, u));
      // The trade is done, so there is no way back: more than 2^50 minor units in one position.
      if (overflow) unreachable();
    }
    putF64(VALUE, i, value);
    putF64(EQUITY, i, f64At(CASH, i) + receivable + value);
    putF64(BEFORE, i, before);
    store<u8>(column(ORDERED) + <usize>i, <u8>ordered);
    putI32(REJECTED, i, rejected);
    putF64(FILLED, i, filled);
    putF64(TURNOVER, i, turnover);
    putI32(BAR, i, u);
  }
  return count;
}

/**
 * Copies the market part of every environment's bar into its observation: `width` floats of `size`. Beside it, the units that an order sent
 * now could sell; -1 where the account is not plain.
 */
export function rows(count: i32, width: i32, size: i32): void {
  const rules = column(RULES);
  const features = column(FEATURES);
  const free = column(SELLABLE);
  const bytes = <usize>width << 2;
  const stride = <usize>size << 2;
  let to = column(OBSERVATIONS);
  for (let i = 0; i < count; i++, to += stride) {
    const t = i32At(BAR, i);
    const from = features + <usize>t * bytes;
    let k: usize = 0;
    for (; k + 8 <= bytes; k += 8) store<u64>(to + k, load<u64>(from + k));
    if (k < bytes) store<u32>(to + k, load<u32>(from + k));
    const settlement = rule(rules + (<usize>i32At(FILL_RULES, t) << 3), SETTLEMENT);
    store<f64>(free + (<usize>i << 3), u8At(PLAIN, i) == 1 ? sellable(i, i32At(FILL_SESSION, t), settlement) : -1);
  }
}
