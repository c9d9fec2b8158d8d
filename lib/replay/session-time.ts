/** Where an instant lies within a session: the start of its bar, half of the trading time, the time on the exchange's clock. */
import type { EpochDay, Instant } from '../core/index.js';
import type { Calendar } from '../market/index.js';

const MINUTE_MS = 60_000;

/**
 * When the bar that ends at `at` began. Bars count from the start of their span of trading, so the last of a span may be short. A bar
 * that ends with the start of a span is its opening auction and has no length.
 */
export function openOf(calendar: Calendar, day: EpochDay, at: Instant, intervalMs: number): Instant {
  const spans = calendar.spansAt(day);
  const span = spans.find(({ to }) => at <= to) ?? spans[spans.length - 1]!;
  if (at <= span.from) return at;
  return span.from + Math.floor((at - span.from - 1) / intervalMs) * intervalMs;
}

/** When half of a session's trading time has passed: 11:30 for A-shares, 12:45 in New York (11:15 on a half day), 12:00 UTC for crypto. */
export function halfTime(calendar: Calendar, day: EpochDay): Instant {
  const spans = calendar.spansAt(day);
  let left = spans.reduce((sum, { from, to }) => sum + to - from, 0) / 2;
  for (const { from, to } of spans) {
    if (left <= to - from) return from + left;
    left -= to - from;
  }
  return calendar.closeAt(day);
}

/** `HH:MM` on the exchange's clock; a day's end is 24:00. */
export function wallTime(calendar: Calendar, day: EpochDay, at: Instant): string {
  const minutes = Math.ceil((at - calendar.midnightAt(day)) / MINUTE_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
