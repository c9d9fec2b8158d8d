// Inner loops of the integer sweep over whole columns, two doubles or sixteen bytes at a time. All addresses are in bytes; nothing is
// read or written outside [from, to). lib/sweep/primitives.ts has the same loops in plain JavaScript.

/** equity[i] += value. */
export function addConstant(equity: usize, count: i32, value: f64): void {
  const v = f64x2.splat(value);
  const end = equity + (<usize>count << 3);
  let p = equity;
  for (; p + 32 <= end; p += 32) {
    v128.store(p, f64x2.add(v128.load(p), v));
    v128.store(p, f64x2.add(v128.load(p, 16), v), 16);
  }
  for (; p < end; p += 8) store<f64>(p, load<f64>(p) + value);
}

/** equity[i] += ticks[i] * scale. */
export function addMarks(equity: usize, ticks: usize, count: i32, scale: f64): void {
  const s = f64x2.splat(scale);
  const end = equity + (<usize>count << 3);
  let p = equity, q = ticks;
  for (; p + 32 <= end; p += 32, q += 32) {
    v128.store(p, f64x2.add(v128.load(p), f64x2.mul(v128.load(q), s)));
    v128.store(p, f64x2.add(v128.load(p, 16), f64x2.mul(v128.load(q, 16), s)), 16);
  }
  for (; p < end; p += 8, q += 8) store<f64>(p, load<f64>(p) + load<f64>(q) * scale);
}

/** equity[i] = value. */
export function putConstant(equity: usize, count: i32, value: f64): void {
  const v = f64x2.splat(value);
  const end = equity + (<usize>count << 3);
  let p = equity;
  for (; p + 32 <= end; p += 32) {
    v128.store(p, v);
    v128.store(p, v, 16);
  }
  for (; p < end; p += 8) store<f64>(p, value);
}

/** equity[i] = value + ticks[i] * scale. */
export function putMarks(equity: usize, ticks: usize, count: i32, value: f64, scale: f64): void {
  const v = f64x2.splat(value), s = f64x2.splat(scale);
  const end = equity + (<usize>count << 3);
  let p = equity, q = ticks;
  for (; p + 32 <= end; p += 32, q += 32) {
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q), s)));
    v128.store(p, f64x2.add(v, f64x2.mul(v128.load(q, 16), s)), 16);
  }
  for (; p < end; p += 8, q += 8) store<f64>(p, value + load<f64>(q) * scale);
}

/** Sum of floor((row[k] * twice[k] + denominators[k]) / spans[k]). */
export function worthOfRow(row: usize, twice: usize, denominators: usize, spans: usize, count: i32): f64 {
  let total = f64x2.splat(0);
  const end = <usize>count << 3;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) {
    const dividend = f64x2.add(f64x2.mul(v128.load(row + i), v128.load(twice + i)), v128.load(denominators + i));
    total = f64x2.add(total, f64x2.floor(f64x2.div(dividend, v128.load(spans + i))));
  }
  let sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  for (; i < end; i += 8) {
    sum += Math.floor((load<f64>(row + i) * load<f64>(twice + i) + load<f64>(denominators + i)) / load<f64>(spans + i));
  }
  return sum;
}

/** equity[i] += floor((ticks[i] * twice + half) / span). */
export function addRoundedMarks(equity: usize, ticks: usize, count: i32, twice: f64, half: f64, span: f64): void {
  const t = f64x2.splat(twice), h = f64x2.splat(half), s = f64x2.splat(span);
  const end = equity + (<usize>count << 3);
  let p = equity, q = ticks;
  for (; p + 16 <= end; p += 16, q += 16) {
    const worth = f64x2.floor(f64x2.div(f64x2.add(f64x2.mul(v128.load(q), t), h), s));
    v128.store(p, f64x2.add(v128.load(p), worth));
  }
  for (; p < end; p += 8, q += 8) store<f64>(p, load<f64>(p) + Math.floor((load<f64>(q) * twice + half) / span));
}

/** The first i in [from, to) with want[i] != standing; to when there is none. */
export function nextOther(want: usize, from: i32, to: i32, standing: i32): i32 {
  const s = i8x16.splat(<i8>standing);
  let i = from;
  for (; i + 16 <= to; i += 16) {
    const other = i8x16.bitmask(i8x16.ne(v128.load(want + <usize>i), s));
    if (other != 0) return i + ctz<i32>(other);
  }
  for (; i < to; i++) if (load<u8>(want + <usize>i) != <u8>standing) return i;
  return to;
}

// @ts-ignore: decorator
@inline
function crossed(p: usize, fastBytes: usize, slowBytes: usize, f: v128, s: v128): v128 {
  const now = v128.load(p);
  return f64x2.gt(f64x2.mul(f64x2.sub(now, v128.load(p - fastBytes)), s), f64x2.mul(f64x2.sub(now, v128.load(p - slowBytes)), f));
}

// @ts-ignore: decorator
@inline
function four(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 2, 4, 6);
}

/** want[i] = (sum of the last fast) * slow > (sum of the last slow) * fast, by sums[i + 1] of all prices up to bar i; 0 before bar slow - 1. */
export function crossOfSums(sums: usize, want: usize, from: i32, to: i32, fast: i32, slow: i32): void {
  let i = from;
  for (; i < to && i < slow - 1; i++) store<u8>(want + <usize>i, 0);
  const f = f64x2.splat(<f64>fast), s = f64x2.splat(<f64>slow), one = i8x16.splat(1);
  const fb = <usize>fast << 3, sb = <usize>slow << 3;
  for (; i + 16 <= to; i += 16) {
    const p = sums + (<usize>(i + 1) << 3);
    const a = i16x8.narrow_i32x4_s(
      four(crossed(p, fb, sb, f, s), crossed(p + 16, fb, sb, f, s)),
      four(crossed(p + 32, fb, sb, f, s), crossed(p + 48, fb, sb, f, s)),
    );
    const b = i16x8.narrow_i32x4_s(
      four(crossed(p + 64, fb, sb, f, s), crossed(p + 80, fb, sb, f, s)),
      four(crossed(p + 96, fb, sb, f, s), crossed(p + 112, fb, sb, f, s)),
    );
    v128.store(want + <usize>i, v128.and(i8x16.narrow_i16x8_s(a, b), one));
  }
  for (; i < to; i++) {
    const p = sums + (<usize>(i + 1) << 3);
    const now = load<f64>(p);
    store<u8>(want + <usize>i, (now - load<f64>(p - fb)) * <f64>slow > (now - load<f64>(p - sb)) * <f64>fast ? 1 : 0);
  }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// One account of one symbol, all in or all out: the events that need nothing but columns. Whatever needs more (a corporate action that
// meets a position or an order, a number beyond the exact range, a fill that is listed) is handed back to lib/sweep/integer-account.ts.

const DONE: i32 = 0, ACTION: i32 = 1, CHECKED: i32 = 2, FILL: i32 = 3;
const NOTHING: i32 = 0, SALE: i32 = 1, BUY: i32 = 2;
const UNKNOWN: i32 = 2;

// Fields of a walk, in doubles; the same list is in lib/sweep/integer-walk.ts.
const WANT: usize = 0, TRADED: usize = 8, MARK: usize = 16, BUY_TICKS: usize = 24, SELL_TICKS: usize = 32, VOLUME: usize = 40;
const RULE_AT: usize = 48, RULES: usize = 56, ACTIONS: usize = 64, ACTION_COUNT: usize = 72, COUNT: usize = 80, HIGHEST: usize = 88;
const UNIT_BOUND: usize = 96, CASH_BOUND: usize = 104, AT_FILL: usize = 112, NUMERATOR: usize = 120, DENOMINATOR: usize = 128;
const TRACE: usize = 136, FRESH: usize = 144, EQUITY: usize = 152;
const CASH: usize = 160, FROZEN: usize = 168, QUANTITY: usize = 176, BOUGHT: usize = 184, STANDING: usize = 192, WAITING: usize = 200;
const WANTED: usize = 208, SESSION: usize = 216, MARKED: usize = 224, BASE: usize = 232, HELD: usize = 240, FILLS: usize = 248;
const REJECTIONS: usize = 256, NOTIONAL: usize = 264, FEES: usize = 272, PHASE: usize = 280, NEXT_ACTION: usize = 288;
const LAST_QUANTITY: usize = 296, LAST_PRICE: usize = 304, LAST_FEES: usize = 312, LAST_CASH: usize = 320;

// Fields of a rule, in doubles.
const TRADABLE: usize = 0, SETTLEMENT: usize = 8, BUY_MINIMUM: usize = 16, BUY_STEP: usize = 24, SELL_STEP: usize = 32, LEAST: usize = 40;
const BUY_RATE: usize = 48, BUY_PER_UNIT: usize = 56, BUY_FEES: usize = 64, SELL_FEES: usize = 72, COMPONENTS: usize = 80;
const COMPONENT: usize = 40, MOST_COMPONENTS: usize = 8, RULE: usize = 720;

// @ts-ignore: decorator
@inline
function worth(quantity: f64, price: f64, numerator: f64, denominator: f64): f64 {
  const product = quantity * (price * numerator);
  return denominator == 1 ? product : Math.floor((product * 2 + denominator) / (denominator * 2));
}

/** Components: twice the rate's numerator, its denominator, minimum, maximum, 1 for notional and 0 for quantity. */
function fees(components: usize, count: i32, quantity: f64, notional: f64): f64 {
  let total: f64 = 0;
  const end = components + <usize>count * COMPONENT;
  for (let p = components; p < end; p += COMPONENT) {
    const basis = load<f64>(p, 32) == 1 ? notional : quantity;
    const denominator = load<f64>(p, 8);
    let fee = Math.floor((basis * load<f64>(p) + denominator) / (denominator * 2));
    if (fee < load<f64>(p, 16)) fee = load<f64>(p, 16);
    else if (fee > load<f64>(p, 24)) fee = load<f64>(p, 24);
    total += fee;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function buyFees(rule: usize, quantity: f64, notional: f64): f64 {
  return fees(rule + COMPONENTS, <i32>load<f64>(rule, BUY_FEES), quantity, notional);
}

/** What `lots` steps above the minimum cost. */
function lotsCost(rule: usize, lots: f64, price: f64, numerator: f64, denominator: f64): f64 {
  const quantity = load<f64>(rule, BUY_MINIMUM) + lots * load<f64>(rule, BUY_STEP);
  const notional = worth(quantity, price, numerator, denominator);
  return notional + buyFees(rule, quantity, notional);
}

/** Largest quantity in lots that the cash pays for with its fees. */
function affordable(rule: usize, cash: f64, price: f64, numerator: f64, denominator: f64): f64 {
  if (!(cash > 0 && price > 0)) return 0;
  const minimum = load<f64>(rule, BUY_MINIMUM), step = load<f64>(rule, BUY_STEP);
  const unit = ((price * numerator) / denominator) * (1 + load<f64>(rule, BUY_RATE)) + load<f64>(rule, BUY_PER_UNIT);
  let high = Math.max(0, Math.floor((cash / unit - minimum) / step));
  let low: f64 = -1, stride: f64 = 1;
  if (lotsCost(rule, high, price, numerator, denominator) <= cash) {
    low = high;
    while (lotsCost(rule, low + stride, price, numerator, denominator) <= cash) {
      low += stride;
      stride *= 2;
    }
    high = low + stride;
  } else {
    low = high - stride;
    while (low >= 0 && lotsCost(rule, low, price, numerator, denominator) > cash) {
      high = low;
      stride *= 2;
      low = high - stride;
    }
    if (low < 0) low = -1;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (lotsCost(rule, middle, price, numerator, denominator) <= cash) low = middle;
    else high = middle;
  }
  return low < 0 ? 0 : minimum + low * step;
}

// @ts-ignore: decorator
@inline
function buyLots(rule: usize, quantity: f64): f64 {
  const minimum = load<f64>(rule, BUY_MINIMUM), step = load<f64>(rule, BUY_STEP);
  return quantity < minimum ? 0 : minimum + Math.floor((quantity - minimum) / step) * step;
}

/** Writes or adds cash and marks of the stretch [from, to). */
function put(c: usize, from: i32, to: i32, base: f64, held: f64): void {
  if (from >= to) return;
  const equity = <usize>load<f64>(c, EQUITY) + (<usize>from << 3);
  const marks = <usize>load<f64>(c, MARK) + (<usize>from << 3);
  const count = to - from;
  const numerator = load<f64>(c, NUMERATOR), denominator = load<f64>(c, DENOMINATOR);
  if (load<f64>(c, FRESH) == 1) {
    if (held == 0) putConstant(equity, count, base);
    else if (denominator == 1) putMarks(equity, marks, count, base, held * numerator);
    else {
      putConstant(equity, count, base);
      addRoundedMarks(equity, marks, count, held * numerator * 2, denominator, denominator * 2);
    }
    return;
  }
  addConstant(equity, count, base);
  if (held == 0) return;
  if (denominator == 1) addMarks(equity, marks, count, held * numerator);
  else addRoundedMarks(equity, marks, count, held * numerator * 2, denominator, denominator * 2);
}

/** Walks on from where the fields stand; says why it stopped. */
export function walk(c: usize): i32 {
  const want = <usize>load<f64>(c, WANT), traded = <usize>load<f64>(c, TRADED), mark = <usize>load<f64>(c, MARK);
  const buyTicks = <usize>load<f64>(c, BUY_TICKS), sellTicks = <usize>load<f64>(c, SELL_TICKS), volume = <usize>load<f64>(c, VOLUME);
  const ruleAt = <usize>load<f64>(c, RULE_AT), rules = <usize>load<f64>(c, RULES), actions = <usize>load<f64>(c, ACTIONS);
  const actionCount = <i32>load<f64>(c, ACTION_COUNT), count = <i32>load<f64>(c, COUNT);
  const highest = load<f64>(c, HIGHEST), unitBound = load<f64>(c, UNIT_BOUND), cashBound = load<f64>(c, CASH_BOUND);
  const numerator = load<f64>(c, NUMERATOR), denominator = load<f64>(c, DENOMINATOR);
  const atFill = load<f64>(c, AT_FILL) == 1, trace = load<f64>(c, TRACE) == 1;
  let cash = load<f64>(c, CASH), frozen = load<f64>(c, FROZEN), quantity = load<f64>(c, QUANTITY);
  let bought = <i32>load<f64>(c, BOUGHT), standing = <i32>load<f64>(c, STANDING), waiting = <i32>load<f64>(c, WAITING);
  let wanted = load<f64>(c, WANTED), session = <i32>load<f64>(c, SESSION), marked = <i32>load<f64>(c, MARKED);
  let base = load<f64>(c, BASE), held = load<f64>(c, HELD), fills = load<f64>(c, FILLS), rejections = load<f64>(c, REJECTIONS);
  let notionals = load<f64>(c, NOTIONAL), feesPaid = load<f64>(c, FEES), nextAction = <i32>load<f64>(c, NEXT_ACTION);
  let filled = load<f64>(c, PHASE) == 1;
  let why = DONE;
  for (;;) {
    if (!filled) {
      if (session >= count) {
        put(c, marked, count, base, held);
        marked = count;
        break;
      }
      while (nextAction < actionCount && <i32>load<f64>(actions + (<usize>nextAction << 3)) < session) nextAction++;
      if ((quantity > 0 || waiting != NOTHING) && nextAction < actionCount && <i32>load<f64>(actions + (<usize>nextAction << 3)) == session) {
        why = ACTION;
        break;
      }
      const all = cash + frozen + quantity * highest;
      if (!(all <= cashBound && quantity <= unitBound && wanted <= unitBound)) {
        why = CHECKED;
        break;
      }
      if (waiting == SALE) {
        waiting = NOTHING;
        const price = load<f64>(sellTicks + (<usize>session << 3));
        const rule = rules + <usize>load<u16>(ruleAt + (<usize>session << 1)) * RULE;
        if (price == 0 || session - bought < <i32>load<f64>(rule, SETTLEMENT)) rejections++;
        else {
          let sold = quantity;
          if (volume != 0) {
            const left = load<f64>(volume + (<usize>session << 3));
            if (left < sold) {
              rejections++;
              const step = load<f64>(rule, SELL_STEP);
              sold = Math.floor(left / step) * step;
              if (sold < load<f64>(rule, BUY_MINIMUM)) sold = 0;
            }
          }
          if (sold > 0) {
            const notional = worth(sold, price, numerator, denominator);
            const paid = fees(rule + COMPONENTS + MOST_COMPONENTS * COMPONENT, <i32>load<f64>(rule, SELL_FEES), sold, notional);
            const gain = notional - paid;
            if (notional < load<f64>(rule, LEAST) || cash + gain < Math.min(0, cash)) rejections++;
            else {
              cash += gain;
              quantity -= sold;
              fills++;
              notionals += notional;
              feesPaid += paid;
              if (trace) {
                store<f64>(c, -sold, LAST_QUANTITY);
                store<f64>(c, price, LAST_PRICE);
                store<f64>(c, paid, LAST_FEES);
                store<f64>(c, gain, LAST_CASH);
                filled = true;
              }
            }
          }
        }
      } else if (waiting == BUY) {
        const price = load<f64>(buyTicks + (<usize>session << 3));
        const rule = rules + <usize>load<u16>(ruleAt + (<usize>session << 1)) * RULE;
        const before = rejections;
        const available = cash + frozen;
        let got: f64 = 0, notional: f64 = 0, paid: f64 = 0;
        if (price == 0) rejections++;
        else {
          if (atFill) {
            got = affordable(rule, available, price, numerator, denominator);
            if (got == 0) rejections++;
          } else {
            got = buyLots(rule, wanted);
            if (got < wanted) rejections++;
          }
          if (got > 0 && volume != 0) {
            const left = load<f64>(volume + (<usize>session << 3));
            if (left < got) {
              rejections++;
              got = buyLots(rule, left);
            }
          }
          if (got > 0) {
            notional = worth(got, price, numerator, denominator);
            paid = buyFees(rule, got, notional);
            if (!atFill && notional + paid > available) {
              const most = affordable(rule, available, price, numerator, denominator);
              if (most < got) {
                rejections++;
                got = most;
                notional = worth(got, price, numerator, denominator);
                paid = buyFees(rule, got, notional);
              }
            }
          }
          if (got > 0 && notional < load<f64>(rule, LEAST)) {
            rejections++;
            got = 0;
          }
        }
        if (got > unitBound) {
          rejections = before;
          why = CHECKED;
          break;
        }
        waiting = NOTHING;
        frozen = 0;
        cash = available;
        if (got > 0) {
          cash -= notional + paid;
          quantity = got;
          bought = session;
          fills++;
          notionals += notional;
          feesPaid += paid;
          if (trace) {
            store<f64>(c, got, LAST_QUANTITY);
            store<f64>(c, price, LAST_PRICE);
            store<f64>(c, paid, LAST_FEES);
            store<f64>(c, -notional - paid, LAST_CASH);
            filled = true;
          }
        }
      }
      if (filled) {
        why = FILL;
        break;
      }
    }
    filled = false;
    const wants = <i32>load<u8>(want + <usize>session);
    if (wants != standing && load<u8>(traded + <usize>session) == 1) {
      const holds = quantity > 0 ? 1 : 0;
      if (holds == wants) standing = wants;
      else {
        standing = UNKNOWN;
        const rule = rules + <usize>load<u16>(ruleAt + (<usize>(session + 1) << 1)) * RULE;
        const price = load<f64>(mark + (<usize>session << 3));
        const least = load<f64>(rule, LEAST);
        let quantityAsked: f64 = 0;
        if (load<f64>(rule, TRADABLE) == 1) {
          if (wants == 0) quantityAsked = session + 1 - bought >= <i32>load<f64>(rule, SETTLEMENT) ? quantity : 0;
          else quantityAsked = affordable(rule, cash, price, numerator, denominator);
        }
        if (quantityAsked > 0 && least > 0 && price > 0 && worth(quantityAsked, price, numerator, denominator) < least) quantityAsked = 0;
        if (quantityAsked == 0) rejections++;
        else {
          wanted = quantityAsked;
          if (wants == 0) waiting = SALE;
          else {
            waiting = BUY;
            let cost = cash;
            if (!atFill) {
              const notional = worth(wanted, price, numerator, denominator);
              cost = Math.min(cash, notional + buyFees(rule, wanted, notional));
            }
            frozen = cost;
            cash -= cost;
          }
        }
      }
    }
    if (cash + frozen != base || quantity != held) {
      put(c, marked, session, base, held);
      marked = session;
      base = cash + frozen;
      held = quantity;
    }
    session++;
    if (waiting == NOTHING) {
      if (standing == UNKNOWN) while (session < count && load<u8>(traded + <usize>session) == 0) session++;
      else session = nextOther(want, session, count, standing);
      if (quantity > 0 && nextAction < actionCount) {
        const action = <i32>load<f64>(actions + (<usize>nextAction << 3));
        if (action < session && action >= 0) session = action;
      }
    }
  }
  store<f64>(c, cash, CASH);
  store<f64>(c, frozen, FROZEN);
  store<f64>(c, quantity, QUANTITY);
  store<f64>(c, <f64>bought, BOUGHT);
  store<f64>(c, <f64>standing, STANDING);
  store<f64>(c, <f64>waiting, WAITING);
  store<f64>(c, wanted, WANTED);
  store<f64>(c, <f64>session, SESSION);
  store<f64>(c, <f64>marked, MARKED);
  store<f64>(c, base, BASE);
  store<f64>(c, held, HELD);
  store<f64>(c, fills, FILLS);
  store<f64>(c, rejections, REJECTIONS);
  store<f64>(c, notionals, NOTIONAL);
  store<f64>(c, feesPaid, FEES);
  store<f64>(c, filled ? 1 : 0, PHASE);
  store<f64>(c, <f64>nextAction, NEXT_ACTION);
  return why;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// What an equity curve is made of; lib/sweep/curve.ts has the same sums in plain JavaScript.

function sumOf(x: usize, count: i32, centre: f64): f64 {
  const c = f64x2.splat(centre);
  let sums = f64x2.splat(0);
  const end = x + (<usize>(count & ~1) << 3);
  let p = x;
  for (; p < end; p += 16) sums = f64x2.add(sums, f64x2.sub(v128.load(p), c));
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  return (count & 1) != 0 ? sum + (load<f64>(p) - centre) : sum;
}

function squaresOf(x: usize, count: i32, centre: f64): f64 {
  const c = f64x2.splat(centre);
  let sums = f64x2.splat(0);
  const end = x + (<usize>(count & ~1) << 3);
  let p = x;
  for (; p < end; p += 16) {
    const d = f64x2.sub(v128.load(p), c);
    sums = f64x2.add(sums, f64x2.mul(d, d));
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  const last = (count & 1) != 0 ? load<f64>(p) - centre : 0;
  return (count & 1) != 0 ? sum + last * last : sum;
}

/** returns[i] = equity[i + 1] / equity[i] - 1; out: sum of returns, of their squared deviations, of equity, drawdown, least, most. */
export function curve(equity: usize, returns: usize, count: i32, out: usize): void {
  const one = f64x2.splat(1);
  let i = 0;
  for (; i + 3 <= count; i += 2) {
    const p = equity + (<usize>i << 3);
    v128.store(returns + (<usize>i << 3), f64x2.sub(f64x2.div(v128.load(p, 8), v128.load(p)), one));
  }
  for (; i + 1 < count; i++) {
    const p = equity + (<usize>i << 3);
    store<f64>(returns + (<usize>i << 3), load<f64>(p, 8) / load<f64>(p) - 1);
  }
  let peak = load<f64>(equity), depth: f64 = 0, least = peak, most = peak;
  i = 0;
  for (; i + 8 <= count; i += 8) {
    const p = equity + (<usize>i << 3);
    const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 32), d = v128.load(p, 48);
    const high = f64x2.pmax(f64x2.pmax(a, b), f64x2.pmax(c, d)), low = f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d));
    const top = Math.max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
    const bottom = Math.min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
    if (top > most) most = top;
    if (bottom < least) least = bottom;
    if (top <= peak) {
      const fall = 1 - bottom / peak;
      if (fall > depth) depth = fall;
    } else {
      for (let q = p; q < p + 64; q += 8) {
        const value = load<f64>(q);
        if (value >= peak) peak = value;
        const fall = 1 - value / peak;
        if (fall > depth) depth = fall;
      }
    }
  }
  for (; i < count; i++) {
    const value = load<f64>(equity + (<usize>i << 3));
    if (value > most) most = value;
    if (value < least) least = value;
    if (value >= peak) peak = value;
    const fall = 1 - value / peak;
    if (fall > depth) depth = fall;
  }
  const sum = sumOf(returns, count - 1, 0);
  store<f64>(out, sum);
  store<f64>(out, squaresOf(returns, count - 1, sum / <f64>(count - 1)), 8);
  store<f64>(out, sumOf(equity, count, 0), 16);
  store<f64>(out, depth, 24);
  store<f64>(out, least, 32);
  store<f64>(out, most, 40);
}
