/** What made a session's rules: each row in words, with its dates and its source. */
import { dateOf, type EpochDay, type Instrument, type TradingDate } from '../core/index.js';
import { type RulebookOptions, rulebookFor } from './rulebook.js';
import type { RuleSource } from './rulebook-rows.js';

export interface ExplainedRule {
  readonly id: string;
  readonly what: string;
  readonly text: string;
  readonly from: TradingDate;
  /** Absent = still so. */
  readonly to?: TradingDate;
  readonly source: RuleSource;
  /** False for a fee that is nil in this span, or that the commission already contains. */
  readonly charged: boolean;
}

/**
 * The rows that hold for an instrument on a day, with citations, under its market's rulebook or the one in the options.
 * Throws RuleError as `rulesFor` does.
 */
export function explainRules(instrument: Instrument, day: EpochDay, options: RulebookOptions = {}): readonly ExplainedRule[] {
  const book = rulebookFor(instrument.market, options);
  const charged = new Set(book.rulesFor(instrument, day).fees.map((fee) => fee.name));
  return book.rowsFor(instrument, day).map((row) => ({
    id: row.id,
    what: row.what === 'fee' ? row.name : row.what,
    text: row.text,
    from: dateOf(row.from),
    ...(row.to === undefined ? {} : { to: dateOf(row.to) }),
    source: row.source,
    charged: row.what !== 'fee' || charged.has(row.name),
  }));
}
