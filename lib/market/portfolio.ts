/** The account as a strategy sees it, built from the broker's books. */
import type { EpochDay, Instant, PortfolioState, Position } from '../core/index.js';
import { type Book, lotsOf, sellableUnits } from './broker-book.js';
import { unitValueMinor } from './notional.js';

export interface AccountFigures {
  readonly currency: string;
  readonly cashMinor: number;
  readonly frozenCashMinor: number;
  readonly receivableMinor: number;
  readonly totalEquityMinor: number;
  /** Current session and its number; the session in which an order sent now can fill and its number. */
  readonly day: EpochDay;
  readonly index: number;
  readonly fillDay: EpochDay;
  readonly fillIndex: number;
}

/** State at `asOf`. `settlementOf`: sessions until bought units of a book may be sold, by the rules of the fill session. */
export function portfolioState(
  asOf: Instant,
  held: readonly Book[],
  account: AccountFigures,
  settlementOf: (book: Book) => number,
): PortfolioState {
  let stale = false;
  const positions: Position[] = [];
  for (let i = 0; i < held.length; i++) {
    const book = held[i]!;
    if (book.lastDay < account.day) stale = true;
    const settlement = settlementOf(book);
    const lots = lotsOf(book);
    let cost = 0;
    for (let j = 0; j < lots.length; j++) cost += lots[j]!.costMinor;
    positions.push({
      symbol: book.instrument.symbol,
      quantity: book.quantity,
      sellableNow: sellableUnits(book, account.day, account.index, settlement),
      sellableAtFill: Math.max(0, sellableUnits(book, account.fillDay, account.fillIndex, settlement) - book.pendingSell),
      averageCostTicks: cost / book.quantity / unitValueMinor(1, book.units),
      lastPriceTicks: book.lastTicks,
      tickSize: book.units.tickSize,
      marketValueMinor: book.markMinor,
      weight: account.totalEquityMinor === 0 ? 0 : book.markMinor / account.totalEquityMinor,
      unrealisedPnlMinor: book.markMinor - cost,
      lots,
    });
  }
  return {
    asOf,
    currency: account.currency,
    cashMinor: account.cashMinor,
    frozenCashMinor: account.frozenCashMinor,
    receivableMinor: account.receivableMinor,
    totalEquityMinor: account.totalEquityMinor,
    positions,
    priceQuality: stale ? 'last-known' : 'live',
  };
}
