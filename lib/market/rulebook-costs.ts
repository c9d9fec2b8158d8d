/** The user's cost settings laid over a rulebook's fee rows. */
import { InputError, type Ratio } from '../core/index.js';
import type { RowOf } from './rulebook-rows.js';
import type { CostSettings, FeeRule } from './session-rules.js';

const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
const isRatio = (value: Ratio): boolean => whole(value.numerator, 0) && whole(value.denominator, 1);

/** Throws InputError on costs that can't be meant: a negative or fractional part, a name that is never inside a commission. */
export function checkCosts(costs: CostSettings): void {
  const fail = (expected: string, got: unknown): never => {
    throw new InputError(`checkCosts: expected ${expected}, got ${JSON.stringify(got)}. Write for example commission 25/100000.`);
  };
  if (costs.commission !== undefined && !isRatio(costs.commission))
    fail('a commission of whole numbers, denominator 1 or more', costs.commission);
  if (costs.minimumCommissionMinor !== undefined && !whole(costs.minimumCommissionMinor, 0)) {
    fail('a minimum commission in whole minor units, 0 or more', costs.minimumCommissionMinor);
  }
  const withheld = costs.dividendWithholding;
  if (withheld !== undefined && !(isRatio(withheld) && withheld.numerator <= withheld.denominator))
    fail('a dividendWithholding between 0 and 1, in whole numbers', withheld);
  if (costs.slippageBp !== undefined && !(costs.slippageBp >= 0 && costs.slippageBp < 10_000)) {
    fail('slippage of 0 or more and under 10000 basis points', costs.slippageBp);
  }
  for (const name of costs.commissionIncludes ?? []) {
    if (name !== 'handling' && name !== 'regulatory') fail('commissionIncludes of handling and regulatory', name);
  }
}

/** The fee of a row under these costs; undefined when nothing is charged, or the commission already contains it. */
export function feeUnder(row: RowOf<'fee'>, costs: CostSettings, included: readonly string[]): FeeRule | undefined {
  if (included.includes(row.name)) return undefined;
  let fee = row.fee;
  if (row.name === 'commission') {
    const base = fee ?? { side: 'both', basis: 'notional', rate: { numerator: 0, denominator: 1 }, minimumMinor: 0, maximumMinor: 0 };
    fee = {
      ...base,
      rate: costs.commission ?? base.rate,
      minimumMinor: costs.minimumCommissionMinor ?? base.minimumMinor,
    };
  }
  if (fee === null || (fee.rate.numerator === 0 && fee.minimumMinor === 0)) return undefined;
  return { name: row.name, ...fee };
}

/** A fee per share as a fee per quantity unit of `quantityStep` shares. */
export function feePerUnit(fee: FeeRule, quantityStep: number): FeeRule {
  if (fee.basis !== 'quantity' || quantityStep === 1) return fee;
  return { ...fee, rate: { numerator: fee.rate.numerator, denominator: fee.rate.denominator * Math.round(1 / quantityStep) } };
}
