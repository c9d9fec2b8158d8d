/** The official close of every session of a calendar, worked out once: all instruments of a market share it. */
import type { Calendar } from '../market/index.js';

const known = new WeakMap<Calendar, Float64Array>();

/** Instants, one for each of `calendar.sessions`: when that session's daily bar is known. */
export function sessionCloses(calendar: Calendar): Float64Array {
  let closes = known.get(calendar);
  if (!closes) {
    closes = Float64Array.from(calendar.sessions, (day) => calendar.closeAt(day));
    known.set(calendar, closes);
  }
  return closes;
}
