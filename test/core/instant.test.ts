import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMonths, DAY_MS, dateOf, dayOf, InputError, instantAt, isoOf } from '../../lib/core/index.js';

test('dates and epoch days are inverse, and agree with the platform calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 2_000_000 }), (day) => {
      const date = dateOf(day);
      expect(date).toBe(new Date(day * DAY_MS).toISOString().slice(0, date.length).replace(/^\+0*/, ''));
      if (day >= -700_000 && date.length === 10) expect(dayOf(date)).toBe(day);
    }),
  );
});

test.each(['2007-02-29', '2007-13-01', '20070621', '2007-6-21', ''])('%s is no date', (text) => {
  expect(() => dayOf(text)).toThrow(InputError);
});

test('exchange time becomes UTC, summer time included', () => {
  expect(isoOf(instantAt(dayOf('2007-06-21'), '15:00', 'Asia/Shanghai'))).toBe('2007-06-21T07:00:00.000Z');
  // China kept summer time in 1991.
  expect(isoOf(instantAt(dayOf('1991-07-01'), '15:00', 'Asia/Shanghai'))).toBe('1991-07-01T06:00:00.000Z');
  expect(isoOf(instantAt(dayOf('2012-07-02'), '16:00', 'America/New_York'))).toBe('2012-07-02T20:00:00.000Z');
  expect(() => instantAt(0, '15:00', 'Mars/Olympus')).toThrow(InputError);
});

test('months are added as the calendar has them, a month that is too short ends it', () => {
  // The definition, by the runtime's own calendar: the date in the month that comes, or that month's last day.
  const byDate = (day: number, months: number): number => {
    const from = new Date(day * DAY_MS);
    const last = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0));
    return Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(from.getUTCDate(), last.getUTCDate())) / DAY_MS;
  };
  for (const months of [-13, -1, 0, 1, 11, 12, 25]) {
    for (let day = -30_000; day < 40_000; day += 7) expect(addMonths(day, months)).toBe(byDate(day, months));
  }
  expect(dateOf(addMonths(dayOf('2024-01-31'), 1))).toBe('2024-02-29');
  expect(dateOf(addMonths(dayOf('2024-02-29'), 12))).toBe('2025-02-28');
});
