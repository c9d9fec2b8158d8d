/** The typed records that every source maps to. Prices are integer ticks, money is minor units, volumes are quantity units. */
import type { EpochDay, Instant, Symbol } from '../../core/index.js';

/** When a thing happened, and when it could first be known. */
export interface Dated {
  readonly eventAt: Instant;
  readonly knownAt: Instant;
}

/** One bar: of a session, or shorter and known at its own end. */
export interface BarRecord extends Dated {
  readonly day: EpochDay;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Minor units traded; null where the source doesn't say. */
  readonly amountMinor: number | null;
}

/** Cumulative adjustment factor of a day. A fetched table carries no publication dates: known at the fetch only. */
export interface FactorRecord extends Dated {
  readonly day: EpochDay;
  readonly factor: number;
}

/** The exchange's own limit prices of a session. */
export interface LimitRecord extends Dated {
  readonly day: EpochDay;
  readonly up: number;
  readonly down: number;
}

/** A listing status, or a suspension, from a day on (both ends included; `to` absent = still so, or not known). */
export interface StatusRecord extends Dated {
  readonly symbol: Symbol;
  readonly status: 'normal' | 'ST' | 'S-share' | 'suspended';
  readonly name: string;
  readonly from: EpochDay;
  readonly to?: EpochDay;
}

/** One report of a company. Values by the source's own field name, in the source's units. */
export interface FundamentalRecord extends Dated {
  readonly symbol: Symbol;
  readonly periodEnd: EpochDay;
  readonly announcedOn: EpochDay;
  /** True where the values may be later revisions of what was announced: then known at the fetch only. */
  readonly revised: boolean;
  readonly values: Readonly<Record<string, number | null>>;
}

/** Whether the exchange is open on a day. */
export interface CalendarRecord {
  readonly day: EpochDay;
  readonly open: boolean;
}

/** A price now. `eventAt` is the fetch where the source stamps none. */
export interface QuoteRecord extends Dated {
  readonly symbol: Symbol;
  readonly last: number;
  readonly volume: number | null;
}

/** A member of an index on a day. */
export interface MemberRecord extends Dated {
  readonly index: Symbol;
  readonly symbol: Symbol;
  readonly day: EpochDay;
  /** Fraction of the index. */
  readonly weight: number;
}

/** A session inside the span asked for without a bar. */
export interface MissingDay {
  readonly day: EpochDay;
  /** suspended: the source's list of suspensions says so; no-trade: a row without prices; unconfirmed: nothing says why. */
  readonly reason: 'suspended' | 'no-trade' | 'unconfirmed';
}
