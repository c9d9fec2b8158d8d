/** Numbers in text, and whether one that a role names is among those that it was shown. */

const NUMBER = /(?<![\w.])[-+−]?\d+(?:,\d{3})*(?:\.\d+)?/g;

export function numbersIn(text: string): number[] {
  return [...text.matchAll(NUMBER)].map(([found]) => Number(found.replace(/,/g, '').replace('−', '-')));
}

/** Whole numbers up to ten count things; they are no figures. */
export const isFigure = (value: number): boolean => !(Number.isInteger(value) && Math.abs(value) <= 10);

/**
 * Whether `value` is one of `known`, rounded as it is said, whatever its sign ("fell by 3.1 %") and whether as a fraction or in per
 * cent.
 */
export function isFigureIn(value: number, known: readonly number[]): boolean {
  const said = Math.abs(value);
  const decimals = Math.min(8, (String(value).split('.')[1] ?? '').length);
  const slack = 0.5 * 10 ** -decimals + 1e-9;
  return known.some((one) => {
    const is = Math.abs(one);
    return Math.abs(is - said) <= slack || Math.abs(is - 100 * said) <= 100 * slack || Math.abs(is / 100 - said) <= slack;
  });
}
