/**
 * Integer money. Prices are integer ticks, cash is integer minor units (fen, cents), quantities are integer units; every product
 * passes through {@link mulDiv}, which rounds half up and refuses results that doubles can't hold exactly.
 */
import { OverflowError } from './errors.js';

/** An exact ratio of two integers; the denominator is positive. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

export const ratio = (numerator: number, denominator: number): Ratio => ({ numerator, denominator });

/**
 * `a * b / divisor`, rounded half up (towards +infinity at exactly half), in exact integer arithmetic.
 * `a`, `b`: integers; `divisor`: positive integer. Falls back to BigInt when `a * b` is beyond 2^53.
 * Throws OverflowError when the result is.
 */
export function mulDiv(a: number, b: number, divisor: number): number {
  const product = a * b;
  // Twice the product and the divisor must stay exact together.
  const exact = (Number.MAX_SAFE_INTEGER - divisor) / 2;
  if (product <= exact && product >= -exact) {
    if (divisor === 1) return product;
    // Floor of the exact quotient: % on doubles is exact, so the division below has no remainder.
    const twice = product * 2 + divisor;
    const span = divisor * 2;
    const remainder = twice % span;
    return (twice - (remainder < 0 ? remainder + span : remainder)) / span;
  }
  return bigMulDiv(a, b, divisor);
}

function bigMulDiv(a: number, b: number, divisor: number): number {
  const product = BigInt(a) * BigInt(b);
  const span = BigInt(divisor) * 2n;
  const twice = product * 2n + BigInt(divisor);
  const remainder = twice % span;
  const result = Number((twice - (remainder < 0n ? remainder + span : remainder)) / span);
  if (!Number.isSafeInteger(result)) {
    throw new OverflowError(
      `mulDiv: expected a result below 2^53, got ${a} x ${b} / ${divisor}. Use a coarser tick or a smaller quantity.`,
    );
  }
  return result;
}

/** Largest integer `<= a * b / divisor`, exact. */
export function mulDivFloor(a: number, b: number, divisor: number): number {
  const product = a * b;
  if (product <= Number.MAX_SAFE_INTEGER && product >= -Number.MAX_SAFE_INTEGER) {
    const remainder = product % divisor;
    return (product - (remainder < 0 ? remainder + divisor : remainder)) / divisor;
  }
  const big = BigInt(a) * BigInt(b);
  const span = BigInt(divisor);
  const remainder = big % span;
  const result = Number((big - (remainder < 0n ? remainder + span : remainder)) / span);
  if (!Number.isSafeInteger(result)) {
    throw new OverflowError(
      `mulDivFloor: expected a result below 2^53, got ${a} x ${b} / ${divisor}. Use a coarser tick or a smaller quantity.`,
    );
  }
  return result;
}
