/** What a corporate action does to the lots of one book: new units, reduced cost, tax that waits for the sale. */
import { type CorporateAction, mulDiv } from '../core/index.js';
import type { Book, HeldLot } from './broker-book.js';
import { taxableMinor } from './dividend-tax.js';
import { shareRatio } from './ex-right.js';
import type { DividendTaxRule } from './session-rules.js';

/** Notes on each lot what will be taxed by holding when it is sold. Before the units are scaled. */
export function bookUntaxed(book: Book, action: CorporateAction, parMinor: number, rule: DividendTaxRule): void {
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

/** Takes the cash before tax off the cost of lots bought before session `index`, so that the gain does not jump on the ex-day. */
export function reduceCost(book: Book, minorPerUnit: number, index: number): void {
  for (const lot of book.lots) if (lot.boughtIndex < index) lot.costMinor -= lot.quantity * minorPerUnit;
  book.lotsView = null;
}

/**
 * Scales the units of a book by 1 + bonus + transfer, rounded half up on the position; lots share by cumulative rounding and keep
 * their dates. Shares that are paid after the ex-day are locked until the close of that day.
 */
export function scaleUnits(book: Book, action: CorporateAction): void {
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
