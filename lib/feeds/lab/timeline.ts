/** The sessions of a lab market, on the real cn-a calendar. */
import { DAY_MS, dateOf, dayOf, type EpochDay, type Instant } from '../../core/index.js';
import { type Calendar, calendarOf } from '../../market/index.js';
import { FeedError } from '../errors.js';
import { sessionClose } from '../session-closes.js';

const HOUR_MS = 3_600_000;
/** Sessions that must follow the last: items and ex-days of its future are dated on them. */
const ROOM_AFTER = 60;
const CHINA_SINCE_1992 = dayOf('1992-01-01');

export interface Timeline {
  readonly calendar: Calendar;
  /** Number of sessions generated. */
  readonly length: number;
  /** Index of the first session on or after a day; below 0 when that was before the market. */
  indexAtOrAfter(day: EpochDay): number;
  /** Session `index` of the market; below 0 and past the end it goes on as the calendar does. */
  day(index: number): EpochDay;
  /** So many hours after midnight in Shanghai on the date of a session, `days` dates later; rounded to a millisecond. */
  at(index: number, hours: number, days?: number): Instant;
  /** When the daily bar is known. */
  closeAt(index: number): Instant;
  /** Four digits, and 1..12. */
  readonly year: Int16Array;
  readonly month: Uint8Array;
}

/** Throws FeedError when the calendar has too few sessions from `from` on. */
export function timelineOf(from: string, sessions: number): Timeline {
  const calendar = calendarOf('cn-a');
  const first = dayOf(from);
  const start = calendar.indexAtOrAfter(first);
  const left = calendar.sessions.length - start - ROOM_AFTER;
  if (sessions > left || first < CHINA_SINCE_1992) {
    throw new FeedError(
      `labMarket: expected at most ${Math.max(0, left)} sessions from ${from} on (the cn-a calendar ends ${dateOf(calendar.sessions[calendar.sessions.length - 1]!)}), got ${sessions}. Start after 2005-06-13, early enough.`,
    );
  }
  const year = new Int16Array(sessions);
  const month = new Uint8Array(sessions);
  for (let i = 0; i < sessions; i++) {
    const date = dateOf(calendar.sessions[start + i]!);
    year[i] = Number(date.slice(0, 4));
    month[i] = Number(date.slice(5, 7));
  }
  return {
    calendar,
    length: sessions,
    indexAtOrAfter: (day) => calendar.indexAtOrAfter(day) - start,
    day: (index) => calendar.sessions[Math.max(0, start + index)]!,
    // China has kept one offset since 1992.
    at: (index, hours, days = 0) => (calendar.sessions[start + index]! + days) * DAY_MS + Math.round((hours - 8) * HOUR_MS),
    closeAt: (index) => sessionClose(calendar, start + index),
    year,
    month,
  };
}
