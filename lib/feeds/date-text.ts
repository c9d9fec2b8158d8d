/** Days out of the bytes of a cell: ISO and its relatives, compact dates, and epoch seconds. */
import { DateTime } from 'luxon';
import { DAY_MS, type EpochDay } from '../core/index.js';
import { text } from './number-text.js';

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Epoch day of a civil date, NaN when there is no such date. */
function civil(year: number, month: number, day: number): EpochDay {
  if (month < 1 || month > 12 || day < 1 || day > (MONTH_DAYS[month - 1] as number)) return Number.NaN;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return Number.NaN;
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

function digits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Epoch day of the date in `bytes[start, end)` on the calendar of `zone`; NaN when it can't be read as one. */
export function dayAt(bytes: Uint8Array, start: number, end: number, zone: string): EpochDay {
  const length = end - start;
  if (length === 8) {
    const compact = digits(bytes, start, end);
    if (!Number.isNaN(compact)) return civil(Math.floor(compact / 1e4), Math.floor(compact / 100) % 100, compact % 100);
  }
  if (length === 10) {
    const separator = bytes[start + 4];
    if (separator === bytes[start + 7] && (separator === 45 || separator === 47 || separator === 46))
      return civil(digits(bytes, start, start + 4), digits(bytes, start + 5, start + 7), digits(bytes, start + 8, end));
  }
  return dayOfText(text(bytes, start, end), zone);
}

/**
 * As {@link dayAt}, for text. A time without a zone is exchange time. With a zone, midnight UTC is a date that was written as a time
 * and is taken as it stands; any other time is brought to the exchange's zone. 9 to 13 digits are epoch seconds or milliseconds.
 */
export function dayOfText(cell: string, zone: string): EpochDay {
  const plain = cell.trim();
  if (/^\d{9,10}$/.test(plain)) return dayOfInstant(Number(plain) * 1000, zone);
  if (/^\d{12,13}$/.test(plain)) return dayOfInstant(Number(plain), zone);
  const match =
    /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:$|,|[T ]\s*(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?$)/.exec(
      plain,
    );
  if (!match) return Number.NaN;
  const day = civil(Number(match[1]), Number(match[3] ?? match[5] ?? match[7]), Number(match[4] ?? match[6] ?? match[8]));
  if (match[10] === undefined || Number.isNaN(day)) return day;
  const at = DateTime.fromISO(
    plain
      .replaceAll('/', '-')
      .replaceAll(/\s+/g, 'T')
      .replace(/T(?=[+-]\d{2}:?\d{2}$)/, ''),
    { zone: 'utc' },
  );
  return at.isValid ? dayOfInstant(at.toMillis(), zone) : Number.NaN;
}

/** Epoch day of an instant on the calendar of `zone`; an instant at midnight UTC is a bare date. */
export function dayOfInstant(at: number, zone: string): EpochDay {
  if (at % DAY_MS === 0) return at / DAY_MS;
  const offsetMs = DateTime.fromMillis(at, { zone }).offset * 60_000;
  return Math.floor((at + offsetMs) / DAY_MS);
}
