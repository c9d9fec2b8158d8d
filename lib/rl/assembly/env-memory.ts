/** Where the columns of a batch lie, by number, as lib/rl/env-kernel.ts places them; and the columns of a row of rules. */

const TABLE: usize = 1024;

/** Of the market, of the accounts, of the last step, of the actions. */
export const DAY = 0, SESSION = 1, FILL_SESSION = 2, CLOSE = 3, BUY_TICKS = 4, SELL_TICKS = 5, CAP = 6, BUY_CLOSED = 7, SELL_CLOSED = 8;
export const MISSING = 9, DELISTED = 10, FILL_RULES = 11, ACTIONS_FROM = 12, FEATURES = 13, RULES = 14;
export const CASH = 15, RECEIVABLE = 16, QUANTITY = 17, VALUE = 18, COST = 19, AWAITS = 20, PLAIN = 21, NEW_UNITS = 22, NEW_SESSION = 23;
export const HEAD = 24, TAIL = 25, LOTS = 26;
export const BAR = 27, REJECTED = 28, FILLED = 29, TURNOVER = 30, EQUITY = 31, BEFORE = 32, ORDERED = 33, OBSERVATIONS = 34, ACTIONS = 35;
export const KINDS = 36, FRACTIONS = 37, SELLABLE = 38;

/** A lot is half a cache line: units and cost in doubles, then whole numbers, as in lib/rl/lot-records.ts. */
export const LOT_BYTES_LOG2 = 5, LOT_QUANTITY = 0, LOT_COST = 8, LOT_DAY = 16, LOT_SESSION = 20, LOT_LOCKED = 24;

/** Columns of a row of rules, as in lib/rl/env-rules.ts. */
export const SETTLEMENT = 0, BUY_MINIMUM = 1, BUY_STEP = 2, SELL_STEP = 3, TRADABLE = 4, TICK_NUMERATOR = 5, TICK_DENOMINATOR = 6;
export const BUY_FEES = 7, SELL_FEES = 8, RATE_OF_QUANTITY = 9, SLACK = 10, UNIT_PER_TICK = 11, PER_STEP = 12, LEAST = 13, SURPLUS = 14;
export const FEES = 15, FEE_WIDTH = 6, FEE_SLOTS = 8;

// @ts-ignore: decorator
@inline
export function lot(k: i32): usize {
  return column(LOTS) + (<usize>k << LOT_BYTES_LOG2);
}

export function place(id: i32, at: usize): void {
  store<u32>(TABLE + <usize>(id << 2), <u32>at);
}

// @ts-ignore: decorator
@inline
export function column(id: i32): usize {
  return <usize>load<u32>(TABLE + <usize>(id << 2));
}
// @ts-ignore: decorator
@inline
export function f64At(id: i32, i: i32): f64 {
  return load<f64>(column(id) + (<usize>i << 3));
}
// @ts-ignore: decorator
@inline
export function i32At(id: i32, i: i32): i32 {
  return load<i32>(column(id) + (<usize>i << 2));
}
// @ts-ignore: decorator
@inline
export function u8At(id: i32, i: i32): i32 {
  return <i32>load<u8>(column(id) + <usize>i);
}
// @ts-ignore: decorator
@inline
export function putF64(id: i32, i: i32, value: f64): void {
  store<f64>(column(id) + (<usize>i << 3), value);
}
// @ts-ignore: decorator
@inline
export function putI32(id: i32, i: i32, value: i32): void {
  store<i32>(column(id) + (<usize>i << 2), value);
}
// @ts-ignore: decorator
@inline
export function rule(at: usize, name: i32): f64 {
  return load<f64>(at + <usize>(name << 3));
}
