/** The order in which the project's formatter sorts imports, so that generated code is in it. */

/** Marks that stand in names and module paths, then digits, then letters: as biome 2.5 sorts them (test/notebook/natural-order.test.ts). */
const MARKS = '/@._-+$~';

/**
 * `A < a < a9 < a10 < B < b`, one character after the other (https://biomejs.dev/assist/actions/organize-imports): negative when `a`
 * comes first, 0 for equal texts.
 */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a.match(/\d+|\D/g) ?? [], b.match(/\d+|\D/g) ?? []];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = orderOfParts(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** One character, or a number as a whole: of two numbers the shorter one comes first. */
function orderOfParts(a: string, b: string): number {
  if (a === b) return 0;
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindA !== kindB) return kindA - kindB;
  if (kindA === 0) return MARKS.indexOf(a) - MARKS.indexOf(b);
  if (kindA === 1) return a.length - b.length || (a < b ? -1 : 1);
  const [lowA, lowB] = [a.toLowerCase(), b.toLowerCase()];
  if (lowA !== lowB) return lowA < lowB ? -1 : 1;
  return a < b ? -1 : 1;
}

const kindOf = (part: string): number => (MARKS.includes(part) ? 0 : /\d/.test(part) ? 1 : /[a-z]/i.test(part) ? 2 : 3);
