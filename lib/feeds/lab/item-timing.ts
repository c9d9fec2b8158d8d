/** When an item of a session happens and when it can be known. */
import { type RandomState, randomBelow, randomFloat } from '../../core/index.js';
import type { Timing } from './drafts.js';
import type { Timeline } from './timeline.js';

/** Parts of news with a date only, of announcements without a time, and of timed items that come after the close. */
const DATE_ONLY = 0.3;
const UNTIMED = 0.25;
const AFTER_CLOSE = 0.45;
const MINUTES_MAX = 90;
const LAST_MS_HOURS = 24 - 1 / 3_600_000;

const between = (state: RandomState, from: number, to: number): number => Math.round((from + (to - from) * randomFloat(state)) * 60) / 60;

/** A timed item: known at an hour between `from` and `to`, five minutes to an hour and a half after it happened. */
function timed(state: RandomState, timeline: Timeline, session: number, from: number, to: number, seenAfter: 0 | 1): Timing {
  const known = between(state, from, to);
  const delay = (5 + randomBelow(state, MINUTES_MAX - 5)) / 60;
  return { eventAt: timeline.at(session, known - delay), knownAt: timeline.at(session, known), seenAfter };
}

/** News: timed (07:30 to 14:50 or 15:10 to 21:30), or with a date only, which may fall on a day without trading. */
export function newsTiming(state: RandomState, timeline: Timeline, session: number): Timing {
  if (randomFloat(state) < DATE_ONLY) {
    const later = randomBelow(state, timeline.day(session + 1) - timeline.day(session));
    return { eventAt: timeline.at(session, 0, later), knownAt: timeline.at(session, LAST_MS_HOURS, later), seenAfter: 1 };
  }
  return randomFloat(state) < AFTER_CLOSE
    ? timed(state, timeline, session, 15 + 1 / 6, 21.5, 1)
    : timed(state, timeline, session, 7.5, 14 + 5 / 6, 0);
}

/** Announcements: in the evening or before the open at their stated time, or with none, known at 00:00 of the next session. */
export function announcementTiming(state: RandomState, timeline: Timeline, session: number): Timing {
  if (randomFloat(state) < UNTIMED) {
    return { eventAt: timeline.at(session, 0), knownAt: timeline.at(session + 1, 0), seenAfter: 1 };
  }
  return randomFloat(state) < AFTER_CLOSE ? timed(state, timeline, session, 7, 8.5, 0) : eveningTiming(state, timeline, session);
}

/** A filing of the evening, 17:00 to 22:00. */
export function eveningTiming(state: RandomState, timeline: Timeline, session: number): Timing {
  return timed(state, timeline, session, 17, 22, 1);
}
