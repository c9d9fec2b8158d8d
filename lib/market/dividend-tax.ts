/**
 * Tax on dividends. Taxable per unit: the cash before tax plus the par value of bonus shares (送股; 转增 is not taxed). Flat rates
 * are withheld at payment (财税〔2005〕102号: 10 %); rates by holding are taken when the lot is sold (财税〔2012〕85号, 财税〔2015〕101号).
 */
import { addMonths, type CorporateAction, type EpochDay, mulDiv, type Ratio, ratio } from '../core/index.js';
import type { DividendTaxRule } from './session-rules.js';

const NOTHING = ratio(0, 1);

/** Taxable income of `quantity` units held before the ex-day, minor units, rounded half up. */
export function taxableMinor(quantity: number, action: CorporateAction, parMinor: number): number {
  const cash = action.cash ?? NOTHING;
  const bonus = action.bonus ?? NOTHING;
  return mulDiv(
    quantity,
    cash.numerator * bonus.denominator + bonus.numerator * parMinor * cash.denominator,
    cash.denominator * bonus.denominator,
  );
}

/** Tax withheld at payment on `quantity` units, minor units, rounded half up once; 0 unless the rule is flat. */
export function flatDividendTaxMinor(quantity: number, action: CorporateAction, parMinor: number, rule: DividendTaxRule): number {
  if (rule.kind !== 'flat') return 0;
  const cash = action.cash ?? NOTHING;
  const bonus = action.bonus ?? NOTHING;
  return mulDiv(
    quantity,
    (cash.numerator * bonus.denominator + bonus.numerator * parMinor * cash.denominator) * rule.rate.numerator,
    cash.denominator * bonus.denominator * rule.rate.denominator,
  );
}

/**
 * Rate for a lot by its holding. A month runs from a date to the day before the same date of the next month, so a lot bought on
 * 10 January and sold on 10 February was held exactly one month (财税〔2012〕85号, article 4; where the month has no such date, its
 * last day stands in).
 */
export function holdingTaxRate(rule: DividendTaxRule & { kind: 'by-holding' }, boughtOn: EpochDay, soldOn: EpochDay): Ratio {
  if (soldOn <= addMonths(boughtOn, 1)) return rule.upToMonth;
  return soldOn <= addMonths(boughtOn, 12) ? rule.upToYear : rule.longer;
}
