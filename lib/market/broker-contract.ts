/** What the loop needs of a broker. The paper broker of the desk and the simulated one have the same face. */
import type { EpochDay, Fill, Instant, Order, PortfolioState, Rejection, Symbol } from '../core/index.js';

/** One bar as it reaches the broker: integer ticks and units. */
export interface BrokerBar {
  readonly symbol: Symbol;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface SessionResult {
  readonly fills: readonly Fill[];
  readonly rejections: readonly Rejection[];
}

/**
 * The order of a session of daily bars: `openSession`, then `fillAtOpen` for all bars together (sells of all symbols before buys), then
 * `closeSession`, then any number of `submit`. With shorter bars `fillAtOpen` comes for the bars of each step, then `markAtClose`
 * with the same bars and any number of `submit`; `closeSession` comes once, with the last bar of every symbol that traded. T+1, price
 * limits and payments go by the session; the volume cap goes by the bar. Every method is synchronous and does not read a clock.
 */
export interface Broker {
  /** Rolls T+1, applies the actions whose ex-day is this session: quantities, costs, receivables, the reference close, pending orders. */
  openSession(day: EpochDay): void;
  /**
   * Fills pending orders at the open of these bars. Symbols without one are suspended (or, later in a session in which they traded,
   * without volume): their orders are rejected so. Everything left expires.
   */
  fillAtOpen(day: EpochDay, bars: readonly BrokerBar[]): SessionResult;
  /** Marks positions at the closes of bars within a session. */
  markAtClose(day: EpochDay, bars: readonly BrokerBar[]): void;
  /** Marks positions at the session's closes, which become the reference of the next price limits, and pays what is due this day. */
  closeSession(day: EpochDay, bars: readonly BrokerBar[]): void;
  /** Takes orders for the next open, in session `fillDay` (this one or a later), freezes cash; returns what is refused at once. */
  submit(orders: readonly Order[], fillDay: EpochDay): readonly Rejection[];
  /** Total equity at the last mark, minor units. O(1). */
  equityMinor(): number;
  /** Cash, the frozen part included, receivables not. O(1). */
  cashMinor(): number;
  /** Equity at the first open of the current session, after corporate actions and before fills at those opens. */
  equityAtOpenMinor(): number;
  /** `fillDay`: the session in which an order sent now can fill (for sellableAtFill). Cheap to call when nothing changed: cached. */
  portfolio(asOf: Instant, fillDay: EpochDay): PortfolioState;
  /** Plain JSON of everything; `restore(snapshot())` continues to the byte. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}
