/** Splitting a whole number in proportion to weights so that the parts are whole and add up (largest remainder, Hamilton's method). */
import { ManagerError } from './errors.js';

/**
 * Parts of `total` in proportion to `weights` (non-negative integers, not all zero unless `total` is 0). Equal remainders go to the
 * lower index: callers sort by strategy id. A negative total is split as its mirror image.
 */
export function largestRemainder(total: number, weights: readonly number[]): number[] {
  if (total < 0) return largestRemainder(-total, weights).map((part) => (part === 0 ? 0 : -part));
  let sum = 0;
  for (const weight of weights) sum += weight;
  if (total === 0) return weights.map(() => 0);
  if (!(sum > 0)) throw new ManagerError(`largestRemainder: expected a weight above 0, got none for ${total}. Pass who shares.`);
  const whole = BigInt(total);
  const all = BigInt(sum);
  const parts: number[] = [];
  const remainders: bigint[] = [];
  let given = 0;
  for (const weight of weights) {
    const product = whole * BigInt(weight);
    const part = Number(product / all);
    parts.push(part);
    remainders.push(product % all);
    given += part;
  }
  const order = weights.map((_, i) => i);
  order.sort((a, b) => (remainders[a]! === remainders[b]! ? a - b : remainders[a]! > remainders[b]! ? -1 : 1));
  for (let i = 0; given < total; i++, given++) parts[order[i]!]! += 1;
  return parts;
}
