/** How long an answer of each kind counts as fresh. */
import type { CacheKind } from './contract.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Reasons: quotes move by the second, news by the minute; a bar is added once a session (a source stores it within hours of the
 * close); statements, dividends and lists change on some days; limits are set each morning; calendars once a year.
 */
export const TTL_MS: Readonly<Record<CacheKind, number>> = {
  quotes: 5_000,
  news: 5 * MINUTE_MS,
  bars: 6 * HOUR_MS,
  limits: 6 * HOUR_MS,
  fundamentals: 24 * HOUR_MS,
  dividends: 24 * HOUR_MS,
  list: 24 * HOUR_MS,
  calendar: 7 * 24 * HOUR_MS,
};
