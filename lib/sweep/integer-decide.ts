/** What `gapTo` and the manager do at the close of a session for the symbols that are due: sells, then buys that share the cash. */
import { sellableUnits } from '../market/index.js';
import { buyCostOf, tooSmall, worthOf } from './integer-costs.js';
import { shareCash, sizeOf } from './integer-orders.js';
import { BUY, costsAfter, NOTHING, SALE, type Slot, UNKNOWN } from './integer-slot.js';
import type { IntegerState } from './integer-state.js';
import type { Primitives } from './primitives.js';

export function decide(state: IntegerState, session: number): void {
  const { buys, due, next, primitives } = state;
  buys.length = 0;
  for (let i = 0; i < due.length; i++) {
    const slot = due[i]!;
    const want = slot.want[session]!;
    if (want === slot.standing || slot.symbol.traded[session] === 0) continue;
    const held = slot.book.quantity > 0 ? 1 : 0;
    if (held === want) slot.standing = want;
    else {
      slot.standing = UNKNOWN;
      if (want === 1) buys.push(slot);
      else orderSale(state, slot, session);
    }
  }
  if (buys.length > 0) orderBuys(state, session);
  for (let i = 0; i < due.length; i++) next[due[i]!.at] = nextOf(due[i]!, session + 1, primitives);
}

function orderSale({ ground, parts, totals }: IntegerState, slot: Slot, session: number): void {
  const costs = costsAfter(slot, session);
  const { rules } = costs;
  const sellable = rules.tradable ? sellableUnits(slot.book, ground.days[session + 1]!, session + 1, rules.settlementSessions) : 0;
  if (sellable === 0 || tooSmall(costs, sellable, slot.symbol.markTicks[session]!)) return void totals.rejections++;
  // A sale down to weight 0 asks for the whole position, one of all that is sellable does not.
  if (parts > 1 && slot.book.quantity > sellable) totals.rejections++;
  slot.waiting = SALE;
  slot.wanted = sellable;
}

function orderBuys(state: IntegerState, session: number): void {
  const { account, buys, ground, parts, totals } = state;
  const { atFill } = ground;
  const cash = account.cashMinor;
  const target = parts === 1 ? cash : Math.floor((1 / parts) * equityAt(state, session));
  let asked = 0;
  let kept = 0;
  for (let i = 0; i < buys.length; i++) {
    const slot = buys[i]!;
    const price = slot.symbol.markTicks[session]!;
    const costs = costsAfter(slot, session);
    const quantity = sizeOf(costs, price, parts, target, cash);
    if (quantity === 0) totals.rejections++;
    if (quantity <= 0) continue;
    slot.wanted = quantity;
    buys[kept++] = slot;
    if (!atFill) asked += slot.frozenMinor = buyCostOf(costs, quantity, price);
  }
  buys.length = kept;
  if (!atFill && asked > cash && kept > 1) shareCash(buys, session, cash, totals);
  for (let i = 0; i < buys.length; i++) {
    const slot = buys[i]!;
    slot.waiting = BUY;
    if (atFill) {
      slot.cashFraction = parts === 1 ? 1 : Math.min(1, target / cash);
      slot.frozenMinor = Math.floor(account.cashMinor * slot.cashFraction);
    }
    slot.frozenMinor = account.freeze(slot.frozenMinor);
  }
}

/** Total equity at a close. */
function equityAt(state: IntegerState, session: number): number {
  const { due, equity, ground, primitives, slots } = state;
  const cash = state.cashMinor();
  if (equity !== null) {
    const marks = primitives.worthOfRow(ground.markRows!, session, state.twice, state.denominators, state.spans);
    if (!Number.isNaN(marks)) return cash + marks;
  }
  let total = cash;
  for (const { book, symbol } of equity === null ? due : slots) {
    if (book.quantity > 0) total += worthOf(book.quantity, symbol.markTicks[session]!, book.units);
  }
  return total;
}

/** The next session, from `session` on, in which a symbol can change something. */
function nextOf({ symbol, standing, waiting, want, book, nextAction }: Slot, session: number, primitives: Primitives): number {
  if (waiting !== NOTHING) return session;
  const { traded, actions } = symbol;
  let next = session;
  if (standing === UNKNOWN) while (next < traded.length && traded[next] === 0) next++;
  else next = primitives.nextOther(want, session, traded.length, standing);
  if (book.quantity > 0 && nextAction < actions.length && actions[nextAction]!.session < next) return actions[nextAction]!.session;
  return next;
}
