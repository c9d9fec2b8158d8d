/** Decimals of JSON as exact ratios: 0.236 yuan a share is 236/10 fen. */
import type { Ratio, Units } from '../../core/index.js';
import { reduced } from '../corporate-actions.js';

/** `value * scale` as a ratio in smallest terms; undefined for null and zero; null when it is no decimal of at least 0. */
export function ratioOf(value: number | null | undefined, scale: Ratio): Ratio | undefined | null {
  if (value === null || value === undefined || value === 0) return undefined;
  const match = /^(\d{1,9})(?:\.(\d+))?$/.exec(Math.abs(value) < 1e-6 ? '' : String(Number(value.toFixed(9))));
  if (!match || value < 0) return null;
  const decimals = match[2] ?? '';
  return reduced(Number((match[1] as string) + decimals) * scale.numerator, 10 ** decimals.length * scale.denominator);
}

/** Minor units per quantity unit in one major unit per share, as a ratio over `shares` shares. */
export const cashScale = (units: Units, shares = 1): Ratio =>
  reduced(Math.round(units.minorPerMajor * units.quantityStep * 1e9), 1e9 * shares);
