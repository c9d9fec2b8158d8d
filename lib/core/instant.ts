/**
 * Time in three forms: an instant (ms since the epoch, UTC), a trading date (`YYYY-MM-DD` on the exchange's calendar), and its
 * integer form, the epoch day (days since 1970-01-01 of that calendar date), which the columns hold.
 */
import { DateTime } from 'luxon';
import { civilOf } from './civil.js';
import { InputError } from './errors.js';

export type Instant = number;
export type TradingDate = string;
export type EpochDay = number;

export const DAY_MS = 86_400_000;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

let lastDay = Number.NaN;
let lastDate = '';

/** `YYYY-MM-DD` of an epoch day. The last answer is kept: a session asks for its own date many times. */
export function dateOf(day: EpochDay): TradingDate {
  if (day !== lastDay) {
    lastDate = civilDate(day);
    lastDay = day;
  }
  return lastDate;
}

function civilDate(day: EpochDay): TradingDate {
  const { year, month, date } = civilOf(day);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`;
}

/** Epoch day of a `YYYY-MM-DD`. Throws InputError on anything else, impossible dates included. */
export function dayOf(date: TradingDate): EpochDay {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  const ms = match ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) : Number.NaN;
  const day = ms / DAY_MS;
  if (!match || !Number.isInteger(day) || dateOf(day) !== date) {
    throw new InputError(`dayOf: expected a date YYYY-MM-DD, got ${JSON.stringify(date)}. Write for example 2007-06-21.`);
  }
  return day;
}

/** The instant of a wall-clock time (`HH:mm`, `HH:mm:ss` or `HH:mm:ss.SSS`) on a date in a zone such as `Asia/Shanghai`. */
export function instantAt(day: EpochDay, time: string, zone: string): Instant {
  const at = DateTime.fromISO(`${dateOf(day)}T${time}`, { zone });
  if (!at.isValid)
    throw new InputError(`instantAt: expected a time HH:mm in a known zone, got ${time} in ${zone}. Write for example 15:00.`);
  return at.toMillis();
}

/** ISO text of an instant, UTC, with milliseconds. */
export const isoOf = (at: Instant): string => new Date(at).toISOString();
