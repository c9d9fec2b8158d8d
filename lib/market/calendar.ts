/** Trading calendars: the real ones of A-shares and New York, every day for crypto, and made-up ones for benchmarks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DAY_MS, dateOf, dayOf, type EpochDay, lazyPackage, projectRoot } from '../core/index.js';
import type { Calendar, TradingSpan } from './calendar-contract.js';
import { CalendarError } from './errors.js';
import { type OffsetOf, shanghaiOffset, utcOffset, zonedOffset } from './session-clock.js';

export type CalendarId = 'cn-a' | 'us' | 'crypto';

const csv = lazyPackage<typeof import('csv-parse/sync')>('csv-parse/sync');

/** `HH:MM` as milliseconds after midnight. */
const wall = (time: string): number => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * 60_000;

interface CalendarParts {
  readonly id: string;
  readonly zone: string;
  readonly sessionsPerYear: number;
  readonly sessions: Int32Array;
  readonly offsetOf: OffsetOf;
  /** Milliseconds after local midnight. */
  readonly preopenMs: number;
  readonly openMs: number;
  readonly closeMs: number;
  readonly barrierMs: number;
  /** Where trading stops within a session: from, to. */
  readonly breakMs?: readonly [number, number];
  /** Close of the sessions that end early, by session index. */
  readonly earlyCloseMs?: ReadonlyMap<number, number>;
}

/** For each day from the first session to the last: the index of the first session on or after it. Absent when sessions are every day. */
function indexTable(sessions: Int32Array): Int32Array | undefined {
  const first = sessions[0]!;
  const span = sessions[sessions.length - 1]! - first + 1;
  if (span === sessions.length) return undefined;
  const table = new Int32Array(span);
  let index = 0;
  for (let offset = 0; offset < span; offset++) {
    if (sessions[index]! < first + offset) index++;
    table[offset] = index;
  }
  return table;
}

function makeCalendar(parts: CalendarParts): Calendar {
  const { id, zone, sessionsPerYear, sessions, offsetOf, preopenMs, openMs, closeMs, barrierMs, breakMs, earlyCloseMs } = parts;
  const first = sessions[0]!;
  const last = sessions[sessions.length - 1]!;
  const table = indexTable(sessions);

  const indexAtOrAfter = (day: EpochDay): number => {
    if (day <= first) return 0;
    if (day > last) return sessions.length;
    return table === undefined ? day - first : table[day - first]!;
  };
  const indexOf = (day: EpochDay): number => {
    const index = indexAtOrAfter(day);
    if (sessions[index] === day) return index;
    throw new CalendarError(
      `calendar ${id}: expected a session between ${dateOf(first)} and ${dateOf(last)}, got ${Number.isInteger(day) ? dateOf(day) : day}. ` +
        'Take days from calendar.sessions.',
    );
  };
  const instant = (day: EpochDay, ms: number): number => day * DAY_MS + ms - offsetOf(indexOf(day), day);

  const closeAt = (day: EpochDay): number => {
    const index = indexOf(day);
    return day * DAY_MS + (earlyCloseMs?.get(index) ?? closeMs) - offsetOf(index, day);
  };

  return {
    id,
    zone,
    sessionsPerYear,
    sessions,
    isSession: (day) => sessions[indexAtOrAfter(day)] === day,
    indexAtOrAfter,
    shift(day, count) {
      const target = sessions[indexOf(day) + count];
      if (target === undefined) {
        throw new CalendarError(
          `calendar ${id}: expected ${count} sessions from ${dateOf(day)} to stay between ${dateOf(first)} and ${dateOf(last)}, got past the end. ` +
            'Choose a shorter span.',
        );
      }
      return target;
    },
    preopenAt: (day) => instant(day, preopenMs),
    openAt: (day) => instant(day, openMs),
    closeAt: earlyCloseMs === undefined ? (day) => instant(day, closeMs) : closeAt,
    spansAt(day): readonly TradingSpan[] {
      const from = instant(day, openMs);
      // Crypto's close lies 1 ms before the end of its day, so that its barrier can follow it.
      const to = closeMs === DAY_MS - 1 ? instant(day, DAY_MS) : closeAt(day);
      if (breakMs === undefined) return [{ from, to }];
      return [
        { from, to: instant(day, breakMs[0]) },
        { from: instant(day, breakMs[1]), to },
      ];
    },
    midnightAt: (day) => instant(day, 0),
    barrierAt: (day) => instant(day, barrierMs),
  };
}

/** The rows of data/calendars/<id>.csv, header left out. */
function rowsOf(id: string): string[][] {
  const path = join(projectRoot(), 'data', 'calendars', `${id}.csv`);
  return csv().parse(readFileSync(path), { from_line: 2, skip_empty_lines: true });
}

/** `firstDay` and the `count - 1` days after it. */
const everyDay = (firstDay: EpochDay, count: number): Int32Array => {
  const sessions = new Int32Array(count);
  for (let index = 0; index < count; index++) sessions[index] = firstDay + index;
  return sessions;
};

const EXCHANGE_HOURS = { preopenMs: wall('09:15'), openMs: wall('09:30'), barrierMs: DAY_MS - 1 };

const makers: Record<CalendarId, () => Calendar> = {
  'cn-a': () =>
    makeCalendar({
      ...EXCHANGE_HOURS,
      id: 'cn-a',
      zone: 'Asia/Shanghai',
      sessionsPerYear: 243,
      sessions: Int32Array.from(rowsOf('cn-a'), (row) => dayOf(row[0]!)),
      offsetOf: shanghaiOffset(),
      closeMs: wall('15:00'),
      breakMs: [wall('11:30'), wall('13:00')],
    }),
  us: () => {
    const rows = rowsOf('us');
    const early = new Map<number, number>();
    for (const [index, row] of rows.entries()) if (row[1] !== '') early.set(index, wall(row[1]!));
    return makeCalendar({
      ...EXCHANGE_HOURS,
      id: 'us',
      zone: 'America/New_York',
      sessionsPerYear: 252,
      sessions: Int32Array.from(rows, (row) => dayOf(row[0]!)),
      offsetOf: zonedOffset('America/New_York', rows.length),
      closeMs: wall('16:00'),
      earlyCloseMs: early,
    });
  },
  crypto: () => {
    const first = dayOf('2009-01-03');
    return makeCalendar({
      id: 'crypto',
      zone: 'UTC',
      sessionsPerYear: 365,
      sessions: everyDay(first, dayOf('2035-12-31') - first + 1),
      offsetOf: utcOffset,
      preopenMs: 0,
      openMs: 0,
      closeMs: DAY_MS - 1,
      barrierMs: DAY_MS,
    });
  },
};

const made = new Map<CalendarId, Calendar>();

/**
 * A market's calendar, read on first use: `cn-a` 1990-12-19..2026-12-31, `us` 1990-01-02..2027-12-31 with early closes,
 * `crypto` every day 2009-01-03..2035-12-31. Sources: data/calendars/README.md. Throws CalendarError for another id.
 */
export function calendarOf(id: CalendarId): Calendar {
  const make = makers[id];
  if (make === undefined) throw new CalendarError(`calendarOf: expected cn-a, us or crypto, got ${JSON.stringify(id)}. Name one of them.`);
  let calendar = made.get(id);
  if (calendar === undefined) made.set(id, (calendar = make()));
  return calendar;
}

/** A made-up calendar for benchmarks: `count` sessions, one a calendar day from `firstDay`, in UTC with A-share hours. */
export function syntheticCalendar(id: string, firstDay: EpochDay, count: number, sessionsPerYear: number): Calendar {
  if (!Number.isInteger(firstDay) || !Number.isInteger(count) || count < 1 || !(sessionsPerYear > 0)) {
    throw new CalendarError(
      `syntheticCalendar: expected a first day, at least one session and a positive number a year, got ${firstDay}, ${count}, ${sessionsPerYear}. Give whole numbers.`,
    );
  }
  return makeCalendar({
    ...EXCHANGE_HOURS,
    id,
    zone: 'UTC',
    sessionsPerYear,
    sessions: everyDay(firstDay, count),
    offsetOf: utcOffset,
    closeMs: wall('15:00'),
  });
}
