/** One member's share of an ensemble's account: cash and lots that exist on paper only, as plain JSON. */
import type { EpochDay, Lot, PortfolioState, Position, Symbol, Units } from '../core/index.js';
import { mulDiv } from '../core/index.js';
import { unitValueMinor } from '../market/index.js';
import { largestRemainder } from './largest-remainder.js';

interface BookLot {
  quantity: number;
  boughtOn: EpochDay;
  /** Fees included, minor units, unrounded. */
  costMinor: number;
}

export interface VirtualBook {
  readonly strategy: string;
  /** Can stand below zero by what the open cost more than the close that it was sized at. */
  cashMinor: number;
  receivableMinor: number;
  lots: Record<Symbol, BookLot[]>;
}

export function heldIn(book: VirtualBook, symbol: Symbol): number {
  const lots = book.lots[symbol];
  if (!lots) return 0;
  let quantity = 0;
  for (const lot of lots) quantity += lot.quantity;
  return quantity;
}

export function addToBook(book: VirtualBook, symbol: Symbol, quantity: number, costMinor: number, day: EpochDay): void {
  if (quantity === 0) return;
  const lots = (book.lots[symbol] ??= []);
  const last = lots.at(-1);
  if (last?.boughtOn === day) {
    last.quantity += quantity;
    last.costMinor += costMinor;
  } else lots.push({ quantity, boughtOn: day, costMinor });
}

/** First in, first out. */
export function takeFromBook(book: VirtualBook, symbol: Symbol, quantity: number): void {
  const kept: BookLot[] = [];
  let left = quantity;
  for (const lot of book.lots[symbol] ?? []) {
    const taken = Math.min(left, lot.quantity);
    left -= taken;
    if (taken === lot.quantity) continue;
    lot.costMinor -= (lot.costMinor * taken) / lot.quantity;
    lot.quantity -= taken;
    kept.push(lot);
  }
  if (kept.length > 0) book.lots[symbol] = kept;
  else delete book.lots[symbol];
}

/** A split or bonus moved the book's units to `quantity`; lots share it in proportion and keep their dates and costs. */
export function scaleInBook(book: VirtualBook, symbol: Symbol, quantity: number): void {
  const lots = book.lots[symbol] ?? [];
  const parts = largestRemainder(
    quantity,
    lots.map((lot) => lot.quantity),
  );
  const kept = lots.filter((lot, i) => {
    lot.quantity = parts[i]!;
    return lot.quantity > 0;
  });
  if (kept.length > 0) book.lots[symbol] = kept;
  else delete book.lots[symbol];
}

/** The book as its strategy sees it: prices and T+1 are the account's, everything else its own. */
export function bookPortfolio(book: VirtualBook, account: PortfolioState, unitsOf: (symbol: Symbol) => Units): PortfolioState {
  const held: { position: Position; lots: readonly Lot[]; quantity: number; value: number }[] = [];
  let market = 0;
  for (const position of account.positions) {
    const quantity = heldIn(book, position.symbol);
    if (quantity === 0) continue;
    const value = mulDiv(position.marketValueMinor, quantity, position.quantity);
    market += value;
    held.push({ position, lots: book.lots[position.symbol]!.map((lot) => ({ ...lot })), quantity, value });
  }
  const total = book.cashMinor + book.receivableMinor + market;
  const positions = held.map(({ position, lots, quantity, value }): Position => {
    let cost = 0;
    for (const lot of lots) cost += lot.costMinor;
    return {
      ...position,
      quantity,
      sellableNow: Math.min(quantity, position.sellableNow),
      sellableAtFill: Math.min(quantity, position.sellableAtFill),
      averageCostTicks: cost / quantity / unitValueMinor(1, unitsOf(position.symbol)),
      marketValueMinor: value,
      weight: total === 0 ? 0 : value / total,
      unrealisedPnlMinor: value - cost,
      lots,
    };
  });
  return {
    ...account,
    cashMinor: book.cashMinor,
    frozenCashMinor: 0,
    receivableMinor: book.receivableMinor,
    totalEquityMinor: total,
    positions,
  };
}
