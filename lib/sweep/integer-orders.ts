/** How many units an order asks for and how many of them can be done: what toOrder, the manager and the broker's plans decide. */
import { buyLots, sellableUnits, sellLots, unitsWorth } from '../market/index.js';
import { allocateBuys } from '../strategies/index.js';
import type { Totals } from './figures.js';
import { affordableOf, buyCostOf, type IntegerCosts, tooSmall } from './integer-costs.js';
import { costsAfter, type Slot } from './integer-slot.js';

/** Units of a waiting sale that can leave in a session; what can't is counted as rejected. */
export function unitsToSell({ book, symbol, wanted }: Slot, costs: IntegerCosts, session: number, day: number, totals: Totals): number {
  const sellable =
    book.quantity === 0 || symbol.sellTicks[session] === 0 ? 0 : sellableUnits(book, day, session, costs.rules.settlementSessions);
  if (sellable === 0) {
    totals.rejections++;
    return 0;
  }
  if (wanted > sellable) totals.rejections++;
  if (symbol.volumeLeft === null || !(symbol.volumeLeft[session]! < sellable)) return sellable;
  totals.rejections++;
  return sellLots(symbol.volumeLeft[session]!, sellable, costs.rules);
}

/** Units of a waiting buy that can be done with `available` cash; `budget`: what an order sized at the fill may spend, else null. */
export function unitsToBuy(
  { symbol, wanted }: Slot,
  costs: IntegerCosts,
  session: number,
  available: number,
  budget: number | null,
  totals: Totals,
): number {
  const price = symbol.buyTicks[session]!;
  let quantity = 0;
  if (price > 0) quantity = budget === null ? buyLots(wanted, costs.rules) : affordableOf(costs, Math.min(available, budget), price);
  // A reverse split may have left nothing of the order: that is no refusal.
  if (price === 0 || quantity < (budget === null ? wanted : 1)) totals.rejections++;
  if (quantity > 0 && symbol.volumeLeft !== null && symbol.volumeLeft[session]! < quantity) {
    totals.rejections++;
    quantity = buyLots(symbol.volumeLeft[session]!, costs.rules);
  }
  if (quantity === 0 || budget !== null || buyCostOf(costs, quantity, price) <= available) return quantity;
  const affordable = affordableOf(costs, available, price);
  if (affordable >= quantity) return quantity;
  totals.rejections++;
  return affordable;
}

/** What the manager does when buys of one close ask for more than the cash. */
export function shareCash(buys: Slot[], session: number, cash: number, totals: Totals): void {
  const granted = allocateBuys(
    buys.map((slot) => ({
      symbol: slot.symbol.symbol,
      strategy: '',
      confidence: 1,
      quantity: slot.wanted,
      priceTicks: slot.symbol.markTicks[session]!,
      units: slot.book.units,
      rules: costsAfter(slot, session).rules,
    })),
    cash,
  );
  let kept = 0;
  for (let i = 0; i < granted.length; i++) {
    const slot = buys[i]!;
    const quantity = granted[i]!;
    if (quantity < slot.wanted) totals.rejections++;
    if (quantity === 0) continue;
    slot.wanted = quantity;
    slot.frozenMinor = buyCostOf(costsAfter(slot, session), quantity, slot.symbol.markTicks[session]!);
    buys[kept++] = slot;
  }
  buys.length = kept;
}

/** Units asked for by a symbol that isn't held; 0: refused, -1: nothing asked. */
export function sizeOf(costs: IntegerCosts, price: number, parts: number, target: number, cash: number): number {
  const quantity = price > 0 ? unitsOf(costs, price, parts, target, cash) : 0;
  return quantity > 0 && tooSmall(costs, quantity, price) ? 0 : quantity;
}

function unitsOf(costs: IntegerCosts, price: number, parts: number, target: number, cash: number): number {
  const { rules, units } = costs;
  if (parts === 1) return rules.tradable ? affordableOf(costs, cash, price) : 0;
  const wanted = unitsWorth(Math.abs(target), price, units);
  // Equity below zero: a sale of nothing, refused unless it is under a lot.
  if (target < 0) return wanted < Math.max(rules.buyMinimum, rules.sellStep) ? -1 : 0;
  if (!rules.tradable) return 0;
  const affordable = affordableOf(costs, cash, price);
  return wanted >= affordable ? affordable : buyLots(wanted, rules);
}
