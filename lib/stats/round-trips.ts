/** Fills as the statistics take them: what was traded on a day, and what came of each position from flat to flat. */
import type { EpochDay, Fill, Symbol } from '../core/index.js';
import { StatsError } from './errors.js';

/** In the unit of the equity series. */
export interface Trade {
  readonly day: EpochDay;
  readonly notional: number;
  readonly costs: number;
}

export const tradesOf = (fills: readonly Fill[]): Trade[] =>
  fills.map((fill) => ({ day: fill.day, notional: fill.notionalMinor, costs: fill.totalFeesMinor }));

/** What happened to a position without a fill: a split or bonus (units), a dividend or its tax (cash). Comes before the fills of its day. */
export interface PositionAdjustment {
  readonly symbol: Symbol;
  readonly day: EpochDay;
  readonly quantityDelta: number;
  readonly cashMinor: number;
}

export interface RoundTrip {
  readonly symbol: Symbol;
  readonly openedOn: EpochDay;
  readonly closedOn: EpochDay;
  /** All cash in less all cash out, fees and adjustments included. */
  readonly pnlMinor: number;
  /** All cash out for buys, fees included. */
  readonly investedMinor: number;
}

interface Open {
  openedOn: EpochDay;
  quantity: number;
  pnlMinor: number;
  investedMinor: number;
}

/**
 * Closed positions, in the order of their closing; those still open at the end are left out. Adjustments of a symbol that is not held
 * belong to no trip. Throws StatsError when more is sold than was held: a split is missing from `adjustments`.
 */
export function roundTripsOf(fills: readonly Fill[], adjustments: readonly PositionAdjustment[] = []): RoundTrip[] {
  const events = [
    ...adjustments.map((a) => ({ ...a, rank: 0, cashOut: 0 })),
    ...fills.map((fill) => ({
      symbol: fill.symbol,
      day: fill.day,
      quantityDelta: fill.side === 'buy' ? fill.quantity : -fill.quantity,
      cashMinor: fill.cashDeltaMinor,
      rank: 1,
      cashOut: fill.side === 'buy' ? -fill.cashDeltaMinor : 0,
    })),
  ].sort((a, b) => a.day - b.day || a.rank - b.rank);
  const open = new Map<Symbol, Open>();
  const closed: RoundTrip[] = [];
  for (const event of events) {
    const { symbol, day } = event;
    let trip = open.get(symbol);
    if (!trip) {
      if (event.rank === 0) continue;
      trip = { openedOn: day, quantity: 0, pnlMinor: 0, investedMinor: 0 };
      open.set(symbol, trip);
    }
    trip.quantity += event.quantityDelta;
    trip.pnlMinor += event.cashMinor;
    trip.investedMinor += event.cashOut;
    if (trip.quantity < 0) {
      throw new StatsError(
        `roundTripsOf: expected ${symbol} to be sold from what was held, got ${-trip.quantity} units too many on day ${day}. Pass its splits and bonus shares as adjustments.`,
      );
    }
    if (trip.quantity > 0) continue;
    closed.push({ symbol, openedOn: trip.openedOn, closedOn: day, pnlMinor: trip.pnlMinor, investedMinor: trip.investedMinor });
    open.delete(symbol);
  }
  return closed;
}
