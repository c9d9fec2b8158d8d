/**
 * One account walked through a ground by its events: a change of what is wanted, a waiting order, a corporate action, a payment. Between
 * them nothing moves but the marks, which the kernel writes in one sweep. The arithmetic is the broker's own.
 */
import { mulDiv } from '../core/index.js';
import { Account, addLot, applyAction, removeFifo, sellableUnits, shareRatio, taxOfSale } from '../market/index.js';
import type { SweepFill } from './contract.js';
import { noTotals, type Totals } from './figures.js';
import type { Ground, SymbolGround } from './ground-columns.js';
import { buyCostOf, feesOf, tooSmall, worthOf } from './integer-costs.js';
import { shareCash, sizeOf, unitsToBuy, unitsToSell } from './integer-orders.js';
import { BUY, costsAfter, NEVER, NOTHING, newSlot, openSlot, SALE, type Slot, UNKNOWN } from './integer-slot.js';
import type { Walk } from './integer-walk.js';
import { type Stretch, setOut, walkOn } from './integer-walk-on.js';
import { marksAreExact, type Primitives } from './primitives.js';

/** Accounts over the same ground, one after another: all memory is used again. */
export class IntegerAccount {
  private readonly ground: Ground;
  private readonly primitives: Primitives;
  private readonly slots: readonly Slot[];
  /** By symbol: the session in which it must be looked at next. */
  private readonly next: Int32Array;
  /** Symbols that are due in the session at hand, and those of them that buy. */
  private readonly due: Slot[] = [];
  private readonly buys: Slot[] = [];
  /** By symbol: what its units are worth is floor((mark x twice + denominator) / span). */
  private readonly twice: Float64Array;
  private readonly denominators: Float64Array;
  private readonly spans: Float64Array;
  private account = new Account(0);
  private equity: Float64Array = new Float64Array(0);
  /** Of all accounts, and of the one at hand: added up account by account, as the loop does. */
  private readonly all: Totals;
  private readonly totals = noTotals();
  private trace: SweepFill[] | undefined;
  private nextPayment = NEVER;
  private parts = 1;
  /** An account of one symbol writes cash and marks together, and not before it must. */
  private alone = false;

  /** `wants`: one a symbol of the ground, filled before each run. */
  constructor(ground: Ground, wants: readonly Uint8Array[], totals: Totals, primitives: Primitives) {
    this.ground = ground;
    this.primitives = primitives;
    this.all = totals;
    const { symbols } = ground;
    this.next = new Int32Array(symbols.length);
    this.twice = primitives.f64(symbols.length);
    this.denominators = primitives.f64(symbols.length);
    this.spans = primitives.f64(symbols.length);
    this.slots = symbols.map((symbol, at): Slot => {
      this.denominators[at] = symbol.instrument.units.minorPerUnitTick.denominator;
      this.spans[at] = this.denominators[at]! * 2;
      return newSlot(symbol, at, wants[at]!);
    });
  }

  /** All symbols in one account, each wanted as 1/parts of it: writes the equity at each close, adds the totals. */
  runShared(parts: number, equity: Float64Array, trace: SweepFill[] | undefined): void {
    if (this.slots.length === 1) {
      this.runOne(0, parts, equity, true, trace);
      return;
    }
    const count = this.begin(parts, equity, trace);
    const { account, slots, next, primitives } = this;
    this.alone = false;
    equity.fill(0);
    this.twice.fill(0);
    for (const slot of slots) next[slot.at] = openSlot(slot);
    let cash = account.cashMinor;
    let marked = 0;
    for (let session = this.gather(); session < count; session = this.gather()) {
      this.step(session);
      const now = account.cashMinor + account.frozenMinor + account.receivableMinor;
      if (now === cash) continue;
      primitives.addConstant(equity, marked, session, cash);
      cash = now;
      marked = session;
    }
    primitives.addConstant(equity, marked, count, cash);
    for (const slot of slots) this.mark(slot, count);
    this.end();
  }

  /** Symbol `k` in an account of its own: writes the equity at each close, or adds to it. */
  runOne(k: number, parts: number, equity: Float64Array, fresh: boolean, trace: SweepFill[] | undefined): void {
    const count = this.begin(parts, equity, trace);
    const { account, due, next, primitives } = this;
    const slot = this.slots[k]!;
    const { book, symbol } = slot;
    this.alone = true;
    due.length = 0;
    due.push(slot);
    next[k] = openSlot(slot);
    const walk = parts === 1 ? this.walkOf(slot) : null;
    const at: Stretch = { cash: account.cashMinor, quantity: 0, marked: 0 };
    if (walk !== null) setOut(walk, equity, fresh, trace !== undefined);
    for (;;) {
      const free = book.quantity === 0 && slot.waiting === NOTHING && this.nextPayment === NEVER;
      if (walk !== null && free && walkOn(slot, walk, account, this.next, at, this.totals, this.ground.sessions, trace)) break;
      const session = Math.min(next[k]!, this.nextPayment);
      if (session < count) this.step(session);
      const now = account.cashMinor + account.frozenMinor + account.receivableMinor;
      if (session < count && now === at.cash && book.quantity === at.quantity) continue;
      primitives.putAccount(equity, symbol, at.marked, Math.min(session, count), at.cash, at.quantity, fresh);
      at.cash = now;
      at.quantity = book.quantity;
      at.marked = session;
      if (session >= count) break;
    }
    this.end();
  }

  private walkOf(slot: Slot): Walk | null {
    if (slot.walk === undefined) slot.walk = this.primitives.walk(slot.symbol, slot.want, slot.costs, this.ground.atFill);
    return slot.walk;
  }

  private begin(parts: number, equity: Float64Array, trace: SweepFill[] | undefined): number {
    this.account = new Account(this.ground.initialCashMinor);
    this.parts = parts;
    this.equity = equity;
    this.trace = trace;
    this.nextPayment = NEVER;
    Object.assign(this.totals, noTotals());
    return this.ground.sessions.length;
  }

  private end(): void {
    const { all, totals } = this;
    all.fills += totals.fills;
    all.rejections += totals.rejections;
    all.notionalMinor += totals.notionalMinor;
    all.feesMinor += totals.feesMinor;
    all.dividendTaxMinor += totals.dividendTaxMinor + this.account.totals.dividendTaxMinor;
  }

  /** The next session in which anything can happen, and who is due in it. */
  private gather(): number {
    const { next, due, slots } = this;
    let session = this.nextPayment;
    let count = 0;
    for (let k = 0; k < next.length; k++) {
      const at = next[k]!;
      if (at > session) continue;
      if (at < session) {
        session = at;
        count = 0;
      }
      due[count++] = slots[k]!;
    }
    due.length = count;
    return session;
  }

  /** What the loop does in a session, for those that are due. */
  private step(session: number): void {
    const { due } = this;
    let waiting = false;
    for (let i = 0; i < due.length; i++) {
      const slot = due[i]!;
      const { actions } = slot.symbol;
      while (slot.nextAction < actions.length && actions[slot.nextAction]!.session <= session) {
        if (actions[slot.nextAction]!.session === session) this.act(slot, session);
        slot.nextAction++;
      }
      if (slot.waiting !== NOTHING) waiting = true;
    }
    if (waiting) this.fill(session);
    if (this.nextPayment <= session) this.pay(session);
    this.decide(session);
  }

  /** Brings the equity of a symbol's position up to a session, which is not included. */
  private mark(slot: Slot, session: number): void {
    if (this.alone) return;
    const { book, symbol, marked } = slot;
    if (book.quantity > 0) this.primitives.addMarks(this.equity, symbol, marked, session, book.quantity);
    slot.marked = session;
  }

  /** After a change of a position. */
  private count({ at, book, symbol }: Slot): void {
    if (this.alone) return;
    // Marks beyond the exact range are told by NaN: the sum is then made by the checked arithmetic.
    this.twice[at] = marksAreExact(book.quantity, symbol)
      ? book.quantity * symbol.instrument.units.minorPerUnitTick.numerator * 2
      : Number.NaN;
  }

  private act(slot: Slot, session: number): void {
    const { account, ground } = this;
    const { book, symbol } = slot;
    const { action } = symbol.actions[slot.nextAction]!;
    this.mark(slot, session);
    const due = account.receivables.length;
    applyAction(account, book, action, session, () => ground.rulebook.rulesFor(symbol.instrument, action.recordDay ?? action.exDay));
    this.count(slot);
    if (account.receivables.length > due) {
      this.nextPayment = Math.min(this.nextPayment, this.sessionOf(account.receivables[due]!.payDay, session));
    }
    if (slot.waiting === NOTHING) return;
    const { numerator, denominator } = shareRatio(action);
    if (numerator !== denominator) slot.wanted = mulDiv(slot.wanted, numerator, denominator);
  }

  /** The first session from `session` on whose day is `day` or later. */
  private sessionOf(day: number, session: number): number {
    const { sessions } = this.ground;
    let at = session;
    while (at < sessions.length && sessions[at]! < day) at++;
    return at;
  }

  private pay(session: number): void {
    const { account, ground, slots } = this;
    account.payDue(ground.sessions[session]!, session, (name) => slots.find(({ symbol }) => symbol.symbol === name)!.book);
    this.nextPayment = NEVER;
    for (const due of account.receivables) this.nextPayment = Math.min(this.nextPayment, this.sessionOf(due.payDay, session));
  }

  /** Sells before buys, both in the order of their symbols. */
  private fill(session: number): void {
    const { account, due } = this;
    let buying = false;
    for (let i = 0; i < due.length; i++) {
      const slot = due[i]!;
      if (slot.waiting === BUY) buying = true;
      if (slot.waiting !== SALE) continue;
      slot.waiting = NOTHING;
      this.sell(slot, session);
    }
    if (!buying) return;
    // At-fill buys share the cash as it stands after the sells, whatever the buys before them spend.
    const cashAtOpen = account.cashMinor + account.frozenMinor;
    for (let i = 0; i < due.length; i++) {
      const slot = due[i]!;
      if (slot.waiting !== BUY) continue;
      slot.waiting = NOTHING;
      account.thaw(slot.frozenMinor);
      this.buy(slot, session, cashAtOpen);
    }
  }

  private sell(slot: Slot, session: number): void {
    const { account, totals } = this;
    const { book, symbol } = slot;
    const costs = slot.costs[symbol.ruleAt[session]!]!;
    const { settlementSessions } = costs.rules;
    const day = this.ground.sessions[session]!;
    const quantity = unitsToSell(slot, costs, session, day, totals);
    if (quantity === 0) return;
    const price = symbol.sellTicks[session]!;
    const notional = worthOf(quantity, price, costs.units);
    const fees = feesOf(costs.sell, quantity, notional);
    const tax = taxOfSale(book, quantity, day, session, settlementSessions);
    const cashDelta = notional - fees - tax;
    if (notional < costs.leastMinor || account.cashMinor + cashDelta < Math.min(0, account.cashMinor)) return void totals.rejections++;
    this.mark(slot, session);
    account.cashMinor += cashDelta;
    if (quantity === book.quantity) {
      book.quantity = 0;
      book.lots.length = 0;
    } else removeFifo(book, quantity, day, session, settlementSessions);
    this.count(slot);
    totals.dividendTaxMinor += tax;
    this.note(symbol, 'sell', day, quantity, price, notional, fees, tax, cashDelta);
  }

  private buy(slot: Slot, session: number, cashAtOpen: number): void {
    const { account, ground, totals } = this;
    const { book, symbol } = slot;
    const costs = slot.costs[symbol.ruleAt[session]!]!;
    const budget = ground.atFill ? Math.floor(cashAtOpen * slot.cashFraction) : null;
    const quantity = unitsToBuy(slot, costs, session, account.cashMinor, budget, totals);
    if (quantity === 0) return;
    const price = symbol.buyTicks[session]!;
    const notional = worthOf(quantity, price, costs.units);
    if (notional < costs.leastMinor) return void totals.rejections++;
    const fees = feesOf(costs.buy, quantity, notional);
    this.mark(slot, session);
    const cashDelta = -notional - fees;
    account.cashMinor += cashDelta;
    const day = ground.sessions[session]!;
    addLot(book, quantity, -cashDelta, day, session);
    this.count(slot);
    this.note(symbol, 'buy', day, quantity, price, notional, fees, 0, cashDelta);
  }

  private note(
    { symbol }: SymbolGround,
    side: 'buy' | 'sell',
    day: number,
    quantity: number,
    priceTicks: number,
    notional: number,
    fees: number,
    tax: number,
    cashDeltaMinor: number,
  ): void {
    const { totals, trace } = this;
    totals.fills++;
    totals.notionalMinor += notional;
    totals.feesMinor += fees;
    if (trace !== undefined) trace.push({ symbol, side, day, quantity, priceTicks, totalFeesMinor: fees + tax, cashDeltaMinor });
  }

  /** What `gapTo` and the manager do at the close of a session: sells, then buys that share the cash. */
  private decide(session: number): void {
    const { buys, due, next } = this;
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
        else this.orderSale(slot, session);
      }
    }
    if (buys.length > 0) this.orderBuys(session);
    for (let i = 0; i < due.length; i++) next[due[i]!.at] = this.nextOf(due[i]!, session + 1);
  }

  private orderSale(slot: Slot, session: number): void {
    const costs = costsAfter(slot, session);
    const { rules } = costs;
    const sellable = rules.tradable ? sellableUnits(slot.book, this.ground.days[session + 1]!, session + 1, rules.settlementSessions) : 0;
    if (sellable === 0 || tooSmall(costs, sellable, slot.symbol.markTicks[session]!)) return void this.totals.rejections++;
    // A sale down to weight 0 asks for the whole position, one of all that is sellable does not.
    if (this.parts > 1 && slot.book.quantity > sellable) this.totals.rejections++;
    slot.waiting = SALE;
    slot.wanted = sellable;
  }

  private orderBuys(session: number): void {
    const { account, buys, parts, totals } = this;
    const { atFill } = this.ground;
    const cash = account.cashMinor;
    const target = parts === 1 ? cash : Math.floor((1 / parts) * this.equityAt(session));
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
  private equityAt(session: number): number {
    const { account, ground, primitives } = this;
    const cash = account.cashMinor + account.frozenMinor + account.receivableMinor;
    if (!this.alone) {
      const marks = primitives.worthOfRow(ground.markRows!, session, this.twice, this.denominators, this.spans);
      if (!Number.isNaN(marks)) return cash + marks;
    }
    let total = cash;
    for (const { book, symbol } of this.alone ? this.due : this.slots) {
      if (book.quantity > 0) total += worthOf(book.quantity, symbol.markTicks[session]!, book.units);
    }
    return total;
  }

  /** The next session, from `session` on, in which a symbol can change something. */
  private nextOf({ symbol, standing, waiting, want, book, nextAction }: Slot, session: number): number {
    if (waiting !== NOTHING) return session;
    const { traded, actions } = symbol;
    let next = session;
    if (standing === UNKNOWN) while (next < traded.length && traded[next] === 0) next++;
    else next = this.primitives.nextOther(want, session, traded.length, standing);
    if (book.quantity > 0 && nextAction < actions.length && actions[nextAction]!.session < next) return actions[nextAction]!.session;
    return next;
  }
}
