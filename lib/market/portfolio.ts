/** The account as a strategy sees it, built from the broker's books. */
import type { EpochDay, Instant, PortfolioState, Position } from '../core/index.js';
import type { Account } from './broker-account.js';
import { type Book, lotsOf, sellableUnits } from './broker-book.js';
import { unitValueMinor } from './notional.js';

/** The instant, the current session and its number, the session in which an order sent now can fill and its number. */
export interface PortfolioTime {
  readonly asOf: Instant;
  readonly day: EpochDay;
  readonly index: number;
  readonly fillDay: EpochDay;
  readonly fillIndex: number;
}

/** State of an account. `settlementOf`: sessions until bought units of a book may be sold, by the rules of the fill session. */
export function portfolioState(
  account: Account,
  currency: string,
  time: PortfolioTime,
  settlementOf: (book: Book) => number,
): PortfolioState {
  const { held } = account;
  const totalEquityMinor = account.equityMinor();
  let stale = false;
  const positions: Position[] = [];
  for (let i = 0; i < held.length; i++) {
    const book = held[i]!;
    if (book.lastDay < time.day) stale = true;
    const settlement = settlementOf(book);
    const lots = lotsOf(book);
    let cost = 0;
    for (let j = 0; j < lots.length; j++) cost += lots[j]!.costMinor;
    positions.push({
      symbol: book.instrument.symbol,
      quantity: book.quantity,
      sellableNow: sellableUnits(book, time.day, time.index, settlement),
      sellableAtFill: Math.max(0, sellableUnits(book, time.fillDay, time.fillIndex, settlement) - book.pendingSell),
      averageCostTicks: cost / book.quantity / unitValueMinor(1, book.units),
      lastPriceTicks: book.lastTicks,
      tickSize: book.units.tickSize,
      marketValueMinor: book.markMinor,
      weight: totalEquityMinor === 0 ? 0 : book.markMinor / totalEquityMinor,
      unrealisedPnlMinor: book.markMinor - cost,
      lots,
    });
  }
  return {
    asOf: time.asOf,
    currency,
    cashMinor: account.cashMinor,
    frozenCashMinor: account.frozenMinor,
    receivableMinor: account.receivableMinor,
    totalEquityMinor,
    positions,
    priceQuality: stale ? 'last-known' : 'live',
  };
}
