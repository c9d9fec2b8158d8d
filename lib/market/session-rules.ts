/**
 * What binds one instrument in one session: the plain numbers that order sizing, the broker, the RL environment and the Python
 * adapter share. A rulebook yields them by date; nothing in here looks at a date or a board.
 */
import type { EpochDay, Ratio } from '../core/index.js';

export interface FeeRule {
  /** commission, stamp, transfer, handling, regulatory, sec, taf, fee ... */
  readonly name: string;
  readonly side: 'buy' | 'sell' | 'both';
  /** notional: minor units per minor unit traded; quantity: minor units per quantity unit (a rulebook's file says them per share). */
  readonly basis: 'notional' | 'quantity';
  readonly rate: Ratio;
  /** Per order, minor units. */
  readonly minimumMinor: number;
  /** Per order, minor units; 0 = no cap. */
  readonly maximumMinor: number;
}

/** Tax on a cash dividend, and on bonus shares at par, by how long the lot was held. */
export type DividendTaxRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'flat'; readonly rate: Ratio }
  /** Nothing at payment; at the sale of each lot, by calendar holding: up to a month, up to a year, longer. */
  | { readonly kind: 'by-holding'; readonly upToMonth: Ratio; readonly upToYear: Ratio; readonly longer: Ratio };

export interface SessionRules {
  /** `cn-a@1` and the like. */
  readonly rulebook: string;
  /** First and last epoch day for which this very object holds for this instrument. */
  readonly firstDay: EpochDay;
  readonly lastDay: EpochDay;
  /** Sessions until bought units may be sold: 1 for A-shares, 0 for US and crypto. */
  readonly settlementSessions: 0 | 1;
  /** Smallest buy, and the step above it, in units. */
  readonly buyMinimum: number;
  readonly buyStep: number;
  /** Sells go in this step; an odd remainder leaves only when all that is sellable is sold. */
  readonly sellStep: number;
  readonly tradable: boolean;
  /** Half-width of the day's price band round the reference close; null = no limit this session. */
  readonly priceLimit: { readonly up: Ratio; readonly down: Ratio } | null;
  /** Largest part of a bar's volume that one account may take; null = no cap. */
  readonly volumeCap: Ratio | null;
  /** Smallest worth of an order, minor units; none when absent. */
  readonly minimumNotionalMinor?: number;
  readonly fees: readonly FeeRule[];
  readonly dividendTax: DividendTaxRule;
  /** Minor units of par value per quantity unit, the base of tax on bonus shares. */
  readonly parMinor: number;
}

/** Dated rules of one market, as data. */
export interface Rulebook {
  readonly id: string;
  readonly version: string;
  /**
   * Rules of a session. The returned object is the same one for every day of [firstDay, lastDay], so that callers can keep it.
   * Throws RuleError for a day before the rulebook's first, or a board that it doesn't know.
   */
  rulesFor(instrument: import('../core/index.js').Instrument, day: EpochDay): SessionRules;
}

/** What the user chooses about costs; the rulebook turns it into fee rules. */
export interface CostSettings {
  /** Negotiated commission, default 25/100000 for A-shares. */
  readonly commission?: Ratio;
  readonly minimumCommissionMinor?: number;
  /** Parts that the quoted commission already contains; never charged twice. Default handling and regulatory. */
  readonly commissionIncludes?: readonly ('handling' | 'regulatory')[];
  /** Part of each cash dividend withheld at payment, where the rulebook leaves it to the holder (US: 0 by default). */
  readonly dividendWithholding?: Ratio;
  /** Price worsened by this many basis points at the fill, rounded to a tick against the account, and kept inside the limits. */
  readonly slippageBp?: number;
}
