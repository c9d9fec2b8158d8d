/** A trading calendar: which days are sessions, and the instants of a session. */
import type { EpochDay, Instant } from '../core/index.js';

/** A stretch of continuous trading. */
export interface TradingSpan {
  readonly from: Instant;
  readonly to: Instant;
}

export interface Calendar {
  readonly id: string;
  /** IANA zone of the exchange. */
  readonly zone: string;
  /** Used to annualise: 243 A-share, 252 US, 365 crypto. */
  readonly sessionsPerYear: number;
  /** Ascending. */
  readonly sessions: Int32Array;
  isSession(day: EpochDay): boolean;
  /** Index into `sessions` of the first session on or after a day; `sessions.length` when there is none. */
  indexAtOrAfter(day: EpochDay): number;
  /** The session `count` after (before, when negative) a session. Throws CalendarError off the end or when `day` is no session. */
  shift(day: EpochDay, count: number): EpochDay;
  preopenAt(day: EpochDay): Instant;
  openAt(day: EpochDay): Instant;
  /** When the session's daily bar is known. */
  closeAt(day: EpochDay): Instant;
  /**
   * Continuous trading of a session, in order: two spans round the lunch break of A-shares, one elsewhere, shorter on a half day. The
   * last one ends at `closeAt`; crypto's at 24:00 UTC, 1 ms later.
   */
  spansAt(day: EpochDay): readonly TradingSpan[];
  /** 00:00 of the session's date on the exchange's clock, by the offset that holds during the session. */
  midnightAt(day: EpochDay): Instant;
  /**
   * The end of the session's day, always after `closeAt`: 23:59:59.999 exchange time; crypto, whose close is that very
   * millisecond, the next one (24:00 UTC). News with a date only is known at that date's 23:59:59.999 exchange time, crypto at
   * 1 ms after 24:00 UTC, so that no `close` decision of the date sees it.
   */
  barrierAt(day: EpochDay): Instant;
}
