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
  // 264 sessions from 1990-12-19 to the end of 1991.
  const early = zonedOffset('Asia/Shanghai', 264);
  return (index, day) => (day >= from1992 ? 8 * 60 * MINUTE_MS : early(index, day));
}

/** Clocks never change twice within this many days, so equal offsets at both ends of such a block hold inside it. */
const BLOCK_DAYS = 16;

/** Offsets of any zone, worked out on first use of a session and kept. `count`: how many sessions the calendar has. */
export function zonedOffset(zone: string, count: number): OffsetOf {
  const known = new Float64Array(count).fill(Number.NaN);
  const atEdge = new Map<number, number>();
  const edgeOf = (block: number): number => {
    let offset = atEdge.get(block);
    if (offset === undefined) atEdge.set(block, (offset = luxonOffsetMs(block * BLOCK_DAYS, zone)));
    return offset;
  };
  return (index, day) => {
    const kept = known[index]!;
    if (!Number.isNaN(kept)) return kept;
    const block = Math.floor(day / BLOCK_DAYS);
    const edge = edgeOf(block);
    return (known[index] = edge === edgeOf(block + 1) ? edge : luxonOffsetMs(day, zone));
  };
}
