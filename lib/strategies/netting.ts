/** Signed wishes of several books for one symbol: what matches among them, and what is left for the market. */
import type { PortfolioState, Side, Symbol } from '../core/index.js';
import { buyLots, type OrderDraft, type SessionRules, sellLots } from '../market/index.js';
import { positionIn } from './intents.js';
import { largestRemainder } from './largest-remainder.js';
import { cutTo, type Planned } from './plan.js';

/** One book's order for a symbol, cut to what the book holds or can pay. */
export interface Wish {
  /** Whose book; the order's own strategy may be a protective member. */
  readonly book: string;
  readonly draft: OrderDraft;
}

/** Units of a book in the next open: passed to or from other books, and left for the account's order. JSON. */
export interface Share {
  readonly book: string;
  readonly side: Side;
  matched: number;
  readonly open: number;
}

export interface Netted {
  readonly symbol: Symbol;
  /** Sorted by strategy id, so that equal remainders go to the lower one. */
  readonly shares: Share[];
  readonly order: Planned | null;
}

/**
 * The smaller side matches whole, the larger one pro rata by largest remainder. The rest of the larger side is the account's order: cut to
 * lots, and when it sells to what T+1 leaves sellable on the account.
 */
export function netWishes(symbol: Symbol, wishes: readonly Wish[], account: PortfolioState, rules: SessionRules): Netted {
  const sorted = [...wishes].sort((a, b) => (a.book < b.book ? -1 : 1));
  const total = (side: Side): number => sorted.reduce((sum, { draft }) => sum + (draft.side === side ? draft.quantity : 0), 0);
  const matched = Math.min(total('buy'), total('sell'));
  const matchedOf = (side: Side): number[] =>
    largestRemainder(
      matched,
      sorted.map(({ draft }) => (draft.side === side ? draft.quantity : 0)),
    );
  const buys = matchedOf('buy');
  const sells = matchedOf('sell');
  const shares = sorted.map(({ book, draft }, i): Share => {
    const own = draft.side === 'buy' ? buys[i]! : sells[i]!;
    return { book, side: draft.side, matched: own, open: draft.quantity - own };
  });
  const left = sorted.filter((_, i) => shares[i]!.open > 0);
  if (left.length === 0) return { symbol, shares, order: null };
  const quantity = shares.reduce((sum, share) => sum + share.open, 0);
  const order: Planned = { draft: jointDraft(left, quantity, matched === 0), cuts: [] };
  trim(order, account, rules);
  return { symbol, shares, order };
}

/** One order for all that is left: with several books, their actions and reasons side by side. */
function jointDraft(left: readonly Wish[], quantity: number, unmatched: boolean): OrderDraft {
  const { draft } = left[0]!;
  if (left.length === 1) return { ...draft, quantity, sellAll: draft.sellAll && unmatched };
  return {
    ...draft,
    quantity,
    sellAll: unmatched && left.every((wish) => wish.draft.sellAll),
    action: draft.side === 'buy' ? 'NET_BUY' : 'NET_SELL',
    size: { kind: 'none' },
    why: left.map((wish) => `${wish.book}: ${wish.draft.action}, ${wish.draft.why}`).join(' | '),
    strategy: left.map((wish) => wish.book).join('+'),
    confidence: Math.max(...left.map((wish) => wish.draft.confidence)),
  };
}

function trim(order: Planned, account: PortfolioState, rules: SessionRules): void {
  const { side, quantity } = order.draft;
  if (side === 'buy') {
    const lots = buyLots(quantity, rules);
    if (lots < quantity) cutTo(order, lots, lots === 0 ? 'below-lot' : 'cut-lot', 'what is left after netting, in lots');
    return;
  }
  const sellable = positionIn(account, order.draft.symbol)?.sellableAtFill ?? 0;
  if (order.draft.sellAll && quantity < sellable) order.draft = { ...order.draft, sellAll: false };
  if (quantity > sellable) {
    const keepAll = order.draft.sellAll;
    cutTo(order, sellable, sellable === 0 ? 'not-sellable' : 'cut-sellable', `${sellable} units can be sold on the account`);
    if (keepAll && sellable > 0) order.draft = { ...order.draft, sellAll: true };
  }
  if (order.draft.quantity === 0) return;
  const lots = sellLots(order.draft.quantity, sellable, rules);
  if (lots < order.draft.quantity) cutTo(order, lots, lots === 0 ? 'below-lot' : 'cut-lot', 'what is left after netting, in lots');
}
