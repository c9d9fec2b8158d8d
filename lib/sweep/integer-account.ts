/**
 * One account walked through a ground by its events: a change of what is wanted, a waiting order, a corporate action, a payment. Between
 * them nothing moves but the marks, which the kernel adds up in one sweep. The arithmetic is the broker's own.
 */
import { mulDiv } from '../core/index.js';
import {
  Account,
  addLot,
  affordableQuantity,
  applyAction,
  type Book,
  buyCostMinor,
  buyLots,
  emptyBook,
  notionalMinor,
  removeFifo,
  type SessionRules,
  sellableUnits,
  sellLots,
  shareRatio,
  taxOfSale,
  totalFeesMinor,
  unitsWorth,
} from '../market/index.js';
import { allocateBuys } from '../strategies/index.js';
import type { SweepFill } from './contract.js';
import type { Totals } from './figures.js';
import type { Ground, SymbolGround } from './ground.js';
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
  /** Session in which it must be looked at next. */
  next: number;
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
  private account = new Account(0);
  private nextPayment = NEVER;
  /** Cash, frozen cash and receivables in the equity up to `paidUp`. */
  private paidUp = 0;
  private parts = 1;

  /** `wants`: one a symbol of the ground, filled before each run. */
  constructor(ground: Ground, wants: readonly Uint8Array[], primitives: Primitives) {
    this.ground = ground;
    this.primitives = primitives;
    this.slots = ground.symbols.map((symbol, k) => ({
      ground: symbol,
      want: wants[k]!,
      book: emptyBook(symbol.instrument, k),
      standing: UNKNOWN,
      next: 0,
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
    for (let k = from; k < to; k++) open(slots[k]!);
    for (;;) {
      let session = this.nextPayment;
      for (let k = from; k < to; k++) if (slots[k]!.next < session) session = slots[k]!.next;
      if (session >= count) break;
      const before = account.cashMinor + account.frozenMinor + account.receivableMinor;
      this.markCash(equity, session, before);
      this.openSession(from, to, session, equity);
      this.fill(from, to, session, equity, totals, trace);
      if (this.nextPayment <= session) this.pay(session);
      this.decide(from, to, session, totals);
    }
    this.markCash(equity, count, account.cashMinor + account.frozenMinor + account.receivableMinor);
    for (let k = from; k < to; k++) this.mark(slots[k]!, equity, count);
    totals.dividendTaxMinor += account.totals.dividendTaxMinor;
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

  private openSession(from: number, to: number, session: number, equity: Float64Array): void {
    for (let k = from; k < to; k++) {
      const slot = this.slots[k]!;
      if (slot.next !== session) continue;
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

  private fill(from: number, to: number, session: number, equity: Float64Array, totals: Totals, trace: SweepFill[] | undefined): void {
    const { account, slots } = this;
    let buying = false;
    for (let k = from; k < to; k++) {
      const slot = slots[k]!;
      if (slot.next !== session || slot.waiting === null) continue;
      if (slot.waiting === 'buy') buying = true;
      else {
        slot.waiting = null;
        this.sell(slot, session, equity, totals, trace);
      }
    }
    if (!buying) return;
    // At-fill buys share the cash as it stands after the sells, whatever the buys before them spend.
    const cashAtOpen = account.cashMinor + account.frozenMinor;
    for (let k = from; k < to; k++) {
      const slot = slots[k]!;
      if (slot.next !== session || slot.waiting === null) continue;
      slot.waiting = null;
      account.thaw(slot.frozenMinor);
      this.buy(slot, session, cashAtOpen, equity, totals, trace);
    }
  }

  private sell(slot: Slot, session: number, equity: Float64Array, totals: Totals, trace: SweepFill[] | undefined): void {
    const { account, ground } = this;
    const { book, ground: symbol } = slot;
    const rules = symbol.rules[symbol.ruleAt[session]!]!;
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
    const notional = notionalMinor(quantity, price, book.units);
    const fees = totalFeesMinor(rules, 'sell', quantity, notional);
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
    const rules = symbol.rules[symbol.ruleAt[session]!]!;
    const price = symbol.buyTicks[session]!;
    if (price === 0) return void totals.rejections++;
    const available = account.cashMinor;
    let quantity: number;
    if (ground.atFill) {
      quantity = affordableQuantity(Math.min(available, Math.floor(cashAtOpen * slot.cashFraction)), price, book.units, rules);
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
    let notional = notionalMinor(quantity, price, book.units);
    let fees = totalFeesMinor(rules, 'buy', quantity, notional);
    if (!ground.atFill && notional + fees > available) {
      const affordable = affordableQuantity(available, price, book.units, rules);
      if (affordable < quantity) {
        totals.rejections++;
        quantity = affordable;
        if (quantity === 0) return;
        notional = notionalMinor(quantity, price, book.units);
        fees = totalFeesMinor(rules, 'buy', quantity, notional);
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
    for (let k = from; k < to; k++) {
      const slot = this.slots[k]!;
      if (slot.next !== session) continue;
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
    for (let k = from; k < to; k++) if (this.slots[k]!.next === session) this.schedule(this.slots[k]!, session + 1);
  }

  private orderSale(slot: Slot, session: number, totals: Totals): void {
    const { book, ground: symbol } = slot;
    const rules = rulesAfter(symbol, session);
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
      const rules = rulesAfter(slot.ground, session);
      const quantity = this.sizeOf(slot, price, rules, target, cash);
      if (quantity < 0) continue;
      if (quantity === 0) {
        totals.rejections++;
        continue;
      }
      slot.asked = quantity;
      buys[kept++] = slot;
      if (!ground.atFill) asked += buyCostMinor(quantity, price, slot.book.units, rules);
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
        const price = slot.ground.markTicks[session]!;
        slot.frozenMinor = account.freeze(buyCostMinor(slot.asked, price, slot.book.units, rulesAfter(slot.ground, session)));
      }
    }
  }

  /** Units asked for by a symbol that isn't held; 0: refused, -1: nothing asked. */
  private sizeOf(slot: Slot, price: number, rules: SessionRules, target: number, cash: number): number {
    if (!(price > 0)) return 0;
    const { units } = slot.book;
    if (this.parts === 1) return rules.tradable ? affordableQuantity(cash, price, units, rules) : 0;
    const wanted = unitsWorth(Math.abs(target), price, units);
    // Equity below zero: a sale of nothing, refused unless it is under a lot.
    if (target < 0) return wanted < Math.max(rules.buyMinimum, rules.sellStep) ? -1 : 0;
    if (!rules.tradable) return 0;
    const affordable = affordableQuantity(cash, price, units, rules);
    return wanted >= affordable ? affordable : buyLots(wanted, rules);
  }

  private share(session: number, cash: number, totals: Totals): void {
    const { buys } = this;
    const granted = allocateBuys(
      buys.map(({ ground: symbol, book, asked }) => ({
        symbol: symbol.symbol,
        strategy: '',
        confidence: 1,
        quantity: asked,
        priceTicks: symbol.markTicks[session]!,
        units: book.units,
        rules: rulesAfter(symbol, session),
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
      if (book.quantity > 0) total += notionalMinor(book.quantity, symbol.markTicks[session]!, book.units);
    }
    return total;
  }

  /** Sets the next session, from `session` on, that can change something. */
  private schedule(slot: Slot, session: number): void {
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
    slot.next = next;
  }
}

function open(slot: Slot): void {
  const { book, ground: symbol } = slot;
  book.quantity = 0;
  book.lots = [];
  slot.standing = UNKNOWN;
  slot.nextAction = 0;
  slot.marked = 0;
  slot.waiting = null;
  const first = symbol.traded.indexOf(1);
  slot.next = first < 0 ? NEVER : first;
}

/** Rules of the session in which an order sent at a close can fill. */
const rulesAfter = (symbol: SymbolGround, session: number): SessionRules => symbol.rules[symbol.ruleAt[session + 1]!]!;

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
