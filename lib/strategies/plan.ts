/** From intents to sized orders on one portfolio: sells first, one cash for all buys, every cut with its reason. */
import type { ActionTable, PortfolioState, Rejection, RejectionReason } from '../core/index.js';
import { applyRisk, isRejection, type OrderDraft, type RiskSettings, toOrder } from '../market/index.js';
import { allocateBuys, precedence } from './allocation.js';
import { ManagerError } from './errors.js';
import type { ExecutionContext, SignedIntent } from './execution.js';

interface Cut {
  readonly reason: RejectionReason;
  readonly quantity: number;
  readonly detail: string;
}

/** An order that has no number yet, and what was taken off what its strategy asked for. Quantity 0: nothing is left of it. */
export interface Planned {
  draft: OrderDraft;
  readonly cuts: Cut[];
}

export interface Plan {
  readonly sells: Planned[];
  readonly buys: Planned[];
  readonly rejections: Rejection[];
  readonly abstentions: number;
}

/**
 * Sizes intents by {@link toOrder} and shares the cash. The answer doesn't depend on the order of `intents`. On one portfolio the
 * largest sell of a symbol stands for all of its sells, and no strategy buys what another one sells in the same session.
 * Throws ManagerError when a strategy has two intents for one symbol.
 */
export function planOrders(
  intents: readonly SignedIntent[],
  tableOf: (strategy: string) => ActionTable,
  first: string,
  portfolio: PortfolioState,
  context: ExecutionContext,
): Plan {
  const plan: Plan & { abstentions: number } = { sells: [], buys: [], rejections: [], abstentions: 0 };
  const sorted = intents
    .map((intent) => ({ intent, symbol: intent.symbol, strategy: intent.strategy ?? first, confidence: 0 }))
    .sort(precedence);
  for (let i = 0; i < sorted.length; i++) {
    const { intent, symbol, strategy } = sorted[i]!;
    const before = sorted[i - 1];
    if (before?.symbol === symbol && before.strategy === strategy) {
      throw new ManagerError(
        `executeSignals: expected one intent a strategy and symbol, got two of ${strategy} for ${symbol}. Choose one.`,
      );
    }
    if (intent.action === null) {
      plan.abstentions++;
      continue;
    }
    const result = size(intent, strategy, tableOf(strategy), portfolio, context);
    if (result === null) continue;
    if (isRejection(result)) plan.rejections.push(result);
    else (result.side === 'sell' ? plan.sells : plan.buys).push({ draft: result, cuts: [] });
  }
  plan.buys.sort((a, b) => precedence(a.draft, b.draft));
  settleConflicts(plan);
  shareCash(plan.buys, portfolio.cashMinor, context);
  return plan;
}

/** One intent to one order draft, a rejection, or null when it asks for nothing. */
export function size(
  intent: SignedIntent,
  strategy: string,
  table: ActionTable,
  portfolio: PortfolioState,
  context: ExecutionContext,
): OrderDraft | Rejection | null {
  const symbol = intent.symbol;
  return toOrder(intent, portfolio, context.rules(symbol), {
    table,
    strategy,
    decidedOn: context.decidedOn,
    units: context.instrument(symbol).units,
    lastPriceTicks: context.lastPriceTicks(symbol),
    sizing: context.sizing ?? 'at-decision',
  });
}

function settleConflicts(plan: Plan): void {
  if (plan.sells.length === 0) return;
  const largest = new Map<string, Planned>();
  for (const sell of plan.sells) {
    const other = largest.get(sell.draft.symbol);
    if (!other || rank(sell.draft, other.draft) < 0) largest.set(sell.draft.symbol, sell);
  }
  for (const sell of plan.sells) {
    const kept = largest.get(sell.draft.symbol)!;
    if (kept !== sell) cutAll(sell, 'netted', `${kept.draft.strategy} sells at least as much of it in the same session`);
  }
  for (const buy of plan.buys) {
    const sell = largest.get(buy.draft.symbol);
    if (sell) cutAll(buy, 'netted', `${sell.draft.strategy} sells it in the same session`);
  }
}

function rank(a: OrderDraft, b: OrderDraft): number {
  if (a.sellAll !== b.sellAll) return a.sellAll ? -1 : 1;
  return b.quantity - a.quantity || precedence(a, b);
}

/** Cuts buys to what `cashMinor` pays for together. Orders sized at the fill are left to the broker. */
export function shareCash(buys: readonly Planned[], cashMinor: number, context: ExecutionContext): void {
  const open = buys.filter(({ draft }) => draft.quantity > 0 && draft.sizing === 'at-decision');
  if (open.length === 0) return;
  const granted = allocateBuys(
    open.map(({ draft }) => ({
      symbol: draft.symbol,
      strategy: draft.strategy,
      confidence: draft.confidence,
      quantity: draft.quantity,
      priceTicks: context.lastPriceTicks(draft.symbol),
      units: context.instrument(draft.symbol).units,
      rules: context.rules(draft.symbol),
    })),
    cashMinor,
  );
  open.forEach((buy, i) => {
    const part = granted[i]!;
    if (part < buy.draft.quantity)
      cutTo(buy, part, part === 0 ? 'no-cash' : 'cut-cash', `buys of this session share ${cashMinor} minor units`);
  });
}

/** Cuts buys to the risk caps, after the cash: what a cap takes stays cash. Returns the warnings. */
export function capRisk(
  planned: readonly Planned[],
  portfolio: PortfolioState,
  context: ExecutionContext,
  settings: RiskSettings | null,
): readonly string[] {
  const open = planned.filter(({ draft }) => draft.quantity > 0);
  if (settings === null || open.length === 0) return [];
  const result = applyRisk(
    open.map(({ draft }) => draft),
    portfolio,
    {
      instrumentOf: (symbol) => context.instrument(symbol),
      rulesOf: (symbol) => context.rules(symbol),
      lastPriceTicksOf: (symbol) => context.lastPriceTicks(symbol),
    },
    settings,
  );
  for (const { symbol, strategy, reason, quantity, detail } of result.rejections) {
    const cut = open.find(({ draft }) => draft.symbol === symbol && draft.strategy === strategy)!;
    const passed = result.drafts.find((draft) => draft.symbol === symbol && draft.strategy === strategy);
    cut.cuts.push({ reason, quantity, detail });
    cut.draft = passed ?? { ...cut.draft, quantity: 0 };
  }
  return result.warnings;
}

/** Lowers an order to `quantity` and notes why. */
export function cutTo(planned: Planned, quantity: number, reason: RejectionReason, detail: string): void {
  const gone = planned.draft.quantity - quantity;
  if (gone <= 0) return;
  planned.cuts.push({ reason, quantity: gone, detail });
  planned.draft = { ...planned.draft, quantity, sellAll: false };
}

const cutAll = (planned: Planned, reason: RejectionReason, detail: string): void => cutTo(planned, 0, reason, detail);
