/** Daily or intraday bars of one instrument as columns, oldest first. Prices are raw integer ticks, never adjusted. */
import type { EpochDay, Instant } from './instant.js';
import type { Ratio } from './money.js';

export type Symbol = string;
export type MarketId = 'cn-a' | 'us' | 'crypto' | 'bench';

/** What one tick and one quantity unit are worth. Minor units (fen, cents) of `q` units at `p` ticks = q x p x minorPerUnitTick. */
export interface Units {
  /** Currency of the account, such as CNY. */
  readonly currency: string;
  /** Minor units in one major unit: 100. */
  readonly minorPerMajor: number;
  /** Major units in one tick, for display: 0.01 for A-shares. */
  readonly tickSize: number;
  /** Shares (or coins) in one quantity unit, for display: 1 for stocks (less where the broker trades parts of shares), 0.00001 for bitcoin. */
  readonly quantityStep: number;
  readonly minorPerUnitTick: Ratio;
}

/** A span of days (both ends included; `to` absent = still so) in which a listing status holds. */
export interface StatusSpan {
  readonly status: 'normal' | 'ST' | 'S-share';
  readonly from: EpochDay;
  readonly to?: EpochDay;
}

export interface Instrument {
  readonly symbol: Symbol;
  readonly name: string;
  readonly market: MarketId;
  /** The rulebook's key: `sh-main`, `sz-main`, `chinext`, `star`, `bse`, `us-stock`, `crypto-spot`, `index`. */
  readonly board: string;
  readonly kind: 'stock' | 'etf' | 'index' | 'spot';
  readonly units: Units;
  readonly listedOn?: EpochDay;
  readonly delistedOn?: EpochDay;
  readonly sector?: string;
  /** Smallest worth of an order, minor units: exchanges of coins have one. None when absent. */
  readonly minimumNotionalMinor?: number;
  readonly statuses?: readonly StatusSpan[];
  /** declared = dated actions from a source; derived = from raw and adjusted close; unknown = a replay refuses it unless price-only. */
  readonly corporateActions: 'declared' | 'derived' | 'unknown' | 'none';
}

/** Whole history of one instrument, as a feed holds it. Strategies never see one: they see windows cut by instant. */
export interface BarSeries {
  readonly symbol: Symbol;
  readonly length: number;
  /** Epoch day of the session each bar belongs to. */
  readonly day: Int32Array;
  readonly knownAt: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Quantity units traded. */
  readonly volume: Float64Array;
  /** Cumulative from the first bar, never rebased: raw x factor is a total-return price. 1 throughout when there were no actions. */
  readonly factor: Float64Array;
}

/** The newest `length` bars known at the view's instant, newest last. Columns are zero-copy and hold nothing later. */
export interface BarWindow {
  readonly symbol: Symbol;
  readonly units: Units;
  readonly length: number;
  readonly day: Int32Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly factor: Float64Array;
  /** When the newest bar was known; -Infinity when empty. */
  readonly maxKnownAt: Instant;
}

/**
 * What a company did to its shares. Amounts are per quantity unit held at the close before `exDay`.
 * 送股 (bonus, from profit) is taxed at par; 转增 (transfer, from reserves) and splits are not.
 */
export interface CorporateAction {
  readonly symbol: Symbol;
  readonly exDay: EpochDay;
  readonly recordDay?: EpochDay;
  /** Cash and new shares arrive at the close of this day; the ex-day where unknown. */
  readonly payDay: EpochDay;
  readonly knownAt: Instant;
  /** Pre-tax cash in minor units per quantity unit: 1.7 yuan per 10 shares = 170/10. */
  readonly cash?: Ratio;
  /** New units per unit: 10送6 = 6/10. */
  readonly bonus?: Ratio;
  /** New units per unit: 10转5 = 5/10; a US 2:1 split = 1/1, a reverse one 1:10 = -9/10. */
  readonly transfer?: Ratio;
  /** declared by the company, or derived from raw and adjusted closes. */
  readonly origin: 'declared' | 'derived';
}
