/**
 * The one place where a size becomes a quantity. Pure: an intent, the portfolio as the decision saw it, and the rules of the session in
 * which the order can fill give an order draft, a typed rejection, or null when nothing is asked for.
 */
import type {
  ActionSize,
  ActionTable,
  EpochDay,
  Intent,
  Order,
  PortfolioState,
  Position,
  Rejection,
  RejectionReason,
  Side,
  Units,
} from '../core/index.js';
import { actionRow } from './action-tables.js';
import { affordableQuantity } from './affordable.js';
import { buyLots, sellLots } from './lots.js';
import { notionalMinor, unitsWorth } from './notional.js';
import type { SessionRules } from './session-rules.js';

/** An order that has no number yet; the account's manager numbers orders as it submits them. */
export type OrderDraft = Omit<Order, 'id'>;

export interface OrderContext {
  readonly table: ActionTable;
  readonly strategy: string;
  readonly decidedOn: EpochDay;
  readonly units: Units;
  /** Newest close in the view, ticks; 0 when there is none. */
  readonly lastPriceTicks: number;
  /** at-fill: a buy spends its fraction of the cash at the open (two benchmarks only). Default at-decision. */
  readonly sizing?: 'at-decision' | 'at-fill';
}

export const isRejection = (result: OrderDraft | Rejection): result is Rejection => 'reason' in result;

/**
 * `rules`: those of the fill session. Buys are sized with fees at the last price, cut to the free cash and to lots; sells against
 * `sellableAtFill`. A target weight that is met to within a lot asks for nothing (null), as do HOLD and an abstention.
 */
export function toOrder(
  intent: Intent,
  portfolio: PortfolioState,
  rules: SessionRules,
  context: OrderContext,
): OrderDraft | Rejection | null {
  if (intent.action === null) return null;
  const row = actionRow(context.table, intent.action);
  if (row === undefined) return refuse(intent, context, null, 'unknown-action', `not in table ${context.table.id}`);
  const size = row.size;
  if (size.kind === 'none') return null;
  const position = positionOf(portfolio, intent.symbol);
  const held = position === undefined ? 0 : position.quantity;
  if (size.kind === 'targetWeight') {
    if (size.weight === 0) return held === 0 ? null : sellOrder(intent, rules, context, size, position, held);
    if (!(context.lastPriceTicks > 0)) return refuse(intent, context, null, 'no-price', 'no close in the view');
    const wanted = Math.floor(size.weight * portfolio.totalEquityMinor);
    const owned = notionalMinor(held, context.lastPriceTicks, context.units);
    const change = unitsWorth(Math.abs(wanted - owned), context.lastPriceTicks, context.units);
    if (wanted < owned)
      return change < Math.max(rules.buyMinimum, rules.sellStep) ? null : sellOrder(intent, rules, context, size, position, change);
    if (held > 0 && change < Math.max(rules.buyMinimum, rules.buyStep)) return null;
    return buyOrder(intent, portfolio, rules, context, size, portfolio.cashMinor, change, wanted - owned);
  }
  const { side, fraction, basis } = size;
  if (side === 'sell') {
    if (basis === 'sellable' || basis === 'position') {
      const whole = basis === 'position' ? held : position === undefined ? 0 : position.sellableAtFill;
      return sellOrder(intent, rules, context, size, position, Math.floor(whole * fraction));
    }
    if (!(context.lastPriceTicks > 0)) return refuse(intent, context, 'sell', 'no-price', 'no close in the view');
    const value = Math.floor((basis === 'cash' ? portfolio.cashMinor : portfolio.totalEquityMinor) * fraction);
    return sellOrder(intent, rules, context, size, position, unitsWorth(value, context.lastPriceTicks, context.units));
  }
  if (!(context.lastPriceTicks > 0)) return refuse(intent, context, 'buy', 'no-price', 'no close in the view');
  if (basis === 'cash') {
    const budget = Math.floor(portfolio.cashMinor * fraction);
    return buyOrder(intent, portfolio, rules, context, size, budget, Number.POSITIVE_INFINITY, budget);
  }
  if (basis === 'equity') {
    const value = Math.floor(portfolio.totalEquityMinor * fraction);
    const wanted = unitsWorth(value, context.lastPriceTicks, context.units);
    return buyOrder(intent, portfolio, rules, context, size, portfolio.cashMinor, wanted, value);
  }
  if (held === 0) return refuse(intent, context, 'buy', 'no-position', `${basis} of a symbol that is not held`);
  const wanted = Math.floor((basis === 'position' ? held : position!.sellableAtFill) * fraction);
  return buyOrder(
    intent,
    portfolio,
    rules,
    context,
    size,
    portfolio.cashMinor,
    wanted,
    notionalMinor(wanted, context.lastPriceTicks, context.units),
  );
}

/** `budgetMinor`: what may be spent with fees; `wanted`: units asked for, Infinity = what the budget buys; `valueMinor`: for at-fill. */
function buyOrder(
  intent: Intent,
  portfolio: PortfolioState,
  rules: SessionRules,
  context: OrderContext,
  size: ActionSize,
  budgetMinor: number,
  wanted: number,
  valueMinor: number,
): OrderDraft | Rejection {
  if (!rules.tradable) return refuse(intent, context, 'buy', 'not-tradable', 'the rulebook says not tradable');
  const affordable = affordableQuantity(budgetMinor, context.lastPriceTicks, context.units, rules);
  const quantity = wanted >= affordable ? affordable : buyLots(wanted, rules);
  if (quantity === 0) {
    const poor = affordable === 0 && affordableQuantity(portfolio.cashMinor, context.lastPriceTicks, context.units, rules) === 0;
    return poor
      ? refuse(intent, context, 'buy', 'no-cash', `cash ${portfolio.cashMinor} buys no lot at ${context.lastPriceTicks} ticks`)
      : refuse(intent, context, 'buy', 'below-lot', `under the minimum of ${rules.buyMinimum} units`);
  }
  const small = underNotional(intent, rules, context, 'buy', quantity);
  if (small !== null) return small;
  const draft = draftOf(intent, context, size, 'buy', quantity, false);
  if (context.sizing !== 'at-fill') return draft;
  return {
    ...draft,
    sizing: 'at-fill',
    cashFraction: Math.min(1, size.kind === 'delta' && size.basis === 'cash' ? size.fraction : valueMinor / portfolio.cashMinor),
  };
}

/** `wanted` may exceed what is sellable: the broker cuts it then, and records the cut. */
function sellOrder(
  intent: Intent,
  rules: SessionRules,
  context: OrderContext,
  size: ActionSize,
  position: Position | undefined,
  wanted: number,
): OrderDraft | Rejection {
  if (!rules.tradable) return refuse(intent, context, 'sell', 'not-tradable', 'the rulebook says not tradable');
  if (position === undefined || position.quantity === 0) return refuse(intent, context, 'sell', 'no-position', 'nothing is held');
  const sellable = position.sellableAtFill;
  if (sellable === 0) return refuse(intent, context, 'sell', 'not-sellable', `none of ${position.quantity} units can be sold then`);
  const all =
    size.kind === 'targetWeight'
      ? size.weight === 0
      : size.kind === 'delta' && size.fraction === 1 && size.basis !== 'cash' && size.basis !== 'equity';
  if (!all && sellLots(wanted, sellable, rules) === 0) {
    return refuse(intent, context, 'sell', 'below-lot', `${wanted} of ${sellable} sellable units is under a lot of ${rules.sellStep}`);
  }
  const small = underNotional(intent, rules, context, 'sell', all ? sellable : Math.min(wanted, sellable));
  if (small !== null) return small;
  return draftOf(intent, context, size, 'sell', all || wanted >= sellable ? wanted : sellLots(wanted, sellable, rules), all);
}

/** A refusal where the order is worth less than the rules ask of one. */
function underNotional(intent: Intent, rules: SessionRules, context: OrderContext, side: Side, quantity: number): Rejection | null {
  const least = rules.minimumNotionalMinor ?? 0;
  if (least === 0 || !(context.lastPriceTicks > 0)) return null;
  const worth = notionalMinor(quantity, context.lastPriceTicks, context.units);
  return worth < least ? refuse(intent, context, side, 'below-notional', `worth ${worth}, the least is ${least} minor units`) : null;
}

const draftOf = (intent: Intent, context: OrderContext, size: ActionSize, side: Side, quantity: number, sellAll: boolean): OrderDraft => ({
  symbol: intent.symbol,
  side,
  quantity,
  sizing: 'at-decision',
  sellAll,
  action: intent.action!,
  size,
  why: intent.why,
  strategy: context.strategy,
  confidence: intent.confidence,
  decidedOn: context.decidedOn,
});

const refuse = (intent: Intent, context: OrderContext, side: Side | null, reason: RejectionReason, detail: string): Rejection => ({
  orderId: null,
  symbol: intent.symbol,
  side,
  day: context.decidedOn,
  quantity: 0,
  reason,
  detail,
  action: intent.action,
  strategy: context.strategy,
});

function positionOf(portfolio: PortfolioState, symbol: string): Position | undefined {
  const positions = portfolio.positions;
  for (let i = 0; i < positions.length; i++) if (positions[i]!.symbol === symbol) return positions[i];
  return undefined;
}
