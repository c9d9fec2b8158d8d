/** Refuses a rulebook whose rows of one rule overlap or leave a hole for a board that trades. */
import { dateOf, type EpochDay } from '../core/index.js';
import { concerns, type RowOf, type RulebookData, type RuleRow } from './rulebook-rows.js';

type Status = 'normal' | 'ST' | 'S-share';

/** Rules that must be said for every day on which a board trades. */
const NEEDED = ['settlement', 'lot', 'limit', 'volume-cap', 'dividend-tax', 'par'] as const;
const STATUSES: readonly Status[] = ['normal', 'ST', 'S-share'];

/** What is wrong with rows that should follow each other from `from` without end; undefined when they do. */
function gapIn(rows: readonly RuleRow[], from: EpochDay, mustCover: boolean): string | undefined {
  const sorted = [...rows].sort((a, b) => a.from - b.from);
  for (const row of sorted) {
    if (row.to !== undefined && row.to < row.from) return `row ${row.id} ends before it begins`;
  }
  let next = from;
  for (const [index, row] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before && (before.to === undefined || before.to >= row.from)) return `rows ${before.id} and ${row.id} overlap`;
    if (mustCover && row.from > next) return `nothing is said from ${dateOf(next)} to the start of row ${row.id}`;
    next = row.to === undefined ? Number.POSITIVE_INFINITY : row.to + 1;
  }
  return mustCover && next < Number.POSITIVE_INFINITY ? `nothing is said from ${dateOf(next)} on` : undefined;
}

const forStatus = (rows: readonly RuleRow[], status: Status): readonly RuleRow[] =>
  rows.filter((row) => !('statuses' in row) || row.statuses === undefined || row.statuses.includes(status));

/** Sentences, one a fault; empty when the rulebook is whole. */
export function faultsOf(data: RulebookData): string[] {
  const faults: string[] = [];
  const add = (where: string, fault: string | undefined): void => {
    if (fault !== undefined) faults.push(`${where}: ${fault}`);
  };
  const ids = new Set<string>();
  for (const row of data.rows) {
    if (ids.has(row.id)) faults.push(`row ${row.id} appears twice`);
    ids.add(row.id);
  }
  const feeNames = new Set(data.rows.filter((row): row is RowOf<'fee'> => row.what === 'fee').map((row) => row.name));
  for (const board of data.rows.filter((row): row is RowOf<'board'> => row.what === 'board')) {
    if (!board.tradable) continue;
    for (const name of board.boards) {
      for (const kind of board.kinds ?? []) {
        const here = data.rows.filter((row) => concerns(row, name, kind));
        const from = Math.max(board.from, data.validFrom);
        const where = `${name} ${kind}`;
        for (const what of NEEDED) {
          const rows = here.filter((row) => row.what === what);
          if (what === 'limit') for (const status of STATUSES) add(`${where} limit ${status}`, gapIn(forStatus(rows, status), from, true));
          else add(`${where} ${what}`, gapIn(rows, from, true));
        }
        for (const fee of feeNames) {
          const rows = here.filter((row) => row.what === 'fee' && row.name === fee);
          add(`${where} fee ${fee}`, gapIn(rows, from, true));
        }
        const first = here.filter((row) => row.what === 'first-sessions');
        add(`${where} first-sessions`, gapIn(first, from, first.length > 0));
        for (const status of STATUSES) {
          const after = here.filter((row) => row.what === 'after-status');
          add(`${where} after-status ${status}`, gapIn(forStatus(after, status), from, false));
        }
      }
    }
  }
  return faults;
}
