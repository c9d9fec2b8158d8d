/**
 * Order arithmetic on plain numbers: what the market room does with rules and units as objects, done on rows of one Float64Array. Every
 * function gives the very integers of its counterpart there (fees, affordable, lots, notional); a property test holds them together.
 */
import { mulDiv, type Side, type Units } from '../core/index.js';
import type { FeeRule, SessionRules } from '../market/index.js';

/** Columns of a row. Fees follow from `FEES` on: those of a buy, then those of a sell. */
export const SETTLEMENT = 0;
export const BUY_MINIMUM = 1;
export const BUY_STEP = 2;
export const SELL_STEP = 3;
export const TRADABLE = 4;
const TICK_NUMERATOR = 5;
const TICK_DENOMINATOR = 6;
const BUY_FEES = 7;
const SELL_FEES = 8;
/** Estimate of a buy's fees by quantity, minor units a unit. */
const RATE_OF_QUANTITY = 9;
/** How far the true cost of a buy can lie under the estimate, minor units; Infinity where a fee has a maximum. */
const SLACK = 10;
/** Minor units of a unit at one tick, fees by notional included; and the reciprocal of the step. Estimates. */
const UNIT_PER_TICK = 11;
const PER_STEP = 12;
/** Least notional of an order, minor units; 0 = any. */
export const LEAST = 13;
/** How far the true cost of a buy can lie over the estimate, minor units. */
const SURPLUS = 14;
const FEES = 15;
/** on quantity, numerator, denominator, minimum, maximum, half the reciprocal of the denominator. */
const FEE_WIDTH = 6;

/** Below this twice a product and its divisor stay exact together, whatever the quotient's last bit does. */
const EXACT = 2 ** 50;

/**
 * `a * b / divisor` rounded half up, as mulDiv of core, by a reciprocal instead of a remainder of doubles: a tenth of the time.
 * `half`: 0.5 / divisor.
 */
function mulDivQuick(a: number, b: number, divisor: number, half: number): number {
  const product = a * b;
  if (!(product <= EXACT && product >= 0 && divisor <= EXACT)) return mulDiv(a, b, divisor);
  const twice = product * 2 + divisor;
  const span = divisor * 2;
  // The estimate is off by one at most; the products below are exact.
  const quotient = Math.floor(twice * half);
  const rest = twice - quotient * span;
  return rest < 0 ? quotient - 1 : rest >= span ? quotient + 1 : quotient;
}

/** `value` down to a multiple of `step`; both whole, not negative. */
function stepped(value: number, step: number): number {
  if (step === 1) return value;
  const times = Math.floor(value / step);
  return times * step > value ? (times - 1) * step : times * step;
}

/** The rules of all sessions of an environment, each (rules, units) once. */
export class EnvRules {
  rows = new Float64Array(0);
  readonly #feeSlots: number;
  readonly #known = new Map<SessionRules, Map<Units, number>>();
  #count = 0;

  /** `feeSlots`: the most fees that one side of an order can have. */
  constructor(feeSlots = 8) {
    this.#feeSlots = feeSlots;
  }

  /** Start of the row of these rules for an instrument of these units. */
  offsetOf(rules: SessionRules, units: Units): number {
    let byUnits = this.#known.get(rules);
    if (byUnits === undefined) this.#known.set(rules, (byUnits = new Map()));
    let offset = byUnits.get(units);
    if (offset === undefined) byUnits.set(units, (offset = this.#add(rules, units)));
    return offset;
  }

  get #width(): number {
    return FEES + 2 * this.#feeSlots * FEE_WIDTH;
  }

  #add(rules: SessionRules, units: Units): number {
    const at = this.#count++ * this.#width;
    if (at + this.#width > this.rows.length) {
      const wider = new Float64Array(Math.max(16 * this.#width, this.rows.length * 2));
      wider.set(this.rows);
      this.rows = wider;
    }
    const row = this.rows;
    row[at + SETTLEMENT] = rules.settlementSessions;
    row[at + BUY_MINIMUM] = rules.buyMinimum;
    row[at + BUY_STEP] = rules.buyStep;
    row[at + SELL_STEP] = rules.sellStep;
    row[at + TRADABLE] = rules.tradable ? 1 : 0;
    row[at + TICK_NUMERATOR] = units.minorPerUnitTick.numerator;
    row[at + TICK_DENOMINATOR] = units.minorPerUnitTick.denominator;
    const buys = feesOf(rules, 'buy');
    const sells = feesOf(rules, 'sell');
    if (buys.length > this.#feeSlots || sells.length > this.#feeSlots) {
      throw new RangeError(`EnvRules: expected at most ${this.#feeSlots} fees a side, got ${Math.max(buys.length, sells.length)}.`);
    }
    row[at + BUY_FEES] = buys.length;
    row[at + SELL_FEES] = sells.length;
    row[at + LEAST] = rules.minimumNotionalMinor ?? 0;
    let slack = 2;
    let surplus = 2;
    let byNotional = 0;
    for (const fee of buys) {
      const rate = fee.rate.numerator / fee.rate.denominator;
      if (fee.basis === 'notional') byNotional += rate;
      else row[at + RATE_OF_QUANTITY]! += rate;
      slack += fee.maximumMinor > 0 ? Number.POSITIVE_INFINITY : 0.5;
      surplus += 1 + fee.minimumMinor;
    }
    row[at + SLACK] = slack;
    row[at + SURPLUS] = surplus;
    row[at + UNIT_PER_TICK] = (units.minorPerUnitTick.numerator / units.minorPerUnitTick.denominator) * (1 + byNotional);
    row[at + PER_STEP] = 1 / rules.buyStep;
    writeFees(row, at + FEES, buys);
    writeFees(row, at + FEES + this.#feeSlots * FEE_WIDTH, sells);
    return at;
  }

  /** The arithmetic on these rows, once all are in. */
  arithmetic(): RuleArithmetic {
    return ruleArithmetic(this.rows, this.#feeSlots);
  }
}

/** Every function takes the start of a row first; the counterparts in the market room bear the same names. */
export interface RuleArithmetic {
  readonly rows: Float64Array;
  /** Minor units of `quantity` at `ticks`. */
  notional(at: number, quantity: number, ticks: number): number;
  buyFees(at: number, quantity: number, notional: number): number;
  sellFees(at: number, quantity: number, notional: number): number;
  /** Notional and fees of a buy. */
  buyCost(at: number, quantity: number, ticks: number): number;
  /** Largest quantity in lots whose cost is at most `cash`. */
  affordable(at: number, cash: number, ticks: number): number;
  buyLots(at: number, quantity: number): number;
  sellLots(at: number, quantity: number, sellable: number): number;
  /** Largest whole number of units whose notional is at most `value`. */
  unitsWorth(at: number, value: number, ticks: number): number;
}

/** Functions over captured columns: engines run them a good deal faster than methods. */
function ruleArithmetic(rows: Float64Array, feeSlots: number): RuleArithmetic {
  const sellFeesAt = FEES + feeSlots * FEE_WIDTH;

  function notional(at: number, quantity: number, ticks: number): number {
    const value = quantity * (ticks * rows[at + TICK_NUMERATOR]!);
    const denominator = rows[at + TICK_DENOMINATOR]!;
    return denominator === 1 && value <= EXACT ? value : mulDiv(quantity, ticks * rows[at + TICK_NUMERATOR]!, denominator);
  }

  function fees(from: number, count: number, quantity: number, value: number): number {
    let total = 0;
    for (let k = 0, at = from; k < count; k++, at += FEE_WIDTH) {
      const fee = mulDivQuick(rows[at] === 0 ? value : quantity, rows[at + 1]!, rows[at + 2]!, rows[at + 5]!);
      const minimum = rows[at + 3]!;
      const maximum = rows[at + 4]!;
      total += fee < minimum ? minimum : maximum > 0 && fee > maximum ? maximum : fee;
    }
    return total;
  }

  const buyFees = (at: number, quantity: number, value: number): number => fees(at + FEES, rows[at + BUY_FEES]!, quantity, value);
  const sellFees = (at: number, quantity: number, value: number): number => fees(at + sellFeesAt, rows[at + SELL_FEES]!, quantity, value);

  function buyCost(at: number, quantity: number, ticks: number): number {
    const value = notional(at, quantity, ticks);
    return value + fees(at + FEES, rows[at + BUY_FEES]!, quantity, value);
  }

  function affordable(at: number, cash: number, ticks: number): number {
    if (!(cash > 0 && ticks > 0)) return 0;
    const minimum = rows[at + BUY_MINIMUM]!;
    const step = rows[at + BUY_STEP]!;
    const unitCost = ticks * rows[at + UNIT_PER_TICK]! + rows[at + RATE_OF_QUANTITY]!;
    // Lot numbers: n stands for minimum + n * step.
    let lots = Math.floor((cash / unitCost - minimum) * rows[at + PER_STEP]!);
    if (lots < 0) lots = 0;
    const quantity = minimum + lots * step;
    // That it can be paid, and the next lot can't, is seen without pricing either, nearly always.
    const surelyPaid = quantity * unitCost * (1 + 1e-12) + rows[at + SURPLUS]! <= cash;
    if (!surelyPaid && buyCost(at, quantity, ticks) > cash) return search(at, cash, ticks, -1, lots);
    if ((quantity + step) * unitCost * (1 - 1e-12) - rows[at + SLACK]! > cash) return quantity;
    return search(at, cash, ticks, lots, -1);
  }

  /** From a lot number that is too much (downwards) or one that is affordable (upwards): doubling strides, then halves. */
  function search(at: number, cash: number, ticks: number, known: number, excess: number): number {
    const minimum = rows[at + BUY_MINIMUM]!;
    const step = rows[at + BUY_STEP]!;
    let best = known;
    let tooMuch = excess;
    let stride = 1;
    if (known >= 0) {
      for (; buyCost(at, minimum + (best + stride) * step, ticks) <= cash; stride *= 2) best += stride;
      tooMuch = best + stride;
    } else {
      for (; tooMuch > stride && buyCost(at, minimum + (tooMuch - stride) * step, ticks) > cash; stride *= 2) tooMuch -= stride;
      best = Math.max(-1, tooMuch - stride);
      if (best === 0 && buyCost(at, minimum, ticks) > cash) return 0;
    }
    while (tooMuch - best > 1) {
      const middle = Math.floor((best + tooMuch) / 2);
      if (buyCost(at, minimum + middle * step, ticks) <= cash) best = middle;
      else tooMuch = middle;
    }
    return best < 0 ? 0 : minimum + best * step;
  }

  function buyLots(at: number, quantity: number): number {
    const minimum = rows[at + BUY_MINIMUM]!;
    return quantity < minimum ? 0 : minimum + stepped(quantity - minimum, rows[at + BUY_STEP]!);
  }

  function sellLots(at: number, quantity: number, sellable: number): number {
    if (quantity >= sellable) return sellable;
    const lots = stepped(quantity, rows[at + SELL_STEP]!);
    return lots < rows[at + BUY_MINIMUM]! ? 0 : lots;
  }

  function unitsWorth(at: number, value: number, ticks: number): number {
    if (value <= 0 || ticks <= 0) return 0;
    let quantity = Math.floor(value / ((ticks * rows[at + TICK_NUMERATOR]!) / rows[at + TICK_DENOMINATOR]!));
    while (quantity > 0 && notional(at, quantity, ticks) > value) quantity--;
    return quantity;
  }

  return { rows, notional, buyFees, sellFees, buyCost, affordable, buyLots, sellLots, unitsWorth };
}

const feesOf = ({ fees }: SessionRules, side: Side): readonly FeeRule[] => fees.filter((fee) => fee.side === 'both' || fee.side === side);

function writeFees(row: Float64Array, from: number, fees: readonly FeeRule[]): void {
  fees.forEach((fee, k) => {
    const { numerator, denominator } = fee.rate;
    row.set(
      [fee.basis === 'notional' ? 0 : 1, numerator, denominator, fee.minimumMinor, fee.maximumMinor, 0.5 / denominator],
      from + k * FEE_WIDTH,
    );
  });
}
