/** Corporate actions and the factor column: the factor from declared actions, or both from pairs of raw and adjusted close. */
import { type CorporateAction, type EpochDay, type Instant, type Ratio, ratio, type Symbol, type Units } from '../core/index.js';
import { FeedError } from './errors.js';

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Smallest terms of a ratio of integers. */
export function reduced(numerator: number, denominator: number): Ratio {
  const divisor = gcd(Math.abs(numerator), denominator);
  return ratio(numerator / divisor, denominator / divisor);
}

const valueOf = (value: Ratio | undefined): number => (value ? value.numerator / value.denominator : 0);

const sum = (a: Ratio | undefined, b: Ratio | undefined): Ratio | undefined =>
  a && b ? reduced(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator) : (a ?? b);

const grows = ({ bonus, transfer }: CorporateAction): boolean => bonus !== undefined || transfer !== undefined;

/** Two actions of one ex-day as one: paid, and known, when the later of them is. */
function together(a: CorporateAction, b: CorporateAction): CorporateAction {
  const [cash, bonus, transfer] = [sum(a.cash, b.cash), sum(a.bonus, b.bonus), sum(a.transfer, b.transfer)];
  return {
    ...a,
    payDay: Math.max(a.payDay, b.payDay),
    knownAt: Math.max(a.knownAt, b.knownAt),
    ...(cash && { cash }),
    ...(bonus && { bonus }),
    ...(transfer && { transfer }),
  };
}

/**
 * Actions of one symbol by ex-day. All amounts of a day are per unit held before it, in whatever order they were listed: those that are
 * paid together are one action, cash that is paid on a day of its own stands before the new units, and new units are one action.
 */
export function byExDay(actions: readonly CorporateAction[]): CorporateAction[] {
  const found: CorporateAction[] = [];
  for (const action of [...actions].sort((a, b) => a.exDay - b.exDay || Number(grows(a)) - Number(grows(b)))) {
    const same = found.findIndex(
      (other) => other.exDay === action.exDay && (other.payDay === action.payDay || (grows(other) && grows(action))),
    );
    if (same < 0) found.push(action);
    else found[same] = together(found[same] as CorporateAction, action);
  }
  return found.sort((a, b) => a.exDay - b.exDay || Number(grows(a)) - Number(grows(b)));
}

/** Ticks per unit held that an amount of cash in minor units per unit is worth. */
const cashTicks = (action: CorporateAction, units: Units): number =>
  (valueOf(action.cash) * units.minorPerUnitTick.denominator) / units.minorPerUnitTick.numerator;

/**
 * Cumulative total-return factor: at the first bar on or after an ex-day it grows by close before / ex-right reference, where the
 * reference (close - cash) / (1 + bonus + transfer) is not rounded. Actions up to the first bar's day leave no trace.
 * `day`, `close` (ticks): n each, ascending. Throws FeedError when a dividend eats the price.
 */
export function factorOf(day: Int32Array, close: Float64Array, actions: readonly CorporateAction[], units: Units): Float64Array {
  const factor = new Float64Array(day.length);
  const ordered = [...actions].sort((a, b) => a.exDay - b.exDay);
  let next = 0;
  let value = 1;
  for (let i = 0; i < day.length; i++) {
    let before = i > 0 ? (close[i - 1] as number) : 0;
    while (next < ordered.length && (ordered[next] as CorporateAction).exDay <= (day[i] as number)) {
      const { exDay } = ordered[next] as CorporateAction;
      let cash = 0;
      let shares = 1;
      for (; ordered[next]?.exDay === exDay; next++) {
        const action = ordered[next] as CorporateAction;
        cash += cashTicks(action, units);
        shares += valueOf(action.bonus) + valueOf(action.transfer);
      }
      if (i === 0) continue;
      if (cash >= before || shares <= 0) {
        throw new FeedError(
          `factorOf: expected a dividend below the price, got ${cash} ticks at a close of ${before} for ${ordered[next - 1]?.symbol}. Check cash_per_share.`,
        );
      }
      value *= (before * shares) / (before - cash);
      // What the next ex-day of the same suspension begins with.
      before = (before - cash) / shares;
    }
    factor[i] = value;
  }
  return factor;
}

/**
 * The split that a growth of the factor within 0.1 % of it is: 3/2, a whole number from 2 to 50, or one over it (a reverse split). A cash
 * dividend as large as the price does not happen, nor does a factor that falls by half for another reason.
 */
function splitOf(growth: number): Ratio | undefined {
  const whole = Math.round(growth >= 1 ? growth : 1 / growth);
  const near = (split: Ratio): boolean => Math.abs((growth * split.denominator) / split.numerator - 1) <= 0.001;
  if (whole >= 2 && whole <= 50) {
    const split = growth >= 1 ? ratio(whole, 1) : ratio(1, whole);
    if (near(split)) return split;
  }
  return near(ratio(3, 2)) ? ratio(3, 2) : undefined;
}

/** Growth above this is a cash dividend; below it is rounding of the adjusted close. */
const DIVIDEND_GROWTH = 1.0005;
/** Parts of a minor unit that a derived dividend is kept to. */
const CASH_PARTS = 1_000_000;

export interface Derived {
  readonly actions: readonly CorporateAction[];
  readonly factor: Float64Array;
  /** Days on which the factor fell by more than rounding: a reverse split, a restated history or a coarse adjusted close. */
  readonly fallen: readonly EpochDay[];
}

/**
 * Actions from `adjustment` = adjusted / raw close, up to any constant. With q = its growth from one bar to the next, q within 0.1 %
 * of 3/2, 2, 3 ... 50 is a split, of 1/2, 1/3 ... 1/50 a reverse split, any other q > 1.0005 a cash dividend of (q - 1) x close; known at
 * that day's close, paid on the ex-day.
 */
export function deriveActions(
  symbol: Symbol,
  bars: { readonly day: Int32Array; readonly knownAt: Float64Array; readonly close: Float64Array },
  adjustment: Float64Array,
  units: Units,
): Derived {
  const actions: CorporateAction[] = [];
  const fallen: EpochDay[] = [];
  const factor = new Float64Array(bars.day.length).fill(1);
  const { numerator, denominator } = units.minorPerUnitTick;
  for (let i = 1; i < factor.length; i++) {
    const growth = (adjustment[i] as number) / (adjustment[i - 1] as number);
    const day = bars.day[i] as EpochDay;
    const base = { symbol, exDay: day, payDay: day, knownAt: bars.knownAt[i] as Instant, origin: 'derived' as const };
    const split = splitOf(growth);
    factor[i] = factor[i - 1] as number;
    if (split) {
      actions.push({ ...base, transfer: ratio(split.numerator - split.denominator, split.denominator) });
      factor[i] = ((factor[i] as number) * split.numerator) / split.denominator;
    } else if (growth > DIVIDEND_GROWTH) {
      const closeMinor = ((bars.close[i] as number) * numerator) / denominator;
      const cash = reduced(Math.round((growth - 1) * closeMinor * CASH_PARTS), CASH_PARTS);
      actions.push({ ...base, cash });
      factor[i] = (factor[i] as number) * (1 + valueOf(cash) / closeMinor);
    } else if (growth < 1 / DIVIDEND_GROWTH) fallen.push(day);
  }
  return { actions, factor, fallen };
}
