/** A rulebook as data: dated, cited rows. The file's form is checked by rulebook-schema.ts. */
import type { EpochDay, Instrument, MarketId, Ratio, StatusSpan, Symbol } from '../core/index.js';
import type { DividendTaxRule, FeeRule } from './session-rules.js';

export interface RuleSource {
  readonly text: string;
  /** primary: the text of the rule itself was read (also in a reprint); secondary: a report of it; setting: not a rule, a choice. */
  readonly kind: 'primary' | 'secondary' | 'setting';
  readonly note?: string;
}

/** Half-widths of the price band round the reference close; null = no limit. */
type Limit = { readonly up: Ratio; readonly down: Ratio } | null;

interface RowBase {
  /** Unique in the file. */
  readonly id: string;
  /** `*` = every board. */
  readonly boards: readonly string[];
  /** Absent = every kind of instrument. */
  readonly kinds?: readonly Instrument['kind'][];
  /** First and last day, both included; `to` absent = still so. For `first-sessions` these are listing dates. */
  readonly from: EpochDay;
  readonly to?: EpochDay;
  /** One plain sentence. */
  readonly text: string;
  readonly source: RuleSource;
}

type Status = StatusSpan['status'];

export type RuleRow = RowBase &
  (
    | { /** The board exists, and whether its instruments can be traded at all. */ readonly what: 'board'; readonly tradable: boolean }
    | { readonly what: 'settlement'; readonly sessions: 0 | 1 }
    | { readonly what: 'lot'; readonly buyMinimum: number; readonly buyStep: number; readonly sellStep: number }
    /** `statuses` absent = every status. */
    | { readonly what: 'limit'; readonly statuses?: readonly Status[]; readonly limit: Limit }
    /** The limit in the first `sessions` sessions of an instrument listed between `from` and `to`. */
    | { readonly what: 'first-sessions'; readonly sessions: number; readonly limit: Limit }
    /** The limit in the first `sessions` sessions after a span of one of these statuses ended. */
    | { readonly what: 'after-status'; readonly statuses: readonly Status[]; readonly sessions: number; readonly limit: Limit }
    | { readonly what: 'volume-cap'; readonly cap: Ratio | null }
    /** null = no such fee in this span, said on purpose. The fee named `commission` is what the cost settings replace. */
    | { readonly what: 'fee'; readonly name: string; readonly fee: Omit<FeeRule, 'name'> | null }
    | { readonly what: 'dividend-tax'; readonly tax: DividendTaxRule }
    | { readonly what: 'par'; readonly parMinor: number }
  );

/** The rows of one kind. */
export type RowOf<What extends RuleRow['what']> = Extract<RuleRow, { what: What }>;

export interface RulebookData {
  readonly schema: 1;
  readonly id: string;
  /** Raised by hand when the meaning of the file changes. */
  readonly edition: number;
  readonly market: MarketId;
  /** Days before it are refused, for the reason in `before`. */
  readonly validFrom: EpochDay;
  readonly before: string;
  /** Fees that the quoted commission contains unless the cost settings say otherwise. */
  readonly commissionIncludes: readonly ('handling' | 'regulatory')[];
  /** Status spans of known instruments; used where an instrument brings none of its own. */
  readonly instruments: readonly { readonly symbol: Symbol; readonly statuses: readonly StatusSpan[]; readonly source: RuleSource }[];
  readonly rows: readonly RuleRow[];
}

/** True when the row speaks of this board and kind of instrument. */
export const concerns = (row: RuleRow, board: string, kind: string): boolean =>
  (row.boards.includes(board) || row.boards.includes('*')) && (row.kinds === undefined || (row.kinds as readonly string[]).includes(kind));
