// One account of one symbol, all in or all out: the events that need nothing but columns. Whatever needs more (a corporate action that
// meets a position or an order, a number beyond the exact range, a fill that is listed) is handed back to lib/sweep/integer-account.ts.
import { addConstant, addMarks, addRoundedMarks, putConstant, putMarks } from './integer-columns';
import { affordable, buyFees, buyLots, lotsCost, sellFees, setUnits, worth } from './integer-costs';
import {
  ACTION_COUNT, ACTIONS, AT_FILL, BASE, BOUGHT, BUY_MINIMUM, BUY_TICKS, CASH, CASH_BOUND, COUNT, DENOMINATOR, END, EQUITY, FEES, FILLS, FIRST, FRESH,
  FROZEN, HELD, HIGHEST, LAST_CASH, LAST_FEES, LAST_PRICE, LAST_QUANTITY, LEAST, MARK, MARKED, NEXT_ACTION, NOTIONAL, NUMERATOR, PHASE,
  QUANTITY, REJECTIONS, RULE, RULE_AT, RULES, SELL_STEP, SELL_TICKS, SESSION, SETTLEMENT, STANDING, TRACE, TRADABLE, TRADED, TURNS,
  UNIT_BOUND, VOLUME, WAITING, WANT, WANTED,
} from './integer-fields';
import { turnsOf } from './integer-wants';

const DONE: i32 = 0, ACTION: i32 = 1, CHECKED: i32 = 2, FILL: i32 = 3, WINDOW: i32 = 4;
const NOTHING: i32 = 0, SALE: i32 = 1, BUY: i32 = 2;
const UNKNOWN: i32 = 2;
/** Sessions whose turns are listed together. */
const BLOCK: i32 = 2048;
const NEVER: i32 = i32.MAX_VALUE;

// The account between two events; written back to its fields where the walk stops.
let fields: usize = 0;
let count: i32 = 0;
let want: usize = 0;
let traded: usize = 0;
let mark: usize = 0;
let buyTicks: usize = 0;
let sellTicks: usize = 0;
let volume: usize = 0;
let ruleAt: usize = 0;
let rules: usize = 0;
let actions: usize = 0;
let actionCount: i32 = 0;
let unitBound: f64 = 0;
let atFill: bool = false;
let trace: bool = false;
/** The sessions whose equity has room now. */
let first: i32 = 0;
let end: i32 = 0;
/** Where the equity of session 0 would lie, and what is done with it. */
let equity: usize = 0;
let fresh: bool = false;
/** Minor units of one unit at one tick. */
let numerator: f64 = 0;
let denominator: f64 = 0;
let cash: f64 = 0;
let frozen: f64 = 0;
let quantity: f64 = 0;
let bought: i32 = 0;
let standing: i32 = 0;
let waiting: i32 = 0;
let wanted: f64 = 0;
let session: i32 = 0;
let marked: i32 = 0;
let base: f64 = 0;
let held: f64 = 0;
let fills: f64 = 0;
let rejections: f64 = 0;
let notionals: f64 = 0;
let feesPaid: f64 = 0;
let nextAction: i32 = 0;
/** The session of the next corporate action. */
let actionAt: i32 = 0;
/** Turns of what is wanted up to `listed`; the first of them that may still come. */
let turns: usize = 0;
let turn: usize = 0;
let turnsEnd: usize = 0;
let listed: i32 = 0;
/** Keeps the reads that only warm the cache. */
let warmed: f64 = 0;

function open(c: usize): void {
  fields = c;
  count = <i32>load<f64>(c, COUNT);
  want = <usize>load<f64>(c, WANT);
  traded = <usize>load<f64>(c, TRADED);
  mark = <usize>load<f64>(c, MARK);
  buyTicks = <usize>load<f64>(c, BUY_TICKS);
  sellTicks = <usize>load<f64>(c, SELL_TICKS);
  volume = <usize>load<f64>(c, VOLUME);
  ruleAt = <usize>load<f64>(c, RULE_AT);
  rules = <usize>load<f64>(c, RULES);
  actions = <usize>load<f64>(c, ACTIONS);
  actionCount = <i32>load<f64>(c, ACTION_COUNT);
  unitBound = load<f64>(c, UNIT_BOUND);
  atFill = load<f64>(c, AT_FILL) == 1;
  trace = load<f64>(c, TRACE) == 1;
  first = <i32>load<f64>(c, FIRST);
  end = <i32>load<f64>(c, END);
  equity = <usize>load<f64>(c, EQUITY) - (<usize>first << 3);
  fresh = load<f64>(c, FRESH) == 1;
  numerator = load<f64>(c, NUMERATOR);
  denominator = load<f64>(c, DENOMINATOR);
  cash = load<f64>(c, CASH);
  frozen = load<f64>(c, FROZEN);
  quantity = load<f64>(c, QUANTITY);
  bought = <i32>load<f64>(c, BOUGHT);
  standing = <i32>load<f64>(c, STANDING);
  waiting = <i32>load<f64>(c, WAITING);
  wanted = load<f64>(c, WANTED);
  session = <i32>load<f64>(c, SESSION);
  marked = <i32>load<f64>(c, MARKED);
  base = load<f64>(c, BASE);
  held = load<f64>(c, HELD);
  fills = load<f64>(c, FILLS);
  rejections = load<f64>(c, REJECTIONS);
  notionals = load<f64>(c, NOTIONAL);
  feesPaid = load<f64>(c, FEES);
  nextAction = <i32>load<f64>(c, NEXT_ACTION);
  actionAt = nextAction < actionCount ? actionSession() : NEVER;
  turns = turn = turnsEnd = <usize>load<f64>(c, TURNS);
  listed = session;
  setUnits(numerator, denominator);
}

function close(c: usize): void {
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
  store<f64>(c, <f64>nextAction, NEXT_ACTION);
}

// @ts-ignore: decorator
@inline
function actionSession(): i32 {
  return <i32>load<f64>(actions + (<usize>nextAction << 3));
}

// @ts-ignore: decorator
@inline
function ruleOf(at: i32): usize {
  return rules + <usize>load<u16>(ruleAt + (<usize>at << 1)) * RULE;
}

/** Writes or adds cash and marks of the stretch since the last change, up to a session. */
function put(to: i32): void {
  if (marked >= to) return;
  const at = equity + (<usize>marked << 3), marks = mark + (<usize>marked << 3);
  const length = to - marked;
  marked = to;
  if (fresh) {
    const spare = <usize>(end - to) << 3;
    if (held == 0) putConstant(at, length, base, spare);
    else if (denominator == 1) putMarks(at, marks, length, base, held * numerator, spare);
    else {
      putConstant(at, length, base, 0);
      addRoundedMarks(at, marks, length, held * numerator * 2, denominator, denominator * 2);
    }
    return;
  }
  addConstant(at, length, base);
  if (held == 0) return;
  if (denominator == 1) addMarks(at, marks, length, held * numerator);
  else addRoundedMarks(at, marks, length, held * numerator * 2, denominator, denominator * 2);
}

function list(left: f64, price: f64, paid: f64, change: f64): void {
  store<f64>(fields, left, LAST_QUANTITY);
  store<f64>(fields, price, LAST_PRICE);
  store<f64>(fields, paid, LAST_FEES);
  store<f64>(fields, change, LAST_CASH);
}

/** The waiting sale at the open; whether it filled. */
function sell(): bool {
  waiting = NOTHING;
  const price = load<f64>(sellTicks + (<usize>session << 3));
  const rule = ruleOf(session);
  if (price == 0 || session - bought < <i32>load<f64>(rule, SETTLEMENT)) {
    rejections++;
    return false;
  }
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
  if (!(sold > 0)) return false;
  const notional = worth(sold, price);
  const paid = sellFees(rule, sold, notional);
  const gain = notional - paid;
  if (notional < load<f64>(rule, LEAST) || cash + gain < (cash < 0 ? cash : 0)) {
    rejections++;
    return false;
  }
  cash += gain;
  quantity -= sold;
  fills++;
  notionals += notional;
  feesPaid += paid;
  if (trace) list(-sold, price, paid, gain);
  return true;
}

/** Units of the waiting buy that can be done at the open; what can't is counted as rejected. */
function buyable(rule: usize, price: f64, available: f64): f64 {
  if (price == 0) {
    rejections++;
    return 0;
  }
  let got: f64 = 0;
  if (atFill) {
    got = affordable(rule, available, price);
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
  if (got > 0 && !atFill) {
    const notional = worth(got, price);
    if (notional + buyFees(rule, got, notional) > available) {
      const most = affordable(rule, available, price);
      if (most < got) {
        rejections++;
        got = most;
      }
    }
  }
  if (got > 0 && worth(got, price) < load<f64>(rule, LEAST)) {
    rejections++;
    return 0;
  }
  return got;
}

/** The waiting buy at the open; FILL when it filled, CHECKED when it is beyond the exact range and nothing was done. */
function buy(): i32 {
  const price = load<f64>(buyTicks + (<usize>session << 3));
  const rule = ruleOf(session);
  const before = rejections;
  const available = cash + frozen;
  const got = buyable(rule, price, available);
  if (got > unitBound) {
    rejections = before;
    return CHECKED;
  }
  waiting = NOTHING;
  frozen = 0;
  cash = available;
  if (got == 0) return DONE;
  const notional = worth(got, price);
  const paid = buyFees(rule, got, notional);
  cash -= notional + paid;
  quantity = got;
  bought = session;
  fills++;
  notionals += notional;
  feesPaid += paid;
  if (trace) list(got, price, paid, -notional - paid);
  return FILL;
}

/** Units that an order at the close asks for. An order sized at its fill asks for as little as there is. */
function asked(wants: i32, rule: usize, price: f64): f64 {
  if (load<f64>(rule, TRADABLE) != 1) return 0;
  const least = load<f64>(rule, LEAST);
  let units: f64 = 0;
  if (wants == 0) units = session + 1 - bought >= <i32>load<f64>(rule, SETTLEMENT) ? quantity : 0;
  else if (atFill && least == 0) units = cash > 0 && price > 0 && lotsCost(rule, 0, price) <= cash ? load<f64>(rule, BUY_MINIMUM) : 0;
  else units = affordable(rule, cash, price);
  return units > 0 && least > 0 && price > 0 && worth(units, price) < least ? 0 : units;
}

/** What the rule and the manager do at the close. */
function decide(): void {
  const wants = <i32>load<u8>(want + <usize>session);
  if (wants == standing || load<u8>(traded + <usize>session) != 1) return;
  if ((quantity > 0 ? 1 : 0) == wants) {
    standing = wants;
    return;
  }
  standing = UNKNOWN;
  const rule = ruleOf(session + 1);
  const price = load<f64>(mark + (<usize>session << 3));
  const units = asked(wants, rule, price);
  if (units == 0) {
    rejections++;
    return;
  }
  wanted = units;
  if (wants == 0) {
    waiting = SALE;
    return;
  }
  waiting = BUY;
  let cost = cash;
  if (!atFill) {
    const notional = worth(units, price);
    const all = notional + buyFees(rule, units, notional);
    if (all < cash) cost = all;
  }
  frozen = cost;
  cash -= cost;
}

/** Lists the turns of the next block and reads what they will need, all at once: one by one each read would wait for memory. */
function listTurns(): void {
  const from = max(listed, 1);
  listed = min(from + BLOCK, count);
  const found = turnsOf(want, from, listed, turns);
  turn = turns;
  turnsEnd = turns + (<usize>found << 2);
  let sum: f64 = 0;
  const last = count - 1;
  for (let p = turns; p < turnsEnd; p += 4) {
    const at = load<i32>(p), after = min(at + 1, last);
    sum += load<f64>(mark + (<usize>at << 3)) + load<f64>((load<u8>(want + <usize>at) == 0 ? sellTicks : buyTicks) + (<usize>after << 3));
  }
  warmed = sum;
}

/** The first session from the one at hand on in which something else is wanted than stands. */
function otherWant(): i32 {
  if (session >= count || <i32>load<u8>(want + <usize>session) != standing) return session;
  while (!(turn < turnsEnd && load<i32>(turn) > session)) {
    if (turn < turnsEnd) turn += 4;
    else if (listed < count) listTurns();
    else return count;
  }
  return load<i32>(turn);
}

/** Goes to the next session in which something can happen. */
function goOn(): void {
  session++;
  if (waiting != NOTHING) return;
  if (standing == UNKNOWN) while (session < count && load<u8>(traded + <usize>session) == 0) session++;
  else session = otherWant();
  if (quantity > 0 && actionAt < session && actionAt >= 0) session = actionAt;
}

/** Walks on from where the fields stand; says why it stopped. */
export function walk(c: usize): i32 {
  open(c);
  const highest = load<f64>(c, HIGHEST), cashBound = load<f64>(c, CASH_BOUND);
  let filled = load<f64>(c, PHASE) == 1;
  let why = DONE;
  for (;;) {
    if (!filled) {
      if (session >= end) {
        put(end);
        if (end < count) why = WINDOW;
        break;
      }
      while (actionAt < session) {
        nextAction++;
        actionAt = nextAction < actionCount ? actionSession() : NEVER;
      }
      if (actionAt == session && (quantity > 0 || waiting != NOTHING)) {
        why = ACTION;
        break;
      }
      if (!(cash + frozen + quantity * highest <= cashBound && quantity <= unitBound && wanted <= unitBound)) {
        why = CHECKED;
        break;
      }
      if (waiting == SALE) filled = sell() && trace;
      else if (waiting == BUY) {
        why = buy();
        if (why == CHECKED) break;
        filled = why == FILL && trace;
      }
      if (filled) {
        why = FILL;
        break;
      }
      why = DONE;
    }
    filled = false;
    decide();
    if (cash + frozen != base || quantity != held) {
      put(session);
      base = cash + frozen;
      held = quantity;
    }
    goOn();
  }
  close(c);
  store<f64>(c, filled ? 1 : 0, PHASE);
  return why;
}
