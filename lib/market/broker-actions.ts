/** What a corporate action does to one book: a receivable, new units, reduced cost and price, tax that waits for the sale. */
import { type CorporateAction, mulDiv } from '../core/index.js';
import type { Account } from './broker-account.js';
import { type Book, type HeldLot, reduceCost } from './broker-book.js';
import type { PendingOrder } from './broker-fill.js';
import { flatDividendTaxMinor, taxableMinor } from './dividend-tax.js';
import { exRightMarkTicks, exRightReferenceTicks, shareRatio } from './ex-right.js';
import type { DividendTaxRule, SessionRules } from './session-rules.js';

/**
 * Applies an action at the open of its ex-day. Declared cash is booked as a receivable, and cost and last price fall by it. The size
 * of a derived dividend is known only when its day closes: it is credited then, and the bar's own open shows the fall.
 * `index`: number of the session; `rulesOf` gives the rules of the day on which holders were recorded.
 */
export function applyAction(account: Account, book: Book, action: CorporateAction, index: number, rulesOf: () => SessionRules): void {
  if (book.quantity > 0) {
    const { dividendTax, parMinor } = rulesOf();
    const { cash } = action;
    const grossMinor = cash === undefined ? 0 : mulDiv(book.quantity, cash.numerator, cash.denominator);
    const taxMinor = flatDividendTaxMinor(book.quantity, action, parMinor, dividendTax);
    const cashPerUnit = cash === undefined ? 0 : cash.numerator / cash.denominator;
    const booked = cash === undefined || action.origin === 'declared';
    bookUntaxed(book, action, parMinor, dividendTax);
    if (booked) reduceCost(book, cashPerUnit, index);
    scaleUnits(book, action);
    if (grossMinor !== 0 || taxMinor !== 0) {
      const shares = shareRatio(action);
      account.receivables.push({
        symbol: action.symbol,
        payDay: booked ? action.payDay : action.exDay,
        grossMinor,
        taxMinor,
        booked,
        costPerUnitMinor: booked ? 0 : (cashPerUnit * shares.denominator) / shares.numerator,
      });
      if (booked) account.receivableMinor += grossMinor - taxMinor;
    }
    account.list(book);
  }
  if (book.referenceTicks > 0) book.referenceTicks = exRightReferenceTicks(book.referenceTicks, action, book.units);
  if (book.lastTicks > 0) account.mark(book, exRightMarkTicks(book.lastTicks, action, book.units));
}

/** Orders that wait scale with the units. */
export function scalePending(pending: readonly PendingOrder[], book: Book, action: CorporateAction): void {
  const { numerator, denominator } = shareRatio(action);
  if (numerator === denominator) return;
  for (const waiting of pending) {
    if (waiting.order.symbol !== action.symbol) continue;
    const scaled = mulDiv(waiting.quantity, numerator, denominator);
    if (waiting.order.side === 'sell') book.pendingSell += scaled - waiting.quantity;
    waiting.quantity = scaled;
  }
}

/** Notes on each lot what will be taxed by holding when it is sold. Before the units are scaled. */
function bookUntaxed(book: Book, action: CorporateAction, parMinor: number, rule: DividendTaxRule): void {
  if (rule.kind !== 'by-holding') return;
  for (const lot of book.lots) {
    const taxable = taxableMinor(lot.quantity, action, parMinor);
    if (taxable === 0) continue;
    lot.untaxed ??= [];
    const same = lot.untaxed.find((dividend) => sameRates(dividend.rule, rule));
    if (same !== undefined) same.taxableMinor += taxable;
    else lot.untaxed.push({ rule, taxableMinor: taxable });
  }
}

const sameRates = (a: DividendTaxRule, b: DividendTaxRule): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Scales the units of a book by 1 + bonus + transfer, rounded half up on the position; lots share by cumulative rounding and keep
 * their dates. Shares that are paid after the ex-day are locked until the close of that day.
 */
function scaleUnits(book: Book, action: CorporateAction): void {
  const { numerator, denominator } = shareRatio(action);
  if (numerator === denominator || book.quantity === 0) return;
  const lots: HeldLot[] = [];
  let before = 0;
  let after = 0;
  for (const lot of book.lots) {
    before += lot.quantity;
    const scaled = mulDiv(before, numerator, denominator) - after;
    after += scaled;
    const extra = scaled - lot.quantity;
    if (action.payDay > action.exDay && extra > 0) {
      const share = extra / scaled;
      const untaxed = (lot.untaxed ?? []).map(({ rule, taxableMinor }) => ({ rule, taxableMinor: mulDiv(taxableMinor, extra, scaled) }));
      lots.push({
        ...lot,
        costMinor: lot.costMinor * (1 - share),
        untaxed:
          lot.untaxed?.map((dividend, i) => ({ ...dividend, taxableMinor: dividend.taxableMinor - untaxed[i]!.taxableMinor })) ?? null,
      });
      lots.push({
        ...lot,
        quantity: extra,
        costMinor: lot.costMinor * share,
        lockedThrough: action.payDay,
        untaxed: lot.untaxed === null ? null : untaxed,
      });
    } else {
      // A reverse split can leave a lot without a unit; its cost is lost with it.
      if (scaled > 0) lots.push({ ...lot, quantity: scaled });
    }
  }
  book.lots = lots;
  book.quantity = after;
  book.lotsView = null;
}
