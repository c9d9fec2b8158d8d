/** The values that a parameter takes in a search: a number, a list, or a range in words. */
import { SweepInputError } from './errors.js';

/** `20`, `[50, 60, 70]`, `'50,60,70'`, `'5:45:5'` (from, to, step; step 1 by default), `'log:5:320:7'` (7 values, each the same multiple of the one before). */
export type AxisInput = number | string | readonly number[];

/** Most values of one parameter: more is a typing error. */
const MOST_VALUES = 100_000;

/** Ascending, distinct. Throws SweepInputError on what is no number, list or range. */
export function axisValues(name: string, input: AxisInput): number[] {
  const values = typeof input === 'string' ? ofText(name, input) : typeof input === 'number' ? [input] : [...input];
  const bad = values.find((value) => !Number.isFinite(value));
  if (values.length === 0 || bad !== undefined) throw refuse(name, bad === undefined ? 'no value' : String(bad));
  return [...new Set(values)].sort((a, b) => a - b);
}

function ofText(name: string, text: string): number[] {
  const words = text.split(':').map((word) => word.trim());
  if (words[0] === 'log') return logRange(name, words.slice(1), text);
  if (words.length === 1) return text.split(',').map((part) => numberOf(name, part.trim(), text));
  if (words.length > 3) throw refuse(name, text);
  const [from, to, step = 1] = words.map((word) => numberOf(name, word, text)) as [number, number, number?];
  const whole = Number.isInteger(from) && Number.isInteger(to);
  if (words.length === 2 && !whole) throw refuse(name, `${text}, a range without a step`);
  if (!(step > 0) || from > to) throw refuse(name, text);
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MOST_VALUES) throw refuse(name, `${text}, which is ${count} values`);
  // Steps such as 0.1 are not exact: each value is what its digits say.
  const decimals = Math.max(decimalsOf(words[0]!), decimalsOf(words[2] ?? '1'));
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toFixed(decimals)));
}

function logRange(name: string, words: readonly string[], text: string): number[] {
  if (words.length !== 3) throw refuse(name, text);
  const [from, to, count] = words.map((word) => numberOf(name, word, text)) as [number, number, number];
  if (!(from > 0) || from > to || !Number.isInteger(count) || count < 2 || count > MOST_VALUES) throw refuse(name, text);
  // Whole bounds give whole values, as sessions are; those that fall together count once.
  const whole = words[0]!.includes('.') || words[1]!.includes('.') ? (value: number) => Number(value.toPrecision(6)) : Math.round;
  return Array.from({ length: count }, (_, i) => whole(from * (to / from) ** (i / (count - 1))));
}

const decimalsOf = (word: string): number => Math.min(12, (word.split('.')[1] ?? '').length);

function numberOf(name: string, word: string, text: string): number {
  const value = Number(word);
  if (word === '' || !Number.isFinite(value)) throw refuse(name, text);
  return value;
}

const refuse = (name: string, got: string): SweepInputError =>
  new SweepInputError(
    `axisValues: expected values of ${name} such as 20, 50,60,70, 5:45:5 (from:to:step) or log:5:320:7 (from:to:count), got ${got}. Write one of these.`,
  );
