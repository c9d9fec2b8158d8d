/** Evenly spaced starts: at most so many a minute, none while the source asked for a pause. */
import type { Instant } from '../../core/index.js';

const MINUTE_MS = 60_000;

export interface RateLimit {
  /** Milliseconds until the caller may start, its place taken; null when that is more than `waitMaxMs` (no place is taken). */
  reserve(now: Instant, waitMaxMs: number): number | null;
  /** Nobody starts before `until`. */
  pauseUntil(until: Instant): void;
  /** When the next could start. */
  nextAt(): Instant;
}

export function rateLimit(perMinute = Number.POSITIVE_INFINITY): RateLimit {
  const spacingMs = MINUTE_MS / perMinute;
  let next = Number.NEGATIVE_INFINITY;
  let paused = Number.NEGATIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  return {
    reserve(now, waitMaxMs) {
      // A clock that was set back would otherwise hold everyone until it is where it was.
      if (now < latest) next = now;
      latest = now;
      const at = Math.max(now, next, paused);
      if (at > now && at - now > waitMaxMs) return null;
      next = at + spacingMs;
      return at - now;
    },
    pauseUntil(until) {
      paused = Math.max(paused, until);
    },
    nextAt: () => Math.max(next, paused),
  };
}
