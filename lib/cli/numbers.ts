/** Numbers of the command line. */
import { InvalidArgumentError } from 'commander';

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Expected a whole number, 0 or more.');
  return value;
}

export function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Expected a number, 0 or more.');
  return value;
}

/** `1,5,20` */
export const horizonList = (text: string): number[] => text.split(',').map((part) => wholeNumber(part.trim()));

/** A decimal such as 0.00025 as an exact ratio: 25/100000. */
export function exactRatio(text: string): { numerator: number; denominator: number } {
  const match = /^(\d+)(?:\.(\d{1,12}))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('Expected a decimal such as 0.00025.');
  const decimals = match[2] ?? '';
  return { numerator: Number(`${match[1]}${decimals}`), denominator: 10 ** decimals.length };
}
