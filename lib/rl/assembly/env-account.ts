/** Trades on a plain account (no lot locked or taxed, nothing to be paid): what lib/rl/account-columns.ts does, on the same columns. */
import {
  CASH, COST, f64At, HEAD, i32At, lot, LOT_BYTES_LOG2, LOT_COST, LOT_DAY, LOT_LOCKED, LOT_QUANTITY, LOT_SESSION, NEW_SESSION, NEW_UNITS,
  putF64, putI32, QUANTITY, TAIL,
} from './env-memory';

const NOT_LOCKED: i32 = i32.MIN_VALUE;

// @ts-ignore: decorator
@inline
export function sellable(i: i32, session: i32, settlement: f64): f64 {
  const quantity = f64At(QUANTITY, i);
  return settlement == 1 && i32At(NEW_SESSION, i) == session ? quantity - f64At(NEW_UNITS, i) : quantity;
}

function sumCost(i: i32, capacity: i32): void {
  const base = i * capacity;
  const end = lot(base + i32At(TAIL, i));
  let sum: f64 = 0;
  for (let at = lot(base + i32At(HEAD, i)); at < end; at += 1 << LOT_BYTES_LOG2) sum += load<f64>(at, LOT_COST);
  putF64(COST, i, sum);
}

/** False when there is no room for another lot. */
export function buy(i: i32, capacity: i32, units: f64, paid: f64, day: i32, session: i32): bool {
  const tail = i32At(TAIL, i);
  const next = lot(i * capacity + tail);
  const last = next - (1 << LOT_BYTES_LOG2);
  const merges = tail > i32At(HEAD, i) && load<i32>(last, LOT_SESSION) == session && load<i32>(last, LOT_LOCKED) == NOT_LOCKED;
  if (!merges && tail == capacity) return false;
  putF64(CASH, i, f64At(CASH, i) - paid);
  putF64(QUANTITY, i, f64At(QUANTITY, i) + units);
  if (merges) {
    store<f64>(last, load<f64>(last, LOT_QUANTITY) + units, LOT_QUANTITY);
    store<f64>(last, load<f64>(last, LOT_COST) + paid, LOT_COST);
    putF64(NEW_UNITS, i, f64At(NEW_UNITS, i) + units);
    sumCost(i, capacity);
    return true;
  }
  putI32(TAIL, i, tail + 1);
  store<f64>(next, units, LOT_QUANTITY);
  store<f64>(next, paid, LOT_COST);
  store<i32>(next, day, LOT_DAY);
  store<i32>(next, session, LOT_SESSION);
  store<i32>(next, NOT_LOCKED, LOT_LOCKED);
  putF64(COST, i, f64At(COST, i) + paid);
  putF64(NEW_UNITS, i, units);
  putI32(NEW_SESSION, i, session);
  return true;
}

export function sell(i: i32, capacity: i32, sold: f64, proceeds: f64): void {
  putF64(CASH, i, f64At(CASH, i) + proceeds);
  const rest = f64At(QUANTITY, i) - sold;
  putF64(QUANTITY, i, rest);
  if (rest == 0) {
    putI32(HEAD, i, 0);
    putI32(TAIL, i, 0);
    putF64(COST, i, 0);
    return;
  }
  let head = i32At(HEAD, i);
  let at = lot(i * capacity + head);
  let left = sold;
  while (left > 0) {
    const units = load<f64>(at, LOT_QUANTITY);
    if (units > left) {
      const cost = load<f64>(at, LOT_COST);
      store<f64>(at, cost - (cost * left) / units, LOT_COST);
      store<f64>(at, units - left, LOT_QUANTITY);
      left = 0;
    } else {
      left -= units;
      at += 1 << LOT_BYTES_LOG2;
      head++;
    }
  }
  putI32(HEAD, i, head);
  sumCost(i, capacity);
}
