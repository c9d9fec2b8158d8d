/** The order at hand of a batch, as a row of numbers, so that a step allocates nothing: what is waited for, and what became of it. */

/** Columns: 1 a buy, -1 a sale, 0 nothing waits; units; 1 = all that is sellable. */
export const SIDE = 0;
export const QUANTITY = 1;
export const SELL_WHOLE = 2;
/** Bits (1 << reason code) of what was refused or cut, units filled (negative: sold), their notional. */
export const REJECTED = 3;
export const FILLED = 4;
export const TURNOVER = 5;
/** 1 = a corporate action has changed the units since the order was cut to lots. */
export const SCALED = 6;

export const envOrder = (): Float64Array => new Float64Array(7);

/** Notes a reason. */
export function refuseOrder(order: Float64Array, code: number): void {
  order[REJECTED] = order[REJECTED]! | (1 << code);
}
