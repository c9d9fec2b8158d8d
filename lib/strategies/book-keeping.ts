/** Keeping virtual books equal to their account: units, dividends, fills. Every part is whole and the parts add up. */
import type { CorporateAction, EpochDay, PortfolioState, Side, Symbol } from '../core/index.js';
import { ManagerError } from './errors.js';
import type { Attribution } from './execution.js';
import { largestRemainder } from './largest-remainder.js';
import { addToBook, heldIn, scaleInBook, takeFromBook, type VirtualBook } from './virtual-book.js';

/** Cash that each book is due from actions of this session, in hundredths of a minor unit; takes it off the cost of its lots. */
export function bookDividends(books: readonly VirtualBook[], actions: readonly CorporateAction[]): number[] {
  return books.map((book) => {
    let due = 0;
    for (const { symbol, cash } of actions) {
      const lots = book.lots[symbol];
      if (!lots || !cash || cash.numerator === 0) continue;
      const perUnit = cash.numerator / cash.denominator;
      for (const lot of lots) {
        due += lot.quantity * perUnit;
        lot.costMinor -= lot.quantity * perUnit;
      }
    }
    return Math.round(due * 100);
  });
}

/** Brings the books' units to the account's after splits and bonuses; gives [symbol, before, after] of what moved. */
export function bookUnits(books: readonly VirtualBook[], account: PortfolioState): [Symbol, number, number][] {
  const symbols = new Set(books.flatMap((book) => Object.keys(book.lots)));
  const moved: [Symbol, number, number][] = [];
  for (const symbol of symbols) {
    const held = books.map((book) => heldIn(book, symbol));
    const before = held.reduce((sum, quantity) => sum + quantity, 0);
    const after = account.positions.find((position) => position.symbol === symbol)?.quantity ?? 0;
    if (before === after) continue;
    const parts = largestRemainder(after, held);
    books.forEach((book, i) => {
      if (held[i]! > 0) scaleInBook(book, symbol, parts[i]!);
    });
    moved.push([symbol, before, after]);
  }
  return moved;
}

/** Gives the books what the account's money gained or lost outside of fills: dividends by who was due them, else in equal parts. */
export function matchCash(books: readonly VirtualBook[], account: PortfolioState, dividendWeights: readonly number[]): void {
  const due = dividendWeights.some((weight) => weight > 0) ? dividendWeights : books.map(() => 1);
  const sum = (pick: (book: VirtualBook) => number): number => books.reduce((total, book) => total + pick(book), 0);
  const gained =
    account.cashMinor + account.frozenCashMinor + account.receivableMinor - sum((book) => book.cashMinor + book.receivableMinor);
  if (gained !== 0) share(books, largestRemainder(gained, due), (book, part) => (book.cashMinor += part));
  const waiting = account.receivableMinor - sum((book) => book.receivableMinor);
  if (waiting === 0) return;
  const whose = waiting > 0 ? due : books.map((book) => book.receivableMinor);
  share(books, largestRemainder(waiting, whose), (book, part) => {
    book.receivableMinor += part;
    book.cashMinor -= part;
  });
}

function share(books: readonly VirtualBook[], parts: readonly number[], give: (book: VirtualBook, part: number) => void): void {
  books.forEach((book, i) => {
    give(book, parts[i]!);
  });
}

/**
 * Moves `quantity` units and `cashDeltaMinor` into or out of the books that share them, pro rata of `weights`. A sale never takes more
 * than a book holds: the unit that the rounding of a split leaves a seller short of comes from the next book that has it.
 */
export function applyShares(
  books: readonly VirtualBook[],
  move: { symbol: Symbol; side: Side; day: EpochDay; kind: Attribution['kind'] },
  shares: readonly { readonly book: string }[],
  weights: readonly number[],
  quantity: number,
  cashDeltaMinor: number,
): Attribution[] {
  const whose = shares.map((share) => books.find((book) => book.strategy === share.book)!);
  const units = largestRemainder(quantity, weights);
  if (move.side === 'sell') {
    for (const book of books) {
      if (whose.includes(book)) continue;
      whose.push(book);
      units.push(0);
    }
    capToHoldings(whose, move.symbol, units);
  }
  const cash = largestRemainder(cashDeltaMinor, units);
  const parts: Attribution[] = [];
  whose.forEach((book, i) => {
    if (units[i] === 0) return;
    book.cashMinor += cash[i]!;
    if (move.side === 'buy') addToBook(book, move.symbol, units[i]!, -cash[i]!, move.day);
    else takeFromBook(book, move.symbol, units[i]!);
    parts.push({ ...move, strategy: book.strategy, quantity: units[i]!, cashDeltaMinor: cash[i]! });
  });
  return parts;
}

function capToHoldings(books: readonly VirtualBook[], symbol: Symbol, units: number[]): void {
  let over = 0;
  const held = books.map((book) => heldIn(book, symbol));
  for (let i = 0; i < units.length; i++) {
    if (units[i]! <= held[i]!) continue;
    over += units[i]! - held[i]!;
    units[i] = held[i]!;
  }
  for (let i = 0; i < units.length && over > 0; i++) {
    const more = Math.min(over, held[i]! - units[i]!);
    units[i]! += more;
    over -= more;
  }
  if (over > 0)
    throw new ManagerError(`ensemble: expected sellers that hold ${symbol}, got ${over} units too few. Books and account differ.`);
}

/** Throws ManagerError when the books don't add up to the account. */
export function checkBooks(books: readonly VirtualBook[], account: PortfolioState): void {
  const symbols = new Set([...books.flatMap((book) => Object.keys(book.lots)), ...account.positions.map(({ symbol }) => symbol)]);
  for (const symbol of symbols) {
    const own = books.reduce((sum, book) => sum + heldIn(book, symbol), 0);
    const real = account.positions.find((position) => position.symbol === symbol)?.quantity ?? 0;
    if (own !== real) {
      throw new ManagerError(
        `ensemble: expected books that add up to the account, got ${own} of ${real} units of ${symbol}. Call openSession and settleOpen each session.`,
      );
    }
  }
}
