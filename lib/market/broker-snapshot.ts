/** The broker's state as plain JSON, for checkpoints. */
import type { EpochDay, Symbol } from '../core/index.js';
import type { BrokerTotals, Receivable } from './broker-account.js';
import type { Book, HeldLot } from './broker-book.js';
import type { PendingOrder } from './broker-fill.js';
import { BrokerError } from './errors.js';

interface BookSnapshot {
  readonly symbol: Symbol;
  readonly quantity: number;
  readonly lots: readonly HeldLot[];
  readonly lastTicks: number;
  readonly lastDay: EpochDay;
  readonly referenceTicks: number;
  readonly markMinor: number;
  readonly pendingSell: number;
}

export interface BrokerSnapshot {
  readonly version: 1;
  readonly day: EpochDay;
  readonly index: number;
  readonly cashMinor: number;
  readonly frozenMinor: number;
  readonly receivableMinor: number;
  readonly equityAtOpenMinor: number;
  readonly books: readonly BookSnapshot[];
  readonly pending: readonly PendingOrder[];
  readonly receivables: readonly Receivable[];
  readonly totals: BrokerTotals;
}

const copyLot = (lot: HeldLot): HeldLot => ({ ...lot, untaxed: lot.untaxed?.map((dividend) => ({ ...dividend })) ?? null });

export const copyTotals = (totals: BrokerTotals): BrokerTotals => ({ ...totals, feesMinor: { ...totals.feesMinor } });

export const copyBook = (book: Book): BookSnapshot => ({
  symbol: book.instrument.symbol,
  quantity: book.quantity,
  lots: book.lots.map(copyLot),
  lastTicks: book.lastTicks,
  lastDay: book.lastDay,
  referenceTicks: book.referenceTicks,
  markMinor: book.markMinor,
  pendingSell: book.pendingSell,
});

export function restoreBook(book: Book, saved: BookSnapshot): void {
  const { symbol: _, lots, ...rest } = saved;
  Object.assign(book, rest, { lots: lots.map(copyLot) });
}

/** A snapshot from JSON. Throws BrokerError on anything else. */
export function readSnapshot(value: unknown): BrokerSnapshot {
  const saved = value as Partial<BrokerSnapshot> | null;
  if (typeof saved !== 'object' || saved === null || saved.version !== 1 || !Array.isArray(saved.books)) {
    throw new BrokerError('restore: expected a broker snapshot of version 1, got something else. Resume with the version that wrote it.');
  }
  return saved as BrokerSnapshot;
}
