/** Numbers out of the bytes of a cell, without a string in between: a file of bars has millions of them. */

/** The cell is empty, `--`, `-`, `null`, `N/A`: no value was recorded. */
export const NONE = Number.NaN;
/** The cell says `nan`: a computation failed there. */
export const NOT_A_NUMBER = -Infinity;
/** The cell holds something that is no number. */
export const UNREADABLE = Infinity;

const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);

/** Value of a decimal in `bytes[start, end)`, exactly rounded; or {@link NONE}, {@link NOT_A_NUMBER}, {@link UNREADABLE}. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (at === end) return NONE;
  const negative = bytes[at] === 45;
  if (negative) at++;
  const first = at;
  let mantissa = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + (byte - 48);
      if (decimals >= 0) decimals++;
    } else if (byte === 46 && decimals < 0) decimals = 0;
    else return numberOf(text(bytes, start, end));
  }
  // Below 2^53 and 10^22 both are exact doubles, so that one division rounds correctly (Clinger 1990).
  if (at - first > 16 || at === first || mantissa > Number.MAX_SAFE_INTEGER) return numberOf(text(bytes, start, end));
  const value = decimals > 0 ? mantissa / (POWERS[decimals] as number) : mantissa;
  return negative ? -value : value;
}

const MULTIPLES: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };

/** As {@link numberAt}, for text: thousands commas, exponents, 万 and 亿 are read too. */
export function numberOf(cell: string): number {
  const plain = cell.trim().replaceAll(',', '');
  if (/^(|-+|null|none|n\/a|na|<na>)$/i.test(plain)) return NONE;
  if (/^[+-]?nan$/i.test(plain)) return NOT_A_NUMBER;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(万|亿)?$/i.exec(plain);
  if (!match) return UNREADABLE;
  const value = Number(match[1]) * (match[2] ? (MULTIPLES[match[2]] as number) : 1);
  return Number.isFinite(value) ? value : UNREADABLE;
}

const decoder = new TextDecoder();
/** Text of `bytes[start, end)`, UTF-8. */
export const text = (bytes: Uint8Array, start: number, end: number): string => decoder.decode(bytes.subarray(start, end));
