/** Order arithmetic on a row of rules: the same operations in the same order as lib/rl/env-rules.ts, so the same integers. */
import {
  BUY_FEES, BUY_MINIMUM, BUY_STEP, FEE_SLOTS, FEE_WIDTH, FEES, PER_STEP, RATE_OF_QUANTITY, rule, SELL_FEES, SELL_STEP, SLACK, SURPLUS,
  TICK_DENOMINATOR, TICK_NUMERATOR, UNIT_PER_TICK,
} from './env-memory';

const EXACT: f64 = 1125899906842624; // 2^50

/** Set where a product is too large for exact doubles: the caller takes the step. */
export let overflow: bool = false;

export function begin(): void {
  overflow = false;
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

export function notional(at: usize, quantity: f64, ticks: f64): f64 {
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
export function buyFees(at: usize, quantity: f64, value: f64): f64 {
  return feesFrom(at + (FEES << 3), <i32>rule(at, BUY_FEES), quantity, value);
}

// @ts-ignore: decorator
@inline
export function sellFees(at: usize, quantity: f64, value: f64): f64 {
  return feesFrom(at + ((FEES + FEE_SLOTS * FEE_WIDTH) << 3), <i32>rule(at, SELL_FEES), quantity, value);
}

function buyCost(at: usize, quantity: f64, ticks: f64): f64 {
  const value = notional(at, quantity, ticks);
  return value + buyFees(at, quantity, value);
}

export function affordable(at: usize, cash: f64, ticks: f64): f64 {
  if (!(cash > 0 && ticks > 0)) return 0;
  const minimum = rule(at, BUY_MINIMUM);
  const step = rule(at, BUY_STEP);
  const unitCost = ticks * rule(at, UNIT_PER_TICK) + rule(at, RATE_OF_QUANTITY);
  let best = Math.floor((cash / unitCost - minimum) * rule(at, PER_STEP));
  if (best < 0) best = 0;
  const quantity = minimum + best * step;
  const surelyPaid = quantity * unitCost * (1 + 1e-12) + rule(at, SURPLUS) <= cash;
  if (surelyPaid || buyCost(at, quantity, ticks) <= cash) {
    if ((quantity + step) * unitCost * (1 - 1e-12) - rule(at, SLACK) > cash) return quantity;
    return search(at, cash, ticks, best, -1);
  }
  return search(at, cash, ticks, -1, best);
}

/** From a lot number that is affordable (upwards) or one that is too much (downwards): doubling strides, then halves. */
function search(at: usize, cash: f64, ticks: f64, known: f64, excess: f64): f64 {
  const minimum = rule(at, BUY_MINIMUM);
  const step = rule(at, BUY_STEP);
  let best = known;
  let tooMuch = excess;
  let stride: f64 = 1;
  if (known >= 0) {
    for (; !overflow && buyCost(at, minimum + (best + stride) * step, ticks) <= cash; stride *= 2) best += stride;
    tooMuch = best + stride;
  } else {
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

export function buyLots(at: usize, quantity: f64): f64 {
  const minimum = rule(at, BUY_MINIMUM);
  return quantity < minimum ? 0 : minimum + stepped(quantity - minimum, rule(at, BUY_STEP));
}

export function sellLots(at: usize, quantity: f64, sellable: f64): f64 {
  if (quantity >= sellable) return sellable;
  const lots = stepped(quantity, rule(at, SELL_STEP));
  return lots < rule(at, BUY_MINIMUM) ? 0 : lots;
}
