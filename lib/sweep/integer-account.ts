/**
 * One account walked through a ground by its events: a change of what is wanted, a waiting order, a corporate action, a payment. Between
 * them nothing moves but the marks, which the kernel adds up in one sweep. The arithmetic is the broker's own.
 */
import { mulDiv } from '../core/index.js';
import {
  Account,
  addLot,
  applyAction,
  type Book,
  buyLots,
  emptyBook,
  removeFifo,
  sellableUnits,
  sellLots,
  shareRatio,
  taxOfSale,
  unitsWorth,
} from '../market/index.js';
import { allocateBuys } from '../strategies/index.js';
import type { SweepFill } from './contract.js';
import type { Totals } from './figures.js';
import type { Ground, SymbolGround } from './ground.js';
import { affordableOf, buyCostOf, costsOf, feesOf, type IntegerCosts, worthOf } from './integer-costs.js';
import type { Primitives } from './primitives.js';

const NEVER = 0x7fffffff;
const UNKNOWN = 2;

/** What an account has of one symbol. */
interface Slot {
  readonly ground: SymbolGround;
  /** What the rule wants at each session: 1 long, 0 flat; sessions without a bar repeat the one before. */
  readonly want: Uint8Array;
  readonly book: Book;
  /** As `gapTo` keeps it: 0 flat, 1 long, UNKNOWN. */
  standing: number;
  /** Of each of the symbol's rules. */
  readonly costs: readonly IntegerCosts[];
  /** Place in the account's columns. */
  readonly at: number;
  nextAction: number;
  /** Equity holds its marks up to here. */
  marked: number;
  waiting: 'buy' | 'sell' | null;
  wanted: number;
  frozenMinor: number;
  cashFraction: number;
  /** Of a buy that is being planned. */
  asked: number;
}

/** Accounts over the same ground, one after another: all memory is used again. */
export class IntegerAccount {
  private readonly slots: Slot[];
  private readonly ground: Ground;
  private readonly primitives: Primitives;
  private readonly buys: Slot[] = [];
  /** By symbol: the session in which it must be looked at next. */
  private readonly next: Int32Array;
  /** Symbols that are due in the session at hand. */
  private readonly due: Slot[] = [];
  private account = new Account(0);
  private nextPayment = NEVER;
  /** Cash, frozen cash and receivables in the equity up to `paidUp`. */
  private paidUp = 0;
  private parts = 1;

  /** `wants`: one a symbol of the ground, filled before each run. */
  constructor(ground: Ground, wants: readonly Uint8Array[], primitives: Primitives) {
    this.ground = ground;
    this.primitives = primitives;
    this.next = new Int32Array(ground.symbols.length);
    this.slots = ground.symbols.map((symbol, k) => ({
      ground: symbol,
      costs: symbol.rules.map((rules) => costsOf(rules, symbol.instrument.units)),
      at: k,
      want: wants[k]!,
      book: emptyBook(symbol.instrument, k),
      standing: UNKNOWN,
      nextAction: 0,
      marked: 0,
      waiting: null,
      wanted: 0,
      frozenMinor: 0,
      cashFraction: 1,
      asked: 0,
    }));
  }

  /** Adds the equity at each close and the totals of one account over symbols [from, to) that are each wanted as 1/parts of it. */
  run(from: number, to: number, parts: number, equity: Float64Array, totals: Totals, trace: SweepFill[] | undefined): void {
    const { sessions, initialCashMinor } = this.ground;
    const count = sessions.length;
    const { slots } = this;
    const account = new Account(initialCashMinor);
    this.account = account;
    this.parts = parts;
    this.nextPayment = NEVER;
    this.paidUp = 0;
    for (let k = from; k < to; k++) this.next[k] = open(slots[k]!);
    for (;;) {
      const session = this.gather(from, to);
      if (session >= count) break;
      const before = account.cashMinor + account.frozenMinor + account.receivableMinor;
      this.markCash(equity, session, before);
      this.openSession(session, equity);
      this.fill(session, equity, totals, trace);
      if (this.nextPayment <= session) this.pay(session);
      this.decide(from, to, session, totals);
    }
    this.markCash(equity, count, account.cashMinor + account.frozenMinor + account.receivableMinor);
    for (let k = from; k < to; k++) this.mark(slots[k]!, equity, count);
    totals.dividendTaxMinor += account.totals.dividendTaxMinor;
  }

  /** The next session in which anything can happen, and who is due in it. */
  private gather(from: number, to: number): number {
    const { next, due, slots } = this;
    let session = this.nextPayment;
    due.length = 0;
    for (let k = from; k < to; k++) {
      const at = next[k]!;
      if (at > session) continue;
      if (at < session) {
        session = at;
        due.length = 0;
      }
      due.push(slots[k]!);
    }
    return session;
  }

  private markCash(equity: Float64Array, session: number, minor: number): void {
    this.primitives.addConstant(equity, this.paidUp, session, minor);
    this.paidUp = session;
  }

  /** Brings the equity of a symbol's position up to a session, which is not included. */
  private mark(slot: Slot, equity: Float64Array, session: number): void {
    const { book, ground } = slot;
    if (book.quantity > 0) this.primitives.addMarks(equity, ground.markTicks, slot.marked, session, book.quantity, ground);
    slot.marked = session;
  }

  private openSession(session: number, equity: Float64Array): void {
    for (const slot of this.due) {
      const { actions } = slot.ground;
      while (slot.nextAction < actions.length && actions[slot.nextAction]!.session < session) slot.nextAction++;
      while (slot.nextAction < actions.length && actions[slot.nextAction]!.session === session) {
        this.act(slot, session, equity);
        slot.nextAction++;
      }
    }
  }

  private act(slot: Slot, session: number, equity: Float64Array): void {
    const { account, ground } = this;
    const { instrument } = slot.ground;
    const { action } = slot.ground.actions[slot.nextAction]!;
    this.mark(slot, equity, session);
    const due = account.receivables.length;
    applyAction(account, slot.book, action, session, () => ground.rulebook.rulesFor(instrument, action.recordDay ?? action.exDay));
    if (account.receivables.length > due) {
      this.nextPayment = Math.min(this.nextPayment, this.sessionOf(account.receivables[due]!.payDay, session));
    }
    if (slot.waiting === null) return;
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
    const { account, ground } = this;
    account.payDue(ground.sessions[session]!, session, (symbol) => this.slots.find((slot) => slot.ground.symbol === symbol)!.book);
    this.nextPayment = NEVER;
    for (const due of account.receivables) this.nextPayment = Math.min(this.nextPayment, this.sessionOf(due.payDay, session));
  }

  private fill(session: number, equity: Float64Array, totals: Totals, trace: SweepFill[] | undefined): void {
    const { account, due } = this;
    let buying = false;
    for (const slot of due) {
      if (slot.waiting === null) continue;
      if (slot.waiting === 'buy') buying = true;
      else {
        slot.waiting = null;
        this.sell(slot, session, equity, totals, trace);
      }
    }
    if (!buying) return;
    // At-fill buys share the cash as it stands after the sells, whatever the buys before them spend.
    const cashAtOpen = account.cashMinor + account.frozenMinor;
    for (const slot of due) {
      if (slot.waiting === null) continue;
      slot.waiting = null;
      account.thaw(slot.frozenMinor);
      this.buy(slot, session, cashAtOpen, equity, totals, trace);
    }
  }

  private sell(slot: Slot, session: number, equity: Float64Array, totals: Totals, trace: SweepFill[] | undefined): void {
    const { account, ground } = this;
    const { book, ground: symbol } = slot;
    const costs = slot.costs[symbol.ruleAt[session]!]!;
    const { rules } = costs;
    const price = symbol.sellTicks[session]!;
    const day = ground.sessions[session]!;
    if (book.quantity === 0 || price === 0) return void totals.rejections++;
    const sellable = sellableUnits(book, day, session, rules.settlementSessions);
    if (sellable === 0) return void totals.rejections++;
    let quantity = sellable;
    if (slot.wanted > sellable) totals.rejections++;
    const left = symbol.volumeLeft === null ? quantity : symbol.volumeLeft[session]!;
    if (left < quantity) {
      totals.rejections++;
      quantity = sellLots(left, sellable, rules);
      if (quantity === 0) return;
    }
    const notional = worthOf(quantity, price, book.units);
    const fees = feesOf(costs.sell, quantity, notional);
    const tax = taxOfSale(book, quantity, day, session, rules.settlementSessions);
    const cashDelta = notional - fees - tax;
    if (account.cashMinor + cashDelta < Math.min(0, account.cashMinor)) return void totals.rejections++;
    this.mark(slot, equity, session);
    account.cashMinor += cashDelta;
    if (quantity === book.quantity) {
      book.quantity = 0;
      book.lots.length = 0;
    } else removeFifo(book, quantity, day, session, rules.settlementSessions);
    totals.dividendTaxMinor += tax;
    count(totals, notional, fees);
    if (trace !== undefined) trace.push(fillOf(symbol, 'sell', day, quantity, price, fees + tax, cashDelta));
  }

  private buy(slot: Slot, session: number, cashAtOpen: number, equity: Float64Array, totals: Totals, trace: SweepFill[] | undefined): void {
    const { account, ground } = this;
    const { book, ground: symbol } = slot;
    const costs = slot.costs[symbol.ruleAt[session]!]!;
    const { rules } = costs;
    const price = symbol.buyTicks[session]!;
    if (price === 0) return void totals.rejections++;
    const available = account.cashMinor;
    let quantity: number;
    if (ground.atFill) {
      quantity = affordableOf(costs, Math.min(available, Math.floor(cashAtOpen * slot.cashFraction)), price);
      if (quantity === 0) return void totals.rejections++;
    } else {
      quantity = buyLots(slot.wanted, rules);
      if (quantity < slot.wanted) totals.rejections++;
    }
    const left = symbol.volumeLeft === null ? quantity : symbol.volumeLeft[session]!;
    if (left < quantity) {
      quantity = buyLots(left, rules);
      totals.rejections++;
    }
    if (quantity === 0) return;
    let notional = worthOf(quantity, price, book.units);
    let fees = feesOf(costs.buy, quantity, notional);
    if (!ground.atFill && notional + fees > available) {
      const affordable = affordableOf(costs, available, price);
      if (affordable < quantity) {
        totals.rejections++;
        quantity = affordable;
        if (quantity === 0) return;
        notional = worthOf(quantity, price, book.units);
        fees = feesOf(costs.buy, quantity, notional);
      }
    }
    this.mark(slot, equity, session);
    const cashDelta = -notional - fees;
    account.cashMinor += cashDelta;
    const day = ground.sessions[session]!;
    addLot(book, quantity, -cashDelta, day, session);
    count(totals, notional, fees);
    if (trace !== undefined) trace.push(fillOf(symbol, 'buy', day, quantity, price, fees, cashDelta));
  }

  /** What `gapTo` and the manager do at the close of a session: sells, then buys that share the cash. */
  private decide(from: number, to: number, session: number, totals: Totals): void {
    const { buys } = this;
    buys.length = 0;
    for (const slot of this.due) {
      if (slot.ground.traded[session] === 1 && slot.want[session] !== slot.standing) {
        const want = slot.want[session]!;
        const held = slot.book.quantity > 0 ? 1 : 0;
        slot.standing = held === want ? want : UNKNOWN;
        if (held !== want) {
          if (want === 1) buys.push(slot);
          else this.orderSale(slot, session, totals);
        }
      }
    }
    if (buys.length > 0) this.orderBuys(session, from, to, totals);
    for (const slot of this.due) this.next[slot.at] = this.schedule(slot, session + 1);
  }

  private orderSale(slot: Slot, session: number, totals: Totals): void {
    const { book } = slot;
    const { rules } = costsAfter(slot, session);
    if (!rules.tradable) return void totals.rejections++;
    const sellable = sellableUnits(book, this.ground.days[session + 1]!, session + 1, rules.settlementSessions);
    if (sellable === 0) return void totals.rejections++;
    // A sale down to weight 0 asks for the whole position, one of all that is sellable does not.
    if (this.parts > 1 && book.quantity > sellable) totals.rejections++;
    slot.waiting = 'sell';
    slot.wanted = sellable;
  }

  private orderBuys(session: number, from: number, to: number, totals: Totals): void {
    const { account, buys, parts, ground } = this;
    const cash = account.cashMinor;
    const target = parts === 1 ? cash : Math.floor((1 / parts) * this.equityAt(session, from, to));
    let asked = 0;
    let kept = 0;
    for (const slot of buys) {
      const price = slot.ground.markTicks[session]!;
      const costs = costsAfter(slot, session);
      const quantity = this.sizeOf(costs, price, target, cash);
      if (quantity < 0) continue;
      if (quantity === 0) {
        totals.rejections++;
        continue;
      }
      slot.asked = quantity;
      buys[kept++] = slot;
      if (!ground.atFill) asked += slot.frozenMinor = buyCostOf(costs, quantity, price);
    }
    buys.length = kept;
    if (!ground.atFill && asked > cash && kept > 1) this.share(session, cash, totals);
    for (const slot of buys) {
      slot.waiting = 'buy';
      slot.wanted = slot.asked;
      if (ground.atFill) {
        slot.cashFraction = parts === 1 ? 1 : Math.min(1, target / cash);
        slot.frozenMinor = account.freeze(Math.floor(account.cashMinor * slot.cashFraction));
      } else {
        slot.frozenMinor = account.freeze(slot.frozenMinor);
      }
    }
  }

  /** Units asked for by a symbol that isn't held; 0: refused, -1: nothing asked. */
  private sizeOf(costs: IntegerCosts, price: number, target: number, cash: number): number {
    if (!(price > 0)) return 0;
    const { rules, units } = costs;
    if (this.parts === 1) return rules.tradable ? affordableOf(costs, cash, price) : 0;
    const wanted = unitsWorth(Math.abs(target), price, units);
    // Equity below zero: a sale of nothing, refused unless it is under a lot.
    if (target < 0) return wanted < Math.max(rules.buyMinimum, rules.sellStep) ? -1 : 0;
    if (!rules.tradable) return 0;
    const affordable = affordableOf(costs, cash, price);
    return wanted >= affordable ? affordable : buyLots(wanted, rules);
  }

  private share(session: number, cash: number, totals: Totals): void {
    const { buys } = this;
    const granted = allocateBuys(
      buys.map((slot) => ({
        symbol: slot.ground.symbol,
        strategy: '',
        confidence: 1,
        quantity: slot.asked,
        priceTicks: slot.ground.markTicks[session]!,
        units: slot.book.units,
        rules: costsAfter(slot, session).rules,
      })),
      cash,
    );
    let kept = 0;
    for (let i = 0; i < granted.length; i++) {
      const slot = buys[i]!;
      const quantity = granted[i]!;
      if (quantity < slot.asked) totals.rejections++;
      if (quantity === 0) continue;
      slot.asked = quantity;
      slot.frozenMinor = buyCostOf(costsAfter(slot, session), quantity, slot.ground.markTicks[session]!);
      buys[kept++] = slot;
    }
    buys.length = kept;
  }

  /** Total equity at a close. */
  private equityAt(session: number, from: number, to: number): number {
    const { account } = this;
    let total = account.cashMinor + account.frozenMinor + account.receivableMinor;
    for (let k = from; k < to; k++) {
      const { book, ground: symbol } = this.slots[k]!;
      if (book.quantity > 0) total += worthOf(book.quantity, symbol.markTicks[session]!, book.units);
    }
    return total;
  }

  /** The next session, from `session` on, that can change something. */
  private schedule(slot: Slot, session: number): number {
    const { ground: symbol, standing } = slot;
    const count = symbol.traded.length;
    let next = NEVER;
    if (slot.waiting !== null) next = session;
    else if (standing === UNKNOWN) {
      let at = session;
      while (at < count && symbol.traded[at] === 0) at++;
      next = at;
    } else next = this.primitives.nextOther(slot.want, session, count, standing);
    if (slot.book.quantity > 0) {
      const { actions } = symbol;
      while (slot.nextAction < actions.length && actions[slot.nextAction]!.session < session) slot.nextAction++;
      if (slot.nextAction < actions.length && actions[slot.nextAction]!.session < next) next = actions[slot.nextAction]!.session;
    }
    return next;
  }
}

/** Gives the first session to look at. */
function open(slot: Slot): number {
  const { book, ground: symbol } = slot;
  book.quantity = 0;
  book.lots = [];
  slot.standing = UNKNOWN;
  slot.nextAction = 0;
  slot.marked = 0;
  slot.waiting = null;
  const first = symbol.traded.indexOf(1);
  return first < 0 ? NEVER : first;
}

/** Rules of the session in which an order sent at a close can fill. */
const costsAfter = (slot: Slot, session: number): IntegerCosts => slot.costs[slot.ground.ruleAt[session + 1]!]!;

function count(totals: Totals, notional: number, fees: number): void {
  totals.fills++;
  totals.notionalMinor += notional;
  totals.feesMinor += fees;
}

const fillOf = (
  { symbol }: SymbolGround,
  side: 'buy' | 'sell',
  day: number,
  quantity: number,
  priceTicks: number,
  totalFeesMinor: number,
  cashDeltaMinor: number,
): SweepFill => ({ symbol, side, day, quantity, priceTicks, totalFeesMinor, cashDeltaMinor });
