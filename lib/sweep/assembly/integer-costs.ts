// What units are worth, what an order costs, what a sum can buy: lib/sweep/integer-costs.ts again, for numbers that the walk keeps inside
// the exact range of doubles.
import { BUY_FEES, BUY_MINIMUM, BUY_STEP, COMPONENT, COMPONENTS, MOST_COMPONENTS, SELL_FEES, UNIT_FEE, UNIT_RATE } from './integer-fields';

// Minor units of one unit at one tick, of the symbol at hand.
let numerator: f64 = 1;
let denominator: f64 = 1;

export function setUnits(n: f64, d: f64): void {
  numerator = n;
  denominator = d;
}

// @ts-ignore: decorator
@inline
export function worth(quantity: f64, price: f64): f64 {
  const product = quantity * (price * numerator);
  return denominator == 1 ? product : Math.floor((product * 2 + denominator) / (denominator * 2));
}

/** Components: twice the rate's numerator, its denominator, minimum, maximum, 1 for notional and 0 for quantity. */
function fees(components: usize, count: i32, quantity: f64, notional: f64): f64 {
  let total: f64 = 0;
  const end = components + <usize>count * COMPONENT;
  for (let p = components; p < end; p += COMPONENT) {
    const basis = load<f64>(p, 32) == 1 ? notional : quantity;
    const divisor = load<f64>(p, 8);
    const fee = Math.floor((basis * load<f64>(p) + divisor) / (divisor * 2));
    total += Math.min(Math.max(fee, load<f64>(p, 16)), load<f64>(p, 24));
  }
  return total;
}

export function buyFees(rule: usize, quantity: f64, notional: f64): f64 {
  return fees(rule + COMPONENTS, <i32>load<f64>(rule, BUY_FEES), quantity, notional);
}

export function sellFees(rule: usize, quantity: f64, notional: f64): f64 {
  return fees(rule + COMPONENTS + MOST_COMPONENTS * COMPONENT, <i32>load<f64>(rule, SELL_FEES), quantity, notional);
}

/** What `lots` steps above the minimum cost. */
export function lotsCost(rule: usize, lots: f64, price: f64): f64 {
  const quantity = load<f64>(rule, BUY_MINIMUM) + lots * load<f64>(rule, BUY_STEP);
  const notional = worth(quantity, price);
  return notional + buyFees(rule, quantity, notional);
}

/** Largest quantity in lots that the cash pays for with its fees: an estimate that is mostly right, and a search from there. */
export function affordable(rule: usize, cash: f64, price: f64): f64 {
  if (!(cash > 0 && price > 0)) return 0;
  const minimum = load<f64>(rule, BUY_MINIMUM), step = load<f64>(rule, BUY_STEP);
  let high = Math.max(0, Math.floor((cash / (price * load<f64>(rule, UNIT_RATE) + load<f64>(rule, UNIT_FEE)) - minimum) / step));
  let low: f64 = -1, stride: f64 = 1;
  if (lotsCost(rule, high, price) <= cash) {
    low = high;
    while (lotsCost(rule, low + stride, price) <= cash) {
      low += stride;
      stride *= 2;
    }
    high = low + stride;
  } else {
    low = high - stride;
    while (low >= 0 && lotsCost(rule, low, price) > cash) {
      high = low;
      stride *= 2;
      low = high - stride;
    }
    if (low < 0) low = -1;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (lotsCost(rule, middle, price) <= cash) low = middle;
    else high = middle;
  }
  return low < 0 ? 0 : minimum + low * step;
}

/** As many whole lots as fit into a quantity. */
export function buyLots(rule: usize, quantity: f64): f64 {
  const minimum = load<f64>(rule, BUY_MINIMUM), step = load<f64>(rule, BUY_STEP);
  return quantity < minimum ? 0 : minimum + Math.floor((quantity - minimum) / step) * step;
}
