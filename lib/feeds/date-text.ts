/** Days and times of day out of the bytes of a cell: ISO and its relatives, compact dates, and epoch seconds. */
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
  if (isPlainStamp(bytes, start, length)) return dayAt(bytes, start, start + 10, zone);
  return dayOfText(text(bytes, start, end), zone);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** `2024-01-02 09:35` or `2024-01-02T09:35:00`, as exporters of minute bars write them. */
const isPlainStamp = (bytes: Uint8Array, start: number, length: number): boolean =>
  (length === 16 || length === 19) &&
  (bytes[start + 10] === 32 || bytes[start + 10] === 84) &&
  bytes[start + 13] === 58 &&
  (length === 16 || bytes[start + 16] === 58) &&
  bytes[start + 4] === bytes[start + 7] &&
  (bytes[start + 4] === 45 || bytes[start + 4] === 47 || bytes[start + 4] === 46);

/** Milliseconds of hours, minutes and seconds; NaN when there is no such time. 24:00:00 is the end of a day. */
const clockOf = (hours: number, minutes: number, seconds: number): number => {
  const ms = hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000;
  return minutes < 60 && seconds < 60 && ms <= DAY_MS ? ms : Number.NaN;
};

/**
 * Time of day of the stamp in `bytes[start, end)`, in milliseconds after midnight on the clock of `zone`; NaN when the cell has none.
 * What {@link dayAt} takes for a bare date has none.
 */
export function clockAt(bytes: Uint8Array, start: number, end: number, zone: string): number {
  const length = end - start;
  if (isPlainStamp(bytes, start, length)) {
    const seconds = length === 16 ? 0 : digits(bytes, start + 17, start + 19);
    return clockOf(digits(bytes, start + 11, start + 13), digits(bytes, start + 14, start + 16), seconds);
  }
  const fifth = bytes[start + 4] as number;
  // A date: the fifth byte of an epoch is a digit, that of a date its separator.
  if (length < 9 || (length <= 10 && !(fifth >= 48 && fifth <= 57))) return Number.NaN;
  return clockOfText(text(bytes, start, end), zone);
}

/** As {@link clockAt}, for text; also of a time alone: `09:35`, `9:35:00`, `0935`, `93500`. */
export function clockOfText(cell: string, zone: string): number {
  const plain = cell.trim();
  const alone = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/.exec(plain) ?? /^(\d{1,2})(\d{2})(\d{2})?$/.exec(plain);
  if (alone) return clockOf(Number(alone[1]), Number(alone[2]), Number(alone[3] ?? 0));
  const compact = COMPACT.exec(plain);
  if (compact) return clockOf(Number(compact[4]), Number(compact[5]), Number(compact[6] ?? 0));
  const at = instantOfText(plain);
  if (at !== undefined) return clockOfInstant(at, zone);
  const stamp = /[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/.exec(plain);
  return stamp ? clockOf(Number(stamp[1]), Number(stamp[2]), Number(stamp[3] ?? 0)) : Number.NaN;
}

/** Time of day of an instant on the clock of `zone`; NaN at midnight UTC, which is a bare date, unless `zone` is UTC. */
export function clockOfInstant(at: number, zone: string): number {
  if (at % DAY_MS === 0) return zone === 'UTC' ? 0 : Number.NaN;
  const local = at + offsetAt(at, zone);
  return local - Math.floor(local / DAY_MS) * DAY_MS;
}

/** `202401020935`, `20240102093500`, `20240102093500000`. */
const COMPACT = /^((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:\d{3})?)?$/;

/** Instant of epoch seconds or milliseconds, or of a stamp that names its zone; undefined for other text. */
function instantOfText(plain: string): number | undefined {
  if (/^\d{9,10}$/.test(plain)) return Number(plain) * 1000;
  if (/^\d{12,13}$/.test(plain)) return Number(plain);
  if (!/\d(Z|[+-]\d{2}:?\d{2})$/.test(plain) || !plain.includes(':')) return undefined;
  const at = DateTime.fromISO(
    plain
      .replaceAll('/', '-')
      .replaceAll(/\s+/g, 'T')
      .replace(/T(?=[+-]\d{2}:?\d{2}$)/, ''),
    { zone: 'utc' },
  );
  return at.isValid ? at.toMillis() : undefined;
}

const offsets = { zone: '', hour: Number.NaN, ms: 0 };

/** Offset of a zone, which is asked once an hour of bars: clocks change on the hour. */
function offsetAt(at: number, zone: string): number {
  const hour = Math.floor(at / HOUR_MS);
  if (offsets.hour !== hour || offsets.zone !== zone) {
    offsets.ms = DateTime.fromMillis(at, { zone }).offset * MINUTE_MS;
    offsets.hour = hour;
    offsets.zone = zone;
  }
  return offsets.ms;
}

/**
 * As {@link dayAt}, for text. A time without a zone is exchange time. With a zone, midnight UTC is a date that was written as a time
 * and is taken as it stands; any other time is brought to the exchange's zone. 9 to 13 digits are epoch seconds or milliseconds.
 */
export function dayOfText(cell: string, zone: string): EpochDay {
  const plain = cell.trim();
  const compact = COMPACT.exec(plain);
  if (compact) return civil(Number(compact[1]), Number(compact[2]), Number(compact[3]));
  if (/^\d{9,10}$/.test(plain)) return dayOfInstant(Number(plain) * 1000, zone);
  if (/^\d{12,13}$/.test(plain)) return dayOfInstant(Number(plain), zone);
  const match =
    /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:$|,|[T ]\s*(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?$)/.exec(
      plain,
    );
  if (!match) return Number.NaN;
  const day = civil(Number(match[1]), Number(match[3] ?? match[5] ?? match[7]), Number(match[4] ?? match[6] ?? match[8]));
  if (match[10] === undefined || Number.isNaN(day)) return day;
  const at = instantOfText(plain);
  return at === undefined ? Number.NaN : dayOfInstant(at, zone);
}

/** Epoch day of an instant on the calendar of `zone`; an instant at midnight UTC is a bare date. */
export function dayOfInstant(at: number, zone: string): EpochDay {
  if (at % DAY_MS === 0) return at / DAY_MS;
  return Math.floor((at + offsetAt(at, zone)) / DAY_MS);
}
