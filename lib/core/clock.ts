/** The one place where wall-clock time is read. Everything else receives a {@link Clock}. */
import type { Instant } from './instant.js';

export interface Clock {
  now(): Instant;
}

/** The machine's clock. */
export const systemClock = (): Clock => ({ now: () => Date.now() });

/** A clock that stands where it is put: for simulated time and for tests. */
export function manualClock(start: Instant = 0): Clock & { set(at: Instant): void; advance(ms: number): void } {
  let at = start;
  return {
    now: () => at,
    set: (next) => {
      at = next;
    },
    advance: (ms) => {
      at += ms;
    },
  };
}

/** Milliseconds from an arbitrary start, never going back: for durations, which are never part of a result. */
export const monotonicMs = (): number => performance.now();
