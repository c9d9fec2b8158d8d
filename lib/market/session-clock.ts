/** Wall-clock times of sessions turned into instants, fast: arithmetic where the zone's offset is known, luxon once a day elsewhere. */
import { DateTime } from 'luxon';
import { DAY_MS, dateOf, type EpochDay } from '../core/index.js';

/** Milliseconds to take off a local time to get UTC, by session index and day. */
export type OffsetOf = (index: number, day: EpochDay) => number;

const MINUTE_MS = 60_000;

/** The zone's offset at noon. Clocks change at night before the pre-open, so noon's offset holds for every time of a session. */
const luxonOffsetMs = (day: EpochDay, zone: string): number => DateTime.fromISO(`${dateOf(day)}T12:00`, { zone }).offset * MINUTE_MS;

export const utcOffset: OffsetOf = () => 0;

/** China has had UTC+8 without summer time since 1992-01-01; the summers before are asked of luxon. */
export function shanghaiOffset(): OffsetOf {
  const from1992 = Date.UTC(1992, 0, 1) / DAY_MS;
  const early = zonedOffset('Asia/Shanghai', 512);
  return (index, day) => (day >= from1992 ? 8 * 60 * MINUTE_MS : early(index, day));
}

/** Offsets of any zone, asked of luxon on first use of a session and kept. `count` sessions are kept; later ones are asked each time. */
export function zonedOffset(zone: string, count: number): OffsetOf {
  const known = new Float64Array(count).fill(Number.NaN);
  return (index, day) => {
    const kept = known[index];
    if (kept !== undefined && !Number.isNaN(kept)) return kept;
    return (known[index] = luxonOffsetMs(day, zone));
  };
}
