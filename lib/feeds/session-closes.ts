/** The official close of each session of a calendar, asked once: all instruments of a market share it. */
import type { Instant } from '../core/index.js';
import type { Calendar } from '../market/index.js';

const known = new WeakMap<Calendar, Float64Array>();

/** When the daily bar of session number `index` of a calendar is known. */
export function sessionClose(calendar: Calendar, index: number): Instant {
  let closes = known.get(calendar);
  if (!closes) {
    closes = new Float64Array(calendar.sessions.length).fill(Number.NaN);
    known.set(calendar, closes);
  }
  const kept = closes[index] as number;
  if (!Number.isNaN(kept)) return kept;
  const close = calendar.closeAt(calendar.sessions[index] as number);
  closes[index] = close;
  return close;
}
