/** Calendar facts and instants. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, dateOf, dayOf, instantAt, isoOf } from '../../../lib/core/index.js';
import { type Calendar, CalendarError, calendarOf, syntheticCalendar } from '../../../lib/market/index.js';

const cn = calendarOf('cn-a');
const us = calendarOf('us');
const crypto = calendarOf('crypto');
const inYear = (calendar: Calendar, year: number): number =>
  calendar.indexAtOrAfter(dayOf(`${year + 1}-01-01`)) - calendar.indexAtOrAfter(dayOf(`${year}-01-01`));

test('A-share sessions', () => {
  // data/calendars/extract.py: akshare 1.19.5 and exchange_calendars 4.13.2 XSHG agree
  expect([cn.sessions.length, dateOf(cn.sessions[0]!), dateOf(cn.sessions.at(-1)!)]).toEqual([8797, '1990-12-19', '2026-12-31']);
  expect([1991, 2005, 2007, 2013, 2015, 2020, 2024].map((year) => inYear(cn, year))).toEqual([255, 242, 242, 238, 244, 243, 242]);
  // Spring Festival 2020 was lengthened to 2020-02-02 (国务院办公厅 2020-01-27): last session before it 2020-01-23, next 2020-02-03.
  expect(cn.isSession(dayOf('2020-01-31'))).toBe(false);
  expect(dateOf(cn.shift(dayOf('2020-01-23'), 1))).toBe('2020-02-03');
  // The parade of 2015-09-03 and the Friday after it
  expect(['2015-09-02', '2015-09-03', '2015-09-04', '2015-09-07'].map((date) => cn.isSession(dayOf(date)))).toEqual([
    true,
    false,
    false,
    true,
  ]);
  // Never a Saturday or Sunday: 1970-01-01 was a Thursday
  expect(cn.sessions.every((day) => (day + 4) % 7 !== 0 && (day + 4) % 7 !== 6)).toBe(true);
});

test('A-share instants, summer time of 1991 included', () => {
  const day = dayOf('2020-01-02');
  expect([cn.preopenAt(day), cn.openAt(day), cn.closeAt(day), cn.barrierAt(day)].map(isoOf)).toEqual([
    '2020-01-02T01:15:00.000Z',
    '2020-01-02T01:30:00.000Z',
    '2020-01-02T07:00:00.000Z',
    '2020-01-02T15:59:59.999Z',
  ]);
  // China's last summer time: 1991-04-14 to 1991-09-15 (tz database, Asia/Shanghai)
  expect(isoOf(cn.closeAt(dayOf('1991-07-01')))).toBe('1991-07-01T06:00:00.000Z');
  expect(isoOf(cn.closeAt(dayOf('1992-07-01')))).toBe('1992-07-01T07:00:00.000Z');
});

test('New York sessions, early closes and summer time', () => {
  // data/calendars/extract.py: exchange_calendars 4.13.2 XNYS
  expect([us.sessions.length, dateOf(us.sessions[0]!), dateOf(us.sessions.at(-1)!)]).toEqual([9569, '1990-01-02', '2027-12-31']);
  // 2001: four days closed after 11 September; 2012: two after Sandy
  expect([2000, 2001, 2012, 2024, 2025].map((year) => inYear(us, year))).toEqual([252, 248, 250, 252, 250]);
  expect(dateOf(us.shift(dayOf('2001-09-10'), 1))).toBe('2001-09-17');
  expect(dateOf(us.shift(dayOf('2012-10-26'), 1))).toBe('2012-10-31');
  // The day after Thanksgiving 2012 closed at 13:00 New York
  expect(isoOf(us.closeAt(dayOf('2012-11-23')))).toBe('2012-11-23T18:00:00.000Z');
  expect(isoOf(us.closeAt(dayOf('2012-11-26')))).toBe('2012-11-26T21:00:00.000Z');
  // Clocks changed on 2012-03-11 and 2012-11-04
  expect(['2012-03-09', '2012-03-12', '2012-11-02', '2012-11-05'].map((date) => isoOf(us.closeAt(dayOf(date))).slice(11, 16))).toEqual([
    '21:00',
    '20:00',
    '20:00',
    '21:00',
  ]);
  expect(isoOf(us.preopenAt(dayOf('2012-07-02')))).toBe('2012-07-02T13:15:00.000Z');
  expect(isoOf(us.barrierAt(dayOf('2012-07-02')))).toBe('2012-07-03T03:59:59.999Z');
});

test('crypto: every day; the close is the last millisecond, the barrier the one after it', () => {
  const day = dayOf('2024-02-29');
  expect(crypto.isSession(day)).toBe(true);
  expect(inYear(crypto, 2024)).toBe(366);
  expect(isoOf(crypto.closeAt(day))).toBe('2024-02-29T23:59:59.999Z');
  expect(isoOf(crypto.barrierAt(day))).toBe('2024-03-01T00:00:00.000Z');
  expect(isoOf(crypto.openAt(day))).toBe('2024-02-29T00:00:00.000Z');
});

test.each([cn, us, crypto].map((calendar) => [calendar.id, calendar] as const))(
  '%s: in order, and each instant by luxon',
  (_id, calendar) => {
    let before = Number.NEGATIVE_INFINITY;
    for (const day of calendar.sessions) {
      const open = calendar.openAt(day);
      if (
        !(
          before < calendar.preopenAt(day) + 1 &&
          calendar.preopenAt(day) <= open &&
          open < calendar.closeAt(day) &&
          calendar.closeAt(day) < calendar.barrierAt(day)
        )
      ) {
        throw new Error(`order of ${dateOf(day)}`);
      }
      before = calendar.barrierAt(day);
    }
    if (calendar.id === 'crypto') return;
    const any = fc.integer({ min: 0, max: calendar.sessions.length - 1 }).map((index) => calendar.sessions[index]!);
    fc.assert(
      fc.property(any, (day) => {
        expect(calendar.openAt(day)).toBe(instantAt(day, '09:30', calendar.zone));
        expect(calendar.barrierAt(day)).toBe(instantAt(day, '23:59:59.999', calendar.zone));
      }),
      { numRuns: 400 },
    );
  },
);

test('indexAtOrAfter and shift agree with a search; what is no session is refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: cn.sessions[0]! - 20, max: cn.sessions.at(-1)! + 20 }), (day) => {
      const slow = cn.sessions.findIndex((session) => session >= day);
      expect(cn.indexAtOrAfter(day)).toBe(slow < 0 ? cn.sessions.length : slow);
      expect(cn.isSession(day)).toBe(cn.sessions.includes(day));
    }),
  );
  const day = dayOf('2020-01-02');
  expect(cn.shift(cn.shift(day, 100), -100)).toBe(day);
  expect(cn.shift(day, 0)).toBe(day);
  expect(() => cn.closeAt(dayOf('2020-01-01'))).toThrow(CalendarError);
  expect(() => cn.shift(dayOf('2020-01-01'), 1)).toThrow(/expected a session/);
  expect(() => cn.shift(day, 1_000_000)).toThrow(/past the end/);
  expect(() => cn.shift(day, -1_000_000)).toThrow(CalendarError);
  expect(() => calendarOf('mars' as 'us')).toThrow(/cn-a, us or crypto/);
});

test('a synthetic calendar has one session a day in UTC, a million of them as well', () => {
  const calendar = syntheticCalendar('bench', 1000, 1_000_000, 252);
  expect([calendar.sessions.length, calendar.sessions[0], calendar.sessions.at(-1)]).toEqual([1_000_000, 1000, 1_000_999]);
  expect(calendar.indexAtOrAfter(1500)).toBe(500);
  expect(calendar.shift(1000, 999_999)).toBe(1_000_999);
  expect(calendar.closeAt(1500)).toBe(1500 * DAY_MS + 15 * 3_600_000);
  expect(calendar.barrierAt(1500)).toBe(1501 * DAY_MS - 1);
  expect(() => calendar.shift(1000, 1_000_000)).toThrow(CalendarError);
  expect(() => syntheticCalendar('bench', 0, 0, 252)).toThrow(CalendarError);
});
