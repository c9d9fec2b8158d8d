/**
 * The plain steps of a batch of trading environments, on columns in memory: what lib/rl/env-orders.ts and account-columns.ts do, for accounts
 * without corporate actions, payments, locked or taxed lots, and for actions on cash and units. Anything else is left to them. Doubles only,
 * the same operations in the same order, so the results have the same bits.
 */

/** Addresses of the columns, by number, as lib/rl/env-kernel.ts lays them out. */
const TABLE: usize = 1024;
const DAY = 0, SESSION = 1, FILL_SESSION = 2, CLOSE = 3, BUY_TICKS = 4, SELL_TICKS = 5, CAP = 6, BUY_CLOSED = 7, SELL_CLOSED = 8;
const MISSING = 9, DELISTED = 10, FILL_RULES = 11, ACTIONS_FROM = 12, FEATURES = 13, RULES = 14;
const CASH = 15, RECEIVABLE = 16, QUANTITY = 17, VALUE = 18, COST = 19, AWAITS = 20, PLAIN = 21, NEW_UNITS = 22, NEW_SESSION = 23;
const HEAD = 24, TAIL = 25, LOT_QUANTITY = 26, LOT_COST = 27, LOT_DAY = 28, LOT_SESSION = 29, LOT_LOCKED = 30;
const BAR = 31, REJECTED = 32, FILLED = 33, TURNOVER = 34, EQUITY = 35, BEFORE = 36, ORDERED = 37, OBSERVATIONS = 38, ACTIONS = 39;
const KINDS = 40, FRACTIONS = 41, SELLABLE = 42;

/** Kinds of actions; above these the step is left to the caller. */
const IDLE = 0, BUY_OF_CASH = 1, SELL_OF_SELLABLE = 2, SELL_OF_POSITION = 3;

/** Columns of a row of rules, as in lib/rl/env-rules.ts. */
const SETTLEMENT = 0, BUY_MINIMUM = 1, BUY_STEP = 2, SELL_STEP = 3, TRADABLE = 4, TICK_NUMERATOR = 5, TICK_DENOMINATOR = 6;
const BUY_FEES = 7, SELL_FEES = 8, RATE_OF_QUANTITY = 9, SLACK = 10, UNIT_PER_TICK = 11, PER_STEP = 12, FEES = 13, FEE_WIDTH = 6, FEE_SLOTS = 8;

/** Codes of reasons, as in lib/rl/env-reasons.ts. */
const NOT_SELLABLE = 5, BELOW_LOT = 6, CUT_CASH = 8, CUT_VOLUME = 10, NO_CASH = 12, NO_POSITION = 13, NOT_TRADABLE = 17, DELISTED_BY_THEN = 16;

const EXACT: f64 = 1125899906842624; // 2^50
const NOT_LOCKED: i32 = i32.MIN_VALUE;

/** Set where a product is too large for exact doubles: the caller takes the step. */
let overflow: bool = false;

// @ts-ignore: decorator
@inline
function column(id: i32): usize {
  return <usize>load<u32>(TABLE + <usize>(id << 2));
}
// @ts-ignore: decorator
@inline
function f64At(id: i32, i: i32): f64 {
  return load<f64>(column(id) + (<usize>i << 3));
}
// @ts-ignore: decorator
@inline
function i32At(id: i32, i: i32): i32 {
  return load<i32>(column(id) + (<usize>i << 2));
}
// @ts-ignore: decorator
@inline
function u8At(id: i32, i: i32): i32 {
  return <i32>load<u8>(column(id) + <usize>i);
}
// @ts-ignore: decorator
@inline
function putF64(id: i32, i: i32, value: f64): void {
  store<f64>(column(id) + (<usize>i << 3), value);
}
// @ts-ignore: decorator
@inline
function putI32(id: i32, i: i32, value: i32): void {
  store<i32>(column(id) + (<usize>i << 2), value);
}
// @ts-ignore: decorator
@inline
function rule(at: usize, name: i32): f64 {
  return load<f64>(at + <usize>(name << 3));
}

export function place(id: i32, at: usize): void {
  store<u32>(TABLE + <usize>(id << 2), <u32>at);
}

function mulDiv(a: f64, b: f64, divisor: f64, half: f64): f64 {
  const product = a * b;
  if (!(product <= EXACT && product >= 0 && divisor <= EXACT)) {
    overflow = true;
    return 0;
  }
  const twice = product * 2 + divisor;
  const span = divisor * 2;
  const quotient = Math.floor(twice * half);
  const rest = twice - quotient * span;
  return rest < 0 ? quotient - 1 : rest >= span ? quotient + 1 : quotient;
}

function notional(at: usize, quantity: f64, ticks: f64): f64 {
  const numerator = rule(at, TICK_NUMERATOR);
  const denominator = rule(at, TICK_DENOMINATOR);
  if (denominator != 1) return mulDiv(quantity, ticks * numerator, denominator, 0.5 / denominator);
  const value = quantity * (ticks * numerator);
  if (value > EXACT) overflow = true;
  return value;
}

function feesFrom(from: usize, count: i32, quantity: f64, value: f64): f64 {
  let total: f64 = 0;
  for (let k = 0; k < count; k++, from += FEE_WIDTH << 3) {
    const fee = mulDiv(load<f64>(from) == 0 ? value : quantity, load<f64>(from, 8), load<f64>(from, 16), load<f64>(from, 40));
    const minimum = load<f64>(from, 24);
    const maximum = load<f64>(from, 32);
    total += fee < minimum ? minimum : maximum > 0 && fee > maximum ? maximum : fee;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function buyFees(at: usize, quantity: f64, value: f64): f64 {
  return feesFrom(at + (FEES << 3), <i32>rule(at, BUY_FEES), quantity, value);
}

// @ts-ignore: decorator
@inline
function sellFees(at: usize, quantity: f64, value: f64): f64 {
  return feesFrom(at + ((FEES + FEE_SLOTS * FEE_WIDTH) << 3), <i32>rule(at, SELL_FEES), quantity, value);
}

function buyCost(at: usize, quantity: f64, ticks: f64): f64 {
  const value = notional(at, quantity, ticks);
  return value + buyFees(at, quantity, value);
}

function affordable(at: usize, cash: f64, ticks: f64): f64 {
  if (!(cash > 0 && ticks > 0)) return 0;
  const minimum = rule(at, BUY_MINIMUM);
  const step = rule(at, BUY_STEP);
  const unitCost = ticks * rule(at, UNIT_PER_TICK) + rule(at, RATE_OF_QUANTITY);
  let best = Math.floor((cash / unitCost - minimum) * rule(at, PER_STEP));
  if (best < 0) best = 0;
  let tooMuch: f64;
  let stride: f64 = 1;
  if (buyCost(at, minimum + best * step, ticks) <= cash) {
    if ((minimum + (best + 1) * step) * unitCost * (1 - 1e-12) - rule(at, SLACK) > cash) return minimum + best * step;
    for (; !overflow && buyCost(at, minimum + (best + stride) * step, ticks) <= cash; stride *= 2) best += stride;
    tooMuch = best + stride;
  } else {
    tooMuch = best;
    for (; tooMuch > stride && buyCost(at, minimum + (tooMuch - stride) * step, ticks) > cash; stride *= 2) tooMuch -= stride;
    best = Math.max(-1, tooMuch - stride);
    if (best == 0 && buyCost(at, minimum, ticks) > cash) return 0;
  }
  while (!overflow && tooMuch - best > 1) {
    const middle = Math.floor((best + tooMuch) / 2);
    if (buyCost(at, minimum + middle * step, ticks) <= cash) best = middle;
    else tooMuch = middle;
  }
  return best < 0 ? 0 : minimum + best * step;
}

function stepped(value: f64, step: f64): f64 {
  if (step == 1) return value;
  const times = Math.floor(value / step);
  return times * step > value ? (times - 1) * step : times * step;
}

function buyLots(at: usize, quantity: f64): f64 {
  const minimum = rule(at, BUY_MINIMUM);
  return quantity < minimum ? 0 : minimum + stepped(quantity - minimum, rule(at, BUY_STEP));
}

function sellLots(at: usize, quantity: f64, sellable: f64): f64 {
  if (quantity >= sellable) return sellable;
  const lots = stepped(quantity, rule(at, SELL_STEP));
  return lots < rule(at, BUY_MINIMUM) ? 0 : lots;
}

/** Of a plain account. */
// @ts-ignore: decorator
@inline
function sellable(i: i32, session: i32, settlement: f64): f64 {
  const quantity = f64At(QUANTITY, i);
  return settlement == 1 && i32At(NEW_SESSION, i) == session ? quantity - f64At(NEW_UNITS, i) : quantity;
}

function sumCost(i: i32, capacity: i32): void {
  const base = i * capacity;
  const end = base + i32At(TAIL, i);
  let sum: f64 = 0;
  for (let k = base + i32At(HEAD, i); k < end; k++) sum += f64At(LOT_COST, k);
  putF64(COST, i, sum);
}

/** False when there is no room for another lot. */
function buy(i: i32, capacity: i32, units: f64, paid: f64, day: i32, session: i32): bool {
  const base = i * capacity;
  const tail = i32At(TAIL, i);
  const last = base + tail - 1;
  const merges = tail > i32At(HEAD, i) && i32At(LOT_SESSION, last) == session && i32At(LOT_LOCKED, last) == NOT_LOCKED;
  if (!merges && tail == capacity) return false;
  putF64(CASH, i, f64At(CASH, i) - paid);
  putF64(QUANTITY, i, f64At(QUANTITY, i) + units);
  if (merges) {
    putF64(LOT_QUANTITY, last, f64At(LOT_QUANTITY, last) + units);
    putF64(LOT_COST, last, f64At(LOT_COST, last) + paid);
    putF64(NEW_UNITS, i, f64At(NEW_UNITS, i) + units);
    sumCost(i, capacity);
    return true;
  }
  const at = base + tail;
  putI32(TAIL, i, tail + 1);
  putF64(LOT_QUANTITY, at, units);
  putF64(LOT_COST, at, paid);
  putI32(LOT_DAY, at, day);
  putI32(LOT_SESSION, at, session);
  putI32(LOT_LOCKED, at, NOT_LOCKED);
  putF64(COST, i, f64At(COST, i) + paid);
  putF64(NEW_UNITS, i, units);
  putI32(NEW_SESSION, i, session);
  return true;
}

function sell(i: i32, capacity: i32, sold: f64, proceeds: f64): void {
  putF64(CASH, i, f64At(CASH, i) + proceeds);
  const rest = f64At(QUANTITY, i) - sold;
  putF64(QUANTITY, i, rest);
  if (rest == 0) {
    putI32(HEAD, i, 0);
    putI32(TAIL, i, 0);
    putF64(COST, i, 0);
    return;
  }
  const base = i * capacity;
  let at = base + i32At(HEAD, i);
  let left = sold;
  while (left > 0) {
    const units = f64At(LOT_QUANTITY, at);
    if (units > left) {
      const cost = f64At(LOT_COST, at);
      putF64(LOT_COST, at, cost - (cost * left) / units);
      putF64(LOT_QUANTITY, at, units - left);
      left = 0;
    } else {
      left -= units;
      at++;
    }
  }
  putI32(HEAD, i, at - base);
  sumCost(i, capacity);
}

/** Steps environments from `from` on; stops at the first that is not plain and returns it untouched, or `count` at the end. */
export function step(from: i32, count: i32, capacity: i32): i32 {
  for (let i = from; i < count; i++) {
    const t = i32At(BAR, i);
    const u = t + 1;
    const action = i32At(ACTIONS, i);
    const kind = u8At(KINDS, action);
    if (kind > SELL_OF_POSITION || u8At(PLAIN, i) == 0 || u8At(AWAITS, i) == 1) return i;
    if (i32At(ACTIONS_FROM, u) != i32At(ACTIONS_FROM, u + 1)) return i;
    overflow = false;
    const cash = f64At(CASH, i);
    const before = cash + f64At(RECEIVABLE, i) + f64At(VALUE, i);
    const at = column(RULES) + (<usize>i32At(FILL_RULES, t) << 3);
    let rejected = 0;
    let ordered = 0;
    let filled: f64 = 0;
    let turnover: f64 = 0;
    if (kind != IDLE) {
      const fills = i32At(SESSION, u) == i32At(FILL_SESSION, t);
      if (rule(at, TRADABLE) == 0) rejected = 1 << NOT_TRADABLE;
      else if (kind == BUY_OF_CASH) {
        const price = f64At(CLOSE, t);
        let quantity = affordable(at, Math.floor(cash * f64At(FRACTIONS, action)), price);
        if (quantity == 0) rejected = 1 << (affordable(at, cash, price) == 0 ? NO_CASH : BELOW_LOT);
        else if (u8At(DELISTED, t) == 1) rejected = 1 << DELISTED_BY_THEN;
        else {
          ordered = 1;
          const closed = fills ? u8At(BUY_CLOSED, u) : u8At(MISSING, t);
          if (closed != 0) rejected = 1 << closed;
          else {
            const cap = f64At(CAP, u);
            if (cap < quantity) {
              quantity = buyLots(at, cap);
              rejected |= 1 << CUT_VOLUME;
            }
            if (quantity > 0) {
              const ticks = f64At(BUY_TICKS, u);
              turnover = notional(at, quantity, ticks);
              let cost = turnover + buyFees(at, quantity, turnover);
              if (cost > cash) {
                quantity = affordable(at, cash, ticks);
                rejected |= 1 << (quantity == 0 ? NO_CASH : CUT_CASH);
                turnover = notional(at, quantity, ticks);
                cost = turnover + buyFees(at, quantity, turnover);
              }
              if (overflow) return i;
              if (quantity == 0) turnover = 0;
              else if (!buy(i, capacity, quantity, cost, i32At(DAY, u), i32At(SESSION, u))) return i;
              filled = quantity;
            }
          }
        }
      } else {
        const held = f64At(QUANTITY, i);
        const fraction = f64At(FRACTIONS, action);
        const settlement = rule(at, SETTLEMENT);
        const free = sellable(i, i32At(FILL_SESSION, t), settlement);
        const wanted = Math.floor((kind == SELL_OF_SELLABLE ? free : held) * fraction);
        if (held == 0) rejected = 1 << NO_POSITION;
        else if (free == 0) rejected = 1 << NOT_SELLABLE;
        else if (wanted > free || (fraction == 1 && wanted != free)) return i;
        else {
          let quantity = sellLots(at, wanted, free);
          if (quantity == 0) rejected = 1 << BELOW_LOT;
          else if (u8At(DELISTED, t) == 1) rejected = 1 << DELISTED_BY_THEN;
          else {
            ordered = 1;
            const closed = fills ? u8At(SELL_CLOSED, u) : u8At(MISSING, t);
            if (closed != 0) rejected = 1 << closed;
            else {
              const cap = f64At(CAP, u);
              if (cap < quantity) {
                quantity = sellLots(at, cap, free);
                rejected |= 1 << CUT_VOLUME;
              }
              if (quantity > 0) {
                turnover = notional(at, quantity, f64At(SELL_TICKS, u));
                const proceeds = turnover - sellFees(at, quantity, turnover);
                if (overflow) return i;
                if (cash + proceeds < Math.min(0, cash)) {
                  rejected |= 1 << NO_CASH;
                  turnover = 0;
                } else {
                  sell(i, capacity, quantity, proceeds);
                  filled = -quantity;
                }
              }
            }
          }
        }
      }
    }
    const quantity = f64At(QUANTITY, i);
    let value: f64 = 0;
    if (quantity != 0) {
      value = notional(at, quantity, f64At(CLOSE, u));
      // The trade is done, so there is no way back: more than 2^50 minor units in one position.
      if (overflow) unreachable();
    }
    putF64(VALUE, i, value);
    putF64(EQUITY, i, f64At(CASH, i) + f64At(RECEIVABLE, i) + value);
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
  for (let i = 0; i < count; i++) {
    const t = i32At(BAR, i);
    let from = column(FEATURES) + (<usize>(t * width) << 2);
    let to = column(OBSERVATIONS) + (<usize>(i * size) << 2);
    const end = to + (<usize>width << 2);
    for (; to + 8 <= end; from += 8, to += 8) store<u64>(to, load<u64>(from));
    if (to < end) store<u32>(to, load<u32>(from));
    const settlement = rule(column(RULES) + (<usize>i32At(FILL_RULES, t) << 3), SETTLEMENT);
    putF64(SELLABLE, i, u8At(PLAIN, i) == 1 ? sellable(i, i32At(FILL_SESSION, t), settlement) : -1);
  }
}
