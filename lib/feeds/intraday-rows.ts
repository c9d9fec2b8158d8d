/** Bars shorter than a session: their length, whether their stamp is their start or their end, and their place in the sessions. */
import { DAY_MS, dateOf, type Instant } from '../core/index.js';
import type { Calendar, TradingSpan } from '../market/index.js';
import { type BadRowReason, FeedError } from './errors.js';

/** What the time of a bar in a file is: when it began, or when it ended and could be known. */
export type BarStamp = 'start' | 'end';

/** The rows of one instrument in the order of the file. `clock`: ms after midnight on the exchange's clock, NaN without a time. */
export interface StampedRows {
  readonly length: number;
  readonly day: Int32Array;
  readonly clock: Float64Array;
  readonly line: Int32Array;
}

export interface PlacedRows {
  readonly length: number;
  /** Row of each kept bar, its session and its end. */
  readonly from: Int32Array;
  readonly day: Int32Array;
  readonly knownAt: Float64Array;
  /** Set where the bars are shorter than a session: their length, and what their time in the file is. */
  readonly intraday?: { readonly intervalMs: number; readonly stamp: BarStamp };
  /** The file ran newest first. */
  readonly reversed: boolean;
}

const MINUTE_MS = 60_000;

/** What files of a market do where their own times don't show it: Chinese vendors stamp the end, others the start. */
const USUAL: Readonly<Record<string, BarStamp>> = { 'cn-a': 'end' };

const timeOf = (clock: number): string => new Date(clock).toISOString().slice(11, 16);

/** Whether two rows of one day differ in their time: then the bars are shorter than a session. */
export function isIntraday({ length, day, clock }: StampedRows): boolean {
  for (let i = 1; i < length; i++) {
    if (day[i] === day[i - 1] && clock[i] !== clock[i - 1] && !Number.isNaN(clock[i]! + clock[i - 1]!)) return true;
  }
  return false;
}

/** The most common distance of neighbours within a day, the shorter of equals. Throws FeedError unless it is whole minutes. */
function intervalOf({ length, day, clock }: StampedRows, symbol: string): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < length; i++) {
    if (day[i] !== day[i - 1]) continue;
    const apart = Math.abs(clock[i]! - clock[i - 1]!);
    if (apart > 0) counts.set(apart, (counts.get(apart) ?? 0) + 1);
  }
  const [interval] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]!;
  if (interval % MINUTE_MS !== 0)
    throw new FeedError(
      `loadBars: expected bars of whole minutes, got ${symbol} with ${interval / 1000} seconds between them. Join them first.`,
    );
  return interval;
}

/** Told from stamps that only a start or only an end can have: 13:00 and 11:30 for A-shares. */
function stampOf({ length, day, clock }: StampedRows, calendar: Calendar): BarStamp {
  let starts = 0;
  let ends = 0;
  let today = Number.NaN;
  let spans: readonly TradingSpan[] = [];
  let midnight = 0;
  for (let i = 0; i < length; i++) {
    if (day[i] !== today) {
      today = day[i]!;
      spans = calendar.isSession(today) ? calendar.spansAt(today) : [];
      midnight = spans.length > 0 ? calendar.midnightAt(today) : 0;
    }
    const at = midnight + clock[i]!;
    for (const { from, to } of spans) {
      if (at === from) starts++;
      if (at === to) ends++;
    }
  }
  return starts === ends ? (USUAL[calendar.id] ?? 'start') : starts > ends ? 'start' : 'end';
}

/** End of the bar with this stamp, at most its span's; NaN outside trading, or off the steps of `intervalMs` from the start of the span. */
function endOf(stampedAt: Instant, stamp: BarStamp, spans: readonly TradingSpan[], intervalMs: number): Instant {
  for (const [i, { from, to }] of spans.entries()) {
    if (stamp === 'start') {
      if (stampedAt < from || stampedAt >= to) continue;
      return (stampedAt - from) % intervalMs === 0 ? Math.min(stampedAt + intervalMs, to) : Number.NaN;
    }
    // A bar that ends as the session begins is its opening auction.
    if (stampedAt > to || stampedAt < from || (stampedAt === from && i > 0)) continue;
    return (stampedAt - from) % intervalMs === 0 || stampedAt === to ? stampedAt : Number.NaN;
  }
  return Number.NaN;
}

/**
 * Rows in the order of time, each within its session. `onBadRow` is told of times outside of trading, of days that are no sessions, of
 * rows twice or out of order. Throws FeedError when the bars have no length in whole minutes.
 */
export function placeInSessions(
  rows: StampedRows,
  symbol: string,
  calendar: Calendar,
  stated: BarStamp | undefined,
  onBadRow: (line: number, reason: BadRowReason, detail: string) => void,
): PlacedRows {
  const { day, clock, line } = rows;
  const intervalMs = intervalOf(rows, symbol);
  const stamp = stated ?? stampOf(rows, calendar);
  const keyOf = (i: number): number => day[i]! * DAY_MS + clock[i]!;
  let down = 0;
  for (let i = 1; i < rows.length; i++) down += Math.sign(keyOf(i - 1) - keyOf(i)) || 0;
  const reversed = down > 0;
  const placed = { from: new Int32Array(rows.length), day: new Int32Array(rows.length), knownAt: new Float64Array(rows.length) };
  let length = 0;
  let last = Number.NEGATIVE_INFINITY;
  let today = Number.NaN;
  let spans: readonly TradingSpan[] = [];
  let midnight = 0;
  let closeAt = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = reversed ? rows.length - 1 - i : i;
    const time = clock[row]!;
    if (Number.isNaN(time)) {
      onBadRow(line[row]!, 'unreadable-date', 'expected a time of day, as the other rows have');
      continue;
    }
    // The end of a day that trades to its end may be written as 00:00 of the next.
    const before =
      stamp === 'end' &&
      time === 0 &&
      calendar.isSession(day[row]! - 1) &&
      calendar.spansAt(day[row]! - 1)[0]!.from === calendar.midnightAt(day[row]! - 1);
    const session = before ? day[row]! - 1 : day[row]!;
    if (session !== today) {
      if (!calendar.isSession(session)) {
        onBadRow(line[row]!, 'not-a-session', `${dateOf(session)} is no session of calendar ${calendar.id}`);
        continue;
      }
      today = session;
      spans = calendar.spansAt(session);
      midnight = calendar.midnightAt(session);
      closeAt = calendar.closeAt(session);
    }
    const end = endOf(midnight + (before ? DAY_MS : time), stamp, spans, intervalMs);
    const text = `${dateOf(session)} ${timeOf(time)}`;
    if (Number.isNaN(end)) {
      onBadRow(
        line[row]!,
        'outside-session',
        `${text} (${stamp} of a bar) is no ${stamp} of ${intervalMs / MINUTE_MS} minutes of trading; state the other stamp if it is one`,
      );
      continue;
    }
    if (end <= last) {
      if (end === last) onBadRow(line[row]!, 'duplicate-date', `${text} is there twice`);
      else onBadRow(line[row]!, 'out-of-order', `${text} comes after a later bar`);
      continue;
    }
    last = end;
    placed.from[length] = row;
    placed.day[length] = session;
    // Crypto's last bar is known with its daily one, a millisecond before the day's end.
    placed.knownAt[length++] = Math.min(end, closeAt);
  }
  return {
    length,
    from: placed.from.slice(0, length),
    day: placed.day.slice(0, length),
    knownAt: placed.knownAt.slice(0, length),
    intraday: { intervalMs, stamp },
    reversed,
  };
}
