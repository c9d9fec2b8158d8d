/** One symbol in an account: its lots, its last mark, its reference close; and what can be done to lots. */
import type { EpochDay, Instrument, Lot, Units } from '../core/index.js';
import { mulDiv } from '../core/index.js';
import type { BrokerBar } from './broker-contract.js';
import { holdingTaxRate } from './dividend-tax.js';
import type { DividendTaxRule, SessionRules } from './session-rules.js';

/** Dividends received on a lot whose tax is due when it is sold. */
export interface UntaxedDividend {
  readonly rule: DividendTaxRule & { kind: 'by-holding' };
  taxableMinor: number;
}

export interface HeldLot {
  quantity: number;
  boughtOn: EpochDay;
  /** Number of the session in which it was bought. */
  boughtIndex: number;
  costMinor: number;
  /** New shares of a corporate action that have not arrived: not sellable up to and including this day. */
  lockedThrough: EpochDay | null;
  untaxed: UntaxedDividend[] | null;
}

export interface Book {
  readonly instrument: Instrument;
  readonly units: Units;
  /** Place in the universe: the order of positions. */
  readonly ordinal: number;
  rules: SessionRules | null;
  quantity: number;
  lots: HeldLot[];
  /** Price of the last mark, 0 when none is known, and the session it is from. */
  lastTicks: number;
  lastDay: EpochDay;
  /** Previous close after ex-right adjustment: the base of the price limits; 0 when unknown. */
  referenceTicks: number;
  markMinor: number;
  /** Units that pending sells will take. */
  pendingSell: number;
  /** The newest bar, and the number of the open (of all bars together) that it belongs to. */
  bar: BrokerBar | null;
  barOpen: number;
  /** Units this account has traded of `bar`. */
  takenVolume: number;
  /** Public form of the lots; null after a change. */
  lotsView: readonly Lot[] | null;
}

/** A day before all days: nothing has been seen. */
export const NEVER: EpochDay = -10_000_000;

export const emptyBook = (instrument: Instrument, ordinal: number): Book => ({
  instrument,
  units: instrument.units,
  ordinal,
  rules: null,
  quantity: 0,
  lots: [],
  lastTicks: 0,
  lastDay: NEVER,
  referenceTicks: 0,
  markMinor: 0,
  pendingSell: 0,
  bar: null,
  barOpen: -1,
  takenVolume: 0,
  lotsView: null,
});

const isFree = (lot: HeldLot, day: EpochDay, index: number, settlementSessions: number): boolean =>
  index - lot.boughtIndex >= settlementSessions && (lot.lockedThrough === null || day > lot.lockedThrough);

/** Units that can be sold in session number `index`, which is on `day`. */
export function sellableUnits(book: Book, day: EpochDay, index: number, settlementSessions: number): number {
  let units = 0;
  for (let i = 0; i < book.lots.length; i++) {
    const lot = book.lots[i]!;
    if (isFree(lot, day, index, settlementSessions)) units += lot.quantity;
  }
  return units;
}

/** Adds a bought lot; buys of one day become one lot. */
export function addLot(book: Book, quantity: number, costMinor: number, day: EpochDay, index: number): void {
  const last = book.lots[book.lots.length - 1];
  if (last !== undefined && last.boughtIndex === index && last.lockedThrough === null && last.untaxed === null) {
    last.quantity += quantity;
    last.costMinor += costMinor;
  } else {
    book.lots.push({ quantity, boughtOn: day, boughtIndex: index, costMinor, lockedThrough: null, untaxed: null });
  }
  book.quantity += quantity;
  book.lotsView = null;
}

/** Tax on dividends that becomes due when `quantity` sellable units leave, first in first out. Changes nothing. */
export function taxOfSale(book: Book, quantity: number, day: EpochDay, index: number, settlementSessions: number): number {
  let left = quantity;
  let tax = 0;
  for (let i = 0; i < book.lots.length && left > 0; i++) {
    const lot = book.lots[i]!;
    if (!isFree(lot, day, index, settlementSessions)) continue;
    const sold = Math.min(left, lot.quantity);
    left -= sold;
    if (lot.untaxed === null) continue;
    for (const { rule, taxableMinor } of lot.untaxed) {
      const rate = holdingTaxRate(rule, lot.boughtOn, day);
      tax += mulDiv(mulDiv(taxableMinor, sold, lot.quantity), rate.numerator, rate.denominator);
    }
  }
  return tax;
}

/** Takes `quantity` sellable units away, first in first out. */
export function removeFifo(book: Book, quantity: number, day: EpochDay, index: number, settlementSessions: number): void {
  const kept: HeldLot[] = [];
  let left = quantity;
  for (const lot of book.lots) {
    if (left === 0 || !isFree(lot, day, index, settlementSessions)) {
      kept.push(lot);
    } else if (lot.quantity <= left) {
      left -= lot.quantity;
    } else {
      for (const dividend of lot.untaxed ?? []) dividend.taxableMinor -= mulDiv(dividend.taxableMinor, left, lot.quantity);
      lot.costMinor -= (lot.costMinor * left) / lot.quantity;
      lot.quantity -= left;
      left = 0;
      kept.push(lot);
    }
  }
  book.lots = kept;
  book.quantity -= quantity;
  book.lotsView = null;
}

/** Takes the cash before tax off the cost of lots bought before session `index`, so that the gain does not jump on the ex-day. */
export function reduceCost(book: Book, minorPerUnit: number, index: number): void {
  for (const lot of book.lots) if (lot.boughtIndex < index) lot.costMinor -= lot.quantity * minorPerUnit;
  book.lotsView = null;
}

/** Lots as a strategy may see them. */
export function lotsOf(book: Book): readonly Lot[] {
  book.lotsView ??= book.lots.map(({ quantity, boughtOn, costMinor }) => ({ quantity, boughtOn, costMinor }));
  return book.lotsView;
}
