/** Errors of the feeds room. */
import { InputError } from '../core/index.js';

/** A file or a choice of the user's can't be used as market data. */
export class FeedError extends InputError {}

/** What is wrong with one row of a file of bars. */
export type BadRowReason =
  | 'unreadable-date'
  | 'unknown-symbol'
  | 'too-few-cells'
  | 'not-a-number'
  | 'missing-price'
  | 'missing-volume'
  | 'missing-adjustment'
  | 'price-not-positive'
  | 'negative-volume'
  | 'high-below-low'
  | 'outside-high-low'
  | 'off-tick'
  | 'duplicate-date'
  | 'out-of-order'
  | 'not-a-session'
  | 'outside-session';

/** A row that was refused: file, line (1 = first line of the file) and reason. */
export class BadRowError extends FeedError {
  readonly file: string;
  readonly line: number;
  readonly reason: BadRowReason;
  constructor(file: string, line: number, reason: BadRowReason, detail: string) {
    super(`loadBars: ${file} line ${line}: ${reason}: ${detail}. Mend the row, or skip bad rows (--on-bad-row skip).`);
    this.file = file;
    this.line = line;
    this.reason = reason;
  }
}
