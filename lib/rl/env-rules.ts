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
/** Estimated fees of a buy: a part of the notional, and minor units per unit. */
const RATE_OF_NOTIONAL = 9;
const RATE_OF_QUANTITY = 10;
/** How far the true cost of a buy can lie under the estimate, minor units; Infinity where a fee has a maximum. */
const SLACK = 11;
const FEES = 12;
/** on quantity, numerator, denominator, minimum, maximum. */
const FEE_WIDTH = 5;

/** Below this twice a product and its divisor stay exact together, whatever the quotient's last bit does. */
const EXACT = 2 ** 50;

/** `a * b / divisor` rounded half up, as mulDiv of core, without its remainder of doubles: a third of the time. */
export function mulDivQuick(a: number, b: number, divisor: number): number {
  const product = a * b;
  if (!(product <= EXACT && product >= 0 && divisor <= EXACT)) return mulDiv(a, b, divisor);
  const twice = product * 2 + divisor;
  const span = divisor * 2;
  // The rounded quotient is off by one at most; the products below are exact.
  const quotient = Math.floor(twice / span);
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
    let slack = 2;
    for (const fee of buys) {
      const rate = fee.rate.numerator / fee.rate.denominator;
      row[at + (fee.basis === 'notional' ? RATE_OF_NOTIONAL : RATE_OF_QUANTITY)]! += rate;
      slack += fee.maximumMinor > 0 ? Number.POSITIVE_INFINITY : 0.5;
    }
    row[at + SLACK] = slack;
    writeFees(row, at + FEES, buys);
    writeFees(row, at + FEES + this.#feeSlots * FEE_WIDTH, sells);
    return at;
  }

  /** Minor units of `quantity` at `ticks`. */
  notional(at: number, quantity: number, ticks: number): number {
    const { rows } = this;
    return mulDivQuick(quantity, ticks * rows[at + TICK_NUMERATOR]!, rows[at + TICK_DENOMINATOR]!);
  }

  buyFees(at: number, quantity: number, notional: number): number {
    return this.#fees(at + FEES, this.rows[at + BUY_FEES]!, quantity, notional);
  }

  sellFees(at: number, quantity: number, notional: number): number {
    return this.#fees(at + FEES + this.#feeSlots * FEE_WIDTH, this.rows[at + SELL_FEES]!, quantity, notional);
  }

  #fees(from: number, count: number, quantity: number, notional: number): number {
    const { rows } = this;
    let total = 0;
    for (let k = 0, at = from; k < count; k++, at += FEE_WIDTH) {
      const fee = mulDivQuick(rows[at] === 0 ? notional : quantity, rows[at + 1]!, rows[at + 2]!);
      const minimum = rows[at + 3]!;
      const maximum = rows[at + 4]!;
      total += fee < minimum ? minimum : maximum > 0 && fee > maximum ? maximum : fee;
    }
    return total;
  }

  /** Notional and fees of a buy. */
  buyCost(at: number, quantity: number, ticks: number): number {
    const notional = this.notional(at, quantity, ticks);
    return notional + this.buyFees(at, quantity, notional);
  }

  /** Largest quantity in lots whose cost is at most `cash`. */
  affordable(at: number, cash: number, ticks: number): number {
    if (!(cash > 0 && ticks > 0)) return 0;
    const { rows } = this;
    const minimum = rows[at + BUY_MINIMUM]!;
    const step = rows[at + BUY_STEP]!;
    const value = (ticks * rows[at + TICK_NUMERATOR]!) / rows[at + TICK_DENOMINATOR]!;
    const unitCost = value + value * rows[at + RATE_OF_NOTIONAL]! + rows[at + RATE_OF_QUANTITY]!;
    // Lot numbers: n stands for minimum + n * step, -1 for nothing at all.
    let tooMuch = Math.floor((cash / unitCost - minimum) / step);
    if (tooMuch < 0) tooMuch = 0;
    let affordable = -1;
    let stride = 1;
    if (this.buyCost(at, minimum + tooMuch * step, ticks) <= cash) {
      affordable = tooMuch;
      // The next lot is seen to be too much without pricing it, nearly always.
      if ((minimum + (affordable + 1) * step) * unitCost * (1 - 1e-12) - rows[at + SLACK]! > cash) return minimum + affordable * step;
      while (this.buyCost(at, minimum + (affordable + stride) * step, ticks) <= cash) {
        affordable += stride;
        stride *= 2;
      }
      tooMuch = affordable + stride;
    } else {
      while (tooMuch > stride && this.buyCost(at, minimum + (tooMuch - stride) * step, ticks) > cash) {
        tooMuch -= stride;
        stride *= 2;
      }
      affordable = Math.max(-1, tooMuch - stride);
      if (affordable === 0 && this.buyCost(at, minimum, ticks) > cash) return 0;
    }
    while (tooMuch - affordable > 1) {
      const middle = Math.floor((affordable + tooMuch) / 2);
      if (this.buyCost(at, minimum + middle * step, ticks) <= cash) affordable = middle;
      else tooMuch = middle;
    }
    return affordable < 0 ? 0 : minimum + affordable * step;
  }

  buyLots(at: number, quantity: number): number {
    const minimum = this.rows[at + BUY_MINIMUM]!;
    return quantity < minimum ? 0 : minimum + stepped(quantity - minimum, this.rows[at + BUY_STEP]!);
  }

  sellLots(at: number, quantity: number, sellable: number): number {
    if (quantity >= sellable) return sellable;
    const lots = stepped(quantity, this.rows[at + SELL_STEP]!);
    return lots < this.rows[at + BUY_MINIMUM]! ? 0 : lots;
  }

  /** Largest whole number of units whose notional is at most `value`. */
  unitsWorth(at: number, value: number, ticks: number): number {
    if (value <= 0 || ticks <= 0) return 0;
    let quantity = Math.floor(value / ((ticks * this.rows[at + TICK_NUMERATOR]!) / this.rows[at + TICK_DENOMINATOR]!));
    while (quantity > 0 && this.notional(at, quantity, ticks) > value) quantity--;
    return quantity;
  }
}

const feesOf = ({ fees }: SessionRules, side: Side): readonly FeeRule[] => fees.filter((fee) => fee.side === 'both' || fee.side === side);

function writeFees(row: Float64Array, from: number, fees: readonly FeeRule[]): void {
  fees.forEach((fee, k) => {
    const { numerator, denominator } = fee.rate;
    row.set([fee.basis === 'notional' ? 0 : 1, numerator, denominator, fee.minimumMinor, fee.maximumMinor], from + k * FEE_WIDTH);
  });
}
