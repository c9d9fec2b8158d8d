/** The arrays of a ground, and where they are laid. */
import type { CorporateAction, Instrument, Symbol } from '../core/index.js';
import type { Rulebook, SessionRules } from '../market/index.js';

/** A corporate action and the session whose open it moves. */
export interface DatedAction {
  readonly session: number;
  readonly action: CorporateAction;
}

/** One symbol. Columns hold a value a session; sessions without a bar keep the last mark. */
export interface SymbolGround {
  readonly symbol: Symbol;
  readonly instrument: Instrument;
  readonly price: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** Bars [firstBar, bars) become known within the sessions; those before are warm-up. */
  readonly firstBar: number;
  readonly bars: number;
  readonly traded: Uint8Array;
  /** A bar in every session. */
  readonly dense: boolean;
  /** Last price at each close: what a position is marked at and an order is sized at. */
  readonly markTicks: Float64Array;
  readonly highestMark: number;
  /** Price of a buy and of a sell at the open, 0 where none can fill. */
  readonly buyTicks: Float64Array;
  readonly sellTicks: Float64Array;
  /** Units that the volume cap leaves to one account; null without a cap. */
  readonly volumeLeft: Float64Array | null;
  /** Of each session and the one after the last. */
  readonly rules: readonly SessionRules[];
  readonly ruleAt: Uint16Array;
  readonly actions: readonly DatedAction[];
}

export interface Ground {
  /** Sorted by symbol: the order in which orders are sent. */
  readonly symbols: readonly SymbolGround[];
  readonly sessions: Int32Array;
  /** Days of the sessions and of the one after the last. */
  readonly days: Int32Array;
  readonly rulebook: Rulebook;
  readonly atFill: boolean;
  readonly initialCashMinor: number;
  /** All marks of a session side by side, session after session; null where no account holds several symbols. */
  readonly markRows: Float64Array | null;
}

/** Where the columns that a kernel works on are laid: marks, wants, sums of prices and the equity. */
export interface Arena {
  f64(length: number): Float64Array;
  u8(length: number): Uint8Array;
  u16(length: number): Uint16Array;
}
