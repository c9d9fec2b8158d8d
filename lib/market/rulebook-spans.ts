/** One instrument's life under a rulebook: the rows that hold on a day, and the days on which any of them changes. */
import { dateOf, type EpochDay, type Instrument, type StatusSpan } from '../core/index.js';
import type { Calendar } from './calendar-contract.js';
import { RuleError } from './errors.js';
import { concerns, type RowOf, type RulebookData, type RuleRow } from './rulebook-rows.js';

/** 9999-12-31: the end of what `dateOf` writes with four digits. */
export const LAST_DAY = 2_932_896;

/** A span of days in which a special limit replaces the ordinary one. */
interface SpecialLimit {
  readonly from: EpochDay;
  readonly to: EpochDay;
  readonly row: RowOf<'first-sessions'> | RowOf<'after-status'>;
}

export interface InstrumentSpans {
  readonly tradable: boolean;
  /** Ascending first days of intervals in which no row changes; the first is the first day that is covered at all. */
  readonly starts: Int32Array;
  /** The rows in force on a day, the limit last; throws RuleError on a day that is not covered. */
  rowsOn(day: EpochDay): readonly RuleRow[];
  isListed(day: EpochDay): boolean;
}

/** The last of `count` sessions that begin on or after a day; the day itself when the calendar does not reach it. */
function endOfSessions(calendar: Calendar, day: EpochDay, count: number): EpochDay {
  const { sessions } = calendar;
  if (sessions.length === 0 || day < sessions[0]!) return day;
  const index = Math.min(calendar.indexAtOrAfter(day) + count - 1, sessions.length - 1);
  return Math.max(day, sessions[index]!);
}

function checkStatuses(instrument: Instrument, spans: readonly StatusSpan[]): void {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  for (const [index, span] of sorted.entries()) {
    const next = sorted[index + 1];
    if ((span.to !== undefined && span.to < span.from) || (next && (span.to === undefined || span.to >= next.from))) {
      throw new RuleError(
        `rulesFor: expected the status spans of ${instrument.symbol} not to overlap, got ${span.status} from ${dateOf(span.from)}. Mend the spans.`,
      );
    }
  }
}

/** Works out an instrument's spans once. `calendar` is asked only when sessions have to be counted. */
export function spansOf(data: RulebookData, instrument: Instrument, calendar: () => Calendar): InstrumentSpans {
  const { board, kind, symbol, listedOn, delistedOn } = instrument;
  const rows = data.rows.filter((row) => concerns(row, board, kind));
  const boards = rows.filter((row): row is RowOf<'board'> => row.what === 'board');
  if (boards.length === 0) {
    const known = [...new Set(data.rows.filter((row) => row.what === 'board').flatMap((row) => row.boards))].join(', ');
    throw new RuleError(
      `rulesFor: expected a board of ${data.id} (${known}), got ${board} with kind ${kind} for ${symbol}. Describe the instrument again, or use its market's rulebook.`,
    );
  }
  const statuses = instrument.statuses ?? data.instruments.find((known) => known.symbol === symbol)?.statuses ?? [];
  checkStatuses(instrument, statuses);
  const statusOn = (day: EpochDay): StatusSpan['status'] =>
    statuses.find((span) => span.from <= day && day <= (span.to ?? LAST_DAY))?.status ?? 'normal';

  const special: SpecialLimit[] = [];
  for (const row of rows) {
    if (row.what === 'first-sessions' && listedOn !== undefined && row.from <= listedOn && listedOn <= (row.to ?? LAST_DAY)) {
      special.push({ from: listedOn, to: endOfSessions(calendar(), listedOn, row.sessions), row });
    }
    if (row.what !== 'after-status') continue;
    for (const span of statuses) {
      if (span.to === undefined || !row.statuses.includes(span.status) || span.to < row.from || span.to > (row.to ?? LAST_DAY)) continue;
      special.push({ from: span.to + 1, to: endOfSessions(calendar(), span.to + 1, row.sessions), row });
    }
  }

  const first = Math.max(data.validFrom, Math.min(...boards.map((row) => row.from)));
  const cuts = new Set<EpochDay>([first]);
  const cut = (from: EpochDay, to: EpochDay | undefined): void => {
    if (from > first) cuts.add(from);
    if (to !== undefined && to + 1 > first) cuts.add(to + 1);
  };
  const seen = new Set<string>(['normal', ...statuses.map((span) => span.status)]);
  for (const row of rows) {
    if (row.what === 'first-sessions' || row.what === 'after-status') continue;
    // A limit for a status that this instrument never has would only split its intervals.
    if (row.what === 'limit' && row.statuses !== undefined && !row.statuses.some((status) => seen.has(status))) continue;
    cut(row.from, row.to);
  }
  for (const span of statuses) cut(span.from, span.to);
  for (const span of special) cut(span.from, span.to);
  if (listedOn !== undefined) cut(listedOn, undefined);
  if (delistedOn !== undefined) cut(delistedOn + 1, undefined);

  return {
    tradable: boards.some((row) => row.tradable),
    starts: Int32Array.from(cuts).sort(),
    isListed: (day) => (listedOn === undefined || day >= listedOn) && (delistedOn === undefined || day <= delistedOn),
    rowsOn(day) {
      if (day < data.validFrom) {
        throw new RuleError(
          `rulesFor: expected a day from ${dateOf(data.validFrom)} on, got ${dateOf(day)} for ${symbol}: ${data.before}. Start later, or use a rulebook of your own.`,
        );
      }
      if (day < first) {
        throw new RuleError(
          `rulesFor: expected a day from ${dateOf(first)} on for board ${board}, got ${dateOf(day)} for ${symbol}. Start later.`,
        );
      }
      const status = statusOn(day);
      const replaced = special.find((span) => span.from <= day && day <= span.to);
      const now = rows.filter(
        (row) =>
          row.what !== 'first-sessions' &&
          row.what !== 'after-status' &&
          row.what !== 'limit' &&
          row.from <= day &&
          day <= (row.to ?? LAST_DAY),
      );
      const ordinary = rows.find(
        (row) =>
          row.what === 'limit' &&
          row.from <= day &&
          day <= (row.to ?? LAST_DAY) &&
          (row.statuses === undefined || row.statuses.includes(status)),
      );
      const limit = replaced?.row ?? ordinary;
      return limit === undefined ? now : [...now, limit];
    },
  };
}
