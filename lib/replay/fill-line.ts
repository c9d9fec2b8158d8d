/** Rows of fills.jsonl: what was done, and what was not done and why. */
import { dateOf, type Fill, type Rejection } from '../core/index.js';
import type { FillRow, RejectionRow } from './rows.js';

export function fillLine(fill: Fill): string {
  const row: FillRow = {
    v: 1,
    kind: 'fill',
    order: fill.orderId,
    session: dateOf(fill.day),
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

export function rejectionLine(rejection: Rejection): string {
  const row: RejectionRow = {
    v: 1,
    kind: 'rejection',
    order: rejection.orderId,
    session: dateOf(rejection.day),
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
