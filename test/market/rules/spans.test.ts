import { expect, test } from 'vitest';
import { dayOf, isoOf } from '../../../lib/core/index.js';
import { calendarOf } from '../../../lib/market/index.js';

const spans = (id: 'cn-a' | 'us' | 'crypto', date: string) =>
  calendarOf(id)
    .spansAt(dayOf(date))
    .map(({ from, to }) => `${isoOf(from).slice(5, 16)} ${isoOf(to).slice(5, 16)}`);

test('trading hours: lunch in China, summer time and half days in New York, all day for coins', () => {
  expect(spans('cn-a', '2024-01-02')).toEqual(['01-02T01:30 01-02T03:30', '01-02T05:00 01-02T07:00']);
  expect(spans('us', '2024-01-02')).toEqual(['01-02T14:30 01-02T21:00']);
  // Summer time began on 2024-03-10 and ended on 2024-11-03.
  expect(spans('us', '2024-03-08')).toEqual(['03-08T14:30 03-08T21:00']);
  expect(spans('us', '2024-03-11')).toEqual(['03-11T13:30 03-11T20:00']);
  // The day after Thanksgiving closes at 13:00 (NYSE holiday calendar).
  expect(spans('us', '2024-11-29')).toEqual(['11-29T14:30 11-29T18:00']);
  expect(spans('crypto', '2024-01-06')).toEqual(['01-06T00:00 01-07T00:00']);
});

test('the last span ends at the close on every session; coins trade one millisecond longer', () => {
  for (const id of ['cn-a', 'us', 'crypto'] as const) {
    const calendar = calendarOf(id);
    for (const day of calendar.sessions.slice(-2000)) {
      const all = calendar.spansAt(day);
      expect(all[all.length - 1]!.to - calendar.closeAt(day)).toBe(id === 'crypto' ? 1 : 0);
      expect(all[0]!.from).toBe(calendar.openAt(day));
      expect(calendar.closeAt(day) - calendar.midnightAt(day)).toBeLessThan(86_400_000);
    }
  }
});
