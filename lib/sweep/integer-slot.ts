/** One symbol in an account: its book, what is wanted of it, the order that waits. */
import { type Book, emptyBook } from '../market/index.js';
import type { SymbolGround } from './ground-columns.js';
import { costsOf, type IntegerCosts } from './integer-costs.js';
import type { Walk } from './integer-walk.js';

export const NEVER = 0x7fffffff;
export const UNKNOWN = 2;
export const NOTHING = 0;
export const SALE = 1;
export const BUY = 2;

/** What an account has of one symbol. */
export interface Slot {
  readonly symbol: SymbolGround;
  readonly book: Book;
  /** Of each of the symbol's rules. */
  readonly costs: readonly IntegerCosts[];
  /** Place in the account's columns. */
  readonly at: number;
  /** The kernel's walk of an account of this symbol alone. */
  walk: Walk | null | undefined;
  /** What the rule wants at each session: 1 long, 0 flat; sessions without a bar repeat the one before. */
  readonly want: Uint8Array;
  /** As `gapTo` keeps it: 0 flat, 1 long, UNKNOWN. */
  standing: number;
  nextAction: number;
  /** Equity holds its marks up to here. */
  marked: number;
  waiting: typeof NOTHING | typeof SALE | typeof BUY;
  /** Units of the waiting order. */
  wanted: number;
  frozenMinor: number;
  cashFraction: number;
}

export const newSlot = (symbol: SymbolGround, at: number, want: Uint8Array): Slot => ({
  symbol,
  book: emptyBook(symbol.instrument, at),
  costs: symbol.rules.map((rules) => costsOf(rules, symbol.instrument.units)),
  at,
  walk: undefined,
  want,
  standing: UNKNOWN,
  nextAction: 0,
  marked: 0,
  waiting: NOTHING,
  wanted: 0,
  frozenMinor: 0,
  cashFraction: 1,
});

/** Gives the first session to look at. */
export function openSlot(slot: Slot): number {
  const { book, symbol } = slot;
  book.quantity = 0;
  book.lots = [];
  slot.standing = UNKNOWN;
  slot.nextAction = 0;
  slot.marked = 0;
  slot.waiting = NOTHING;
  const first = symbol.traded.indexOf(1);
  return first < 0 ? NEVER : first;
}

/** Under the rules of the session in which an order sent at a close can fill. */
export const costsAfter = (slot: Slot, session: number): IntegerCosts => slot.costs[slot.symbol.ruleAt[session + 1]!]!;
