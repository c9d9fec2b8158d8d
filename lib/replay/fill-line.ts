/** Rows of fills.jsonl: what was done, and what was not done and why. */
import { dateOf, type Fill, type Instant, type Rejection } from '../core/index.js';
import type { FillRow, RejectionRow } from './rows.js';

/** `at`: the instant of its open; null for daily bars, whose session says it. */
export function fillLine(fill: Fill, at: Instant | null): string {
  const row: FillRow = {
    v: 1,
    kind: 'fill',
    order: fill.orderId,
    session: dateOf(fill.day),
    ...(at === null ? {} : { at }),
    symbol: fill.symbol,
    side: fill.side,
    quantity: fill.quantity,
    priceTicks: fill.priceTicks,
    notionalMinor: fill.notionalMinor,
    feesMinor: fill.feesMinor,
    totalFeesMinor: fill.totalFeesMinor,
    cashDeltaMinor: fill.cashDeltaMinor,
    action: fill.action,
    strategy: fill.strategy,
    why: fill.why,
  };
  return `${JSON.stringify(row)}\n`;
}

/** `at`: the instant of the refusal; null for daily bars. */
export function rejectionLine(rejection: Rejection, at: Instant | null): string {
  const row: RejectionRow = {
    v: 1,
    kind: 'rejection',
    order: rejection.orderId,
    session: dateOf(rejection.day),
    ...(at === null ? {} : { at }),
    symbol: rejection.symbol,
    side: rejection.side,
    quantity: rejection.quantity,
    reason: rejection.reason,
    detail: rejection.detail,
    action: rejection.action,
    strategy: rejection.strategy,
  };
  return `${JSON.stringify(row)}\n`;
}
