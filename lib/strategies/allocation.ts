/**
 * Sharing the barrier's cash among buys: pro rata of what they cost when they ask for more than there is, floored to lots, then one
 * pass over the leftovers by confidence (highest first) and symbol, each buy filled up to its request.
 */
import type { Symbol, Units } from '../core/index.js';
import { mulDivFloor } from '../core/index.js';
import { affordableQuantity, buyCostMinor, type SessionRules } from '../market/index.js';

/** One buy as its own strategy sized it. */
export interface BuyRequest {
  readonly symbol: Symbol;
  readonly strategy: string;
  readonly confidence: number;
  /** Units asked for, in lots. */
  readonly quantity: number;
  readonly priceTicks: number;
  readonly units: Units;
  readonly rules: SessionRules;
}

/** Granted quantity of each request, in the order given. What they cost with fees at these prices is at most `cashMinor`. */
export function allocateBuys(requests: readonly BuyRequest[], cashMinor: number): number[] {
  const costs = requests.map((r) => costOf(r, r.quantity));
  let asked = 0;
  for (const cost of costs) asked += cost;
  if (asked <= cashMinor) return requests.map((r) => r.quantity);
  const granted = requests.map((r, i) => within(r, mulDivFloor(costs[i]!, Math.max(0, cashMinor), asked)));
  let left = cashMinor;
  for (let i = 0; i < granted.length; i++) left -= costOf(requests[i]!, granted[i]!);
  const order = requests.map((_, i) => i).sort((a, b) => precedence(requests[a]!, requests[b]!));
  for (const i of order) {
    const request = requests[i]!;
    const before = costOf(request, granted[i]!);
    granted[i] = Math.max(granted[i]!, within(request, left + before));
    left -= costOf(request, granted[i]!) - before;
  }
  return granted;
}

/** Confidence descending, then symbol, then strategy: the same order however the requests were listed. */
export function precedence(
  a: { confidence: number; symbol: Symbol; strategy: string },
  b: { confidence: number; symbol: Symbol; strategy: string },
): number {
  if (a.confidence !== b.confidence) return b.confidence - a.confidence;
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  return a.strategy < b.strategy ? -1 : a.strategy > b.strategy ? 1 : 0;
}

const costOf = (request: BuyRequest, quantity: number): number =>
  quantity === 0 ? 0 : buyCostMinor(quantity, request.priceTicks, request.units, request.rules);

const within = (request: BuyRequest, budgetMinor: number): number =>
  Math.min(request.quantity, affordableQuantity(budgetMinor, request.priceTicks, request.units, request.rules));
