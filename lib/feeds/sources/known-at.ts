/** When records of a source could first be known, by kind. The rule where the source stamps no time of its own. */
import { type EpochDay, type Instant, instantAt } from '../../core/index.js';
import type { Calendar } from '../../market/index.js';

/** Limit prices are published before the open of their session; 08:40 is when the earliest vendor has them. */
export const limitsKnownAt = (day: EpochDay, calendar: Calendar): Instant => instantAt(day, '08:40', calendar.zone);

/** An announcement with a date only: 00:00 of the next session, and never after `latest` where something later shows it anyway. */
export function announcedKnownAt(day: EpochDay, calendar: Calendar, latest = Number.POSITIVE_INFINITY): Instant {
  const next = calendar.sessions[calendar.indexAtOrAfter(day + 1)] ?? day + 1;
  return Math.min(instantAt(next, '00:00', calendar.zone), latest);
}

/** A status change announced on a day: known at that day's end. */
export const dayEndKnownAt = (day: EpochDay, calendar: Calendar): Instant => instantAt(day, '23:59:59.999', calendar.zone);
