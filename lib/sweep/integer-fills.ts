/** What the broker does at an open for the symbols that are due: corporate actions, waiting orders, payments. */
import { mulDiv } from '../core/index.js';
import { addLot, applyAction, removeFifo, shareRatio, taxOfSale } from '../market/index.js';
import { feesOf, worthOf } from './integer-costs.js';
import { unitsToBuy, unitsToSell } from './integer-orders.js';
import { BUY, NEVER, NOTHING, SALE, type Slot } from './integer-slot.js';
import type { IntegerState } from './integer-state.js';

export function openSession(state: IntegerState, session: number): void {
  const { due } = state;
  let waiting = false;
  for (let i = 0; i < due.length; i++) {
    const slot = due[i]!;
    const { actions } = slot.symbol;
    while (slot.nextAction < actions.length && actions[slot.nextAction]!.session <= session) {
      if (actions[slot.nextAction]!.session === session) act(state, slot, session);
      slot.nextAction++;
    }
    if (slot.waiting !== NOTHING) waiting = true;
  }
  if (waiting) fill(state, session);
  if (state.nextPayment <= session) pay(state, session);
}

function act(state: IntegerState, slot: Slot, session: number): void {
  const { account, ground } = state;
  const { book, symbol } = slot;
  const { action } = symbol.actions[slot.nextAction]!;
  state.mark(slot, session);
  const due = account.receivables.length;
  applyAction(account, book, action, session, () => ground.rulebook.rulesFor(symbol.instrument, action.recordDay ?? action.exDay));
  state.weigh(slot);
  if (account.receivables.length > due) {
    state.nextPayment = Math.min(state.nextPayment, sessionOf(ground.sessions, account.receivables[due]!.payDay, session));
  }
  if (slot.waiting === NOTHING) return;
  const { numerator, denominator } = shareRatio(action);
  if (numerator !== denominator) slot.wanted = mulDiv(slot.wanted, numerator, denominator);
}

/** The first session from `session` on whose day is `day` or later. */
function sessionOf(sessions: Int32Array, day: number, session: number): number {
  let at = session;
  while (at < sessions.length && sessions[at]! < day) at++;
  return at;
}

function pay(state: IntegerState, session: number): void {
  const { account, ground, slots } = state;
  const { sessions } = ground;
  account.payDue(sessions[session]!, session, (name) => slots.find(({ symbol }) => symbol.symbol === name)!.book);
  state.nextPayment = NEVER;
  for (const due of account.receivables) state.nextPayment = Math.min(state.nextPayment, sessionOf(sessions, due.payDay, session));
}

/** Sells before buys, both in the order of their symbols. */
function fill(state: IntegerState, session: number): void {
  const { account, due } = state;
  let buying = false;
  for (let i = 0; i < due.length; i++) {
    const slot = due[i]!;
    if (slot.waiting === BUY) buying = true;
    if (slot.waiting !== SALE) continue;
    slot.waiting = NOTHING;
    sell(state, slot, session);
  }
  if (!buying) return;
  // At-fill buys share the cash as it stands after the sells, whatever the buys before them spend.
  const cashAtOpen = account.cashMinor + account.frozenMinor;
  for (let i = 0; i < due.length; i++) {
    const slot = due[i]!;
    if (slot.waiting !== BUY) continue;
    slot.waiting = NOTHING;
    account.thaw(slot.frozenMinor);
    buy(state, slot, session, cashAtOpen);
  }
}

function sell(state: IntegerState, slot: Slot, session: number): void {
  const { account, totals } = state;
  const { book, symbol } = slot;
  const costs = slot.costs[symbol.ruleAt[session]!]!;
  const { settlementSessions } = costs.rules;
  const day = state.ground.sessions[session]!;
  const quantity = unitsToSell(slot, costs, session, day, totals);
  if (quantity === 0) return;
  const price = symbol.sellTicks[session]!;
  const notional = worthOf(quantity, price, costs.units);
  const fees = feesOf(costs.sell, quantity, notional);
  const tax = taxOfSale(book, quantity, day, session, settlementSessions);
  const cashDelta = notional - fees - tax;
  if (notional < costs.leastMinor || account.cashMinor + cashDelta < Math.min(0, account.cashMinor)) return void totals.rejections++;
  state.mark(slot, session);
  account.cashMinor += cashDelta;
  if (quantity === book.quantity) {
    book.quantity = 0;
    book.lots.length = 0;
  } else removeFifo(book, quantity, day, session, settlementSessions);
  state.weigh(slot);
  totals.dividendTaxMinor += tax;
  state.note(symbol, 'sell', day, quantity, price, notional, fees, tax, cashDelta);
}

function buy(state: IntegerState, slot: Slot, session: number, cashAtOpen: number): void {
  const { account, ground, totals } = state;
  const { book, symbol } = slot;
  const costs = slot.costs[symbol.ruleAt[session]!]!;
  const budget = ground.atFill ? Math.floor(cashAtOpen * slot.cashFraction) : null;
  const quantity = unitsToBuy(slot, costs, session, account.cashMinor, budget, totals);
  if (quantity === 0) return;
  const price = symbol.buyTicks[session]!;
  const notional = worthOf(quantity, price, costs.units);
  if (notional < costs.leastMinor) return void totals.rejections++;
  const fees = feesOf(costs.buy, quantity, notional);
  state.mark(slot, session);
  const cashDelta = -notional - fees;
  account.cashMinor += cashDelta;
  const day = ground.sessions[session]!;
  addLot(book, quantity, -cashDelta, day, session);
  state.weigh(slot);
  state.note(symbol, 'buy', day, quantity, price, notional, fees, 0, cashDelta);
}
