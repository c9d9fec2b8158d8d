/**
 * Sizes and fills of one order on columns: toOrder, the risk caps, the broker's intake and its fill, in their order and with their
 * reasons. Results stand in fields, so that a step allocates nothing.
 */
import type { ActionTable } from '../core/index.js';
import type { RiskSettings } from '../market/index.js';
import type { AccountColumns } from './account-columns.js';
import type { EnvMarket } from './env-market.js';
import { reasonCode } from './env-reasons.js';
import { BUY_MINIMUM, BUY_STEP, type EnvRules, SELL_STEP, SETTLEMENT, TRADABLE } from './env-rules.js';

const NOT_SELLABLE = reasonCode('not-sellable');
const BELOW_LOT = reasonCode('below-lot');
const CUT_LOT = reasonCode('cut-lot');
const CUT_CASH = reasonCode('cut-cash');
const CUT_SELLABLE = reasonCode('cut-sellable');
const CUT_VOLUME = reasonCode('cut-volume');
const CUT_RISK = reasonCode('cut-risk');
const NO_CASH = reasonCode('no-cash');
const NO_POSITION = reasonCode('no-position');
const RISK = reasonCode('risk');
const DELISTED = reasonCode('delisted');
const NOT_TRADABLE = reasonCode('not-tradable');

const NONE = 0;
const TARGET = 1;
const BUY = 2;
const SELL = 3;
type Basis = 'cash' | 'equity' | 'position' | 'sellable';
const BASES: readonly Basis[] = ['cash', 'equity', 'position', 'sellable'];
const CASH = 0;
const EQUITY = 1;
const POSITION = 2;
const SELLABLE = 3;

export class EnvOrders {
  /** What {@link size} found: 1 a buy, -1 a sale, 0 nothing to send. */
  side = 0;
  quantity = 0;
  sellAll = false;
  /** Bits (1 << reason code) of what was refused or cut since `begin`. */
  rejected = 0;
  /** Units of the last fill, negative for a sale, and its notional. */
  filled = 0;
  turnover = 0;

  readonly #market: EnvMarket;
  readonly #rules: EnvRules;
  readonly #accounts: AccountColumns;
  readonly #risk: RiskSettings | null;
  readonly #kinds: Uint8Array;
  readonly #bases: Uint8Array;
  readonly #fractions: Float64Array;

  constructor(market: EnvMarket, accounts: AccountColumns, actions: ActionTable, risk: RiskSettings | null) {
    this.#market = market;
    this.#rules = market.rules;
    this.#accounts = accounts;
    this.#risk = risk;
    const sizes = actions.rows.map((row) => row.size);
    this.#kinds = Uint8Array.from(sizes, (size) =>
      size.kind === 'none' ? NONE : size.kind === 'targetWeight' ? TARGET : size.side === 'buy' ? BUY : SELL,
    );
    this.#bases = Uint8Array.from(sizes, (size) => (size.kind === 'delta' ? BASES.indexOf(size.basis) : 0));
    this.#fractions = Float64Array.from(sizes, (size) => (size.kind === 'none' ? 0 : size.kind === 'delta' ? size.fraction : size.weight));
  }

  begin(): void {
    this.rejected = 0;
    this.filled = 0;
    this.turnover = 0;
    this.side = 0;
  }

  #reject(code: number): void {
    this.rejected |= 1 << code;
  }

  /** The order of an action decided at the close of bar `t`, as it will wait for its open. */
  size(i: number, t: number, action: number): void {
    this.side = 0;
    const kind = this.#kinds[action]!;
    if (kind === NONE) return;
    const market = this.#market;
    const at = market.fillRules[t]!;
    const price = market.close[t]!;
    const fraction = this.#fractions[action]!;
    const basis = this.#bases[action]!;
    const accounts = this.#accounts;
    const cash = accounts.cash[i]!;
    const held = accounts.quantity[i]!;
    if (kind === BUY) {
      if (basis === CASH) {
        const budget = Math.floor(cash * fraction);
        this.#buy(i, t, at, price, budget, Number.POSITIVE_INFINITY);
      } else if (basis === EQUITY) {
        const value = Math.floor(accounts.equity(i) * fraction);
        this.#buy(i, t, at, price, cash, this.#rules.unitsWorth(at, value, price));
      } else if (held === 0) this.#reject(NO_POSITION);
      else this.#buy(i, t, at, price, cash, Math.floor((basis === POSITION ? held : this.#sellable(i, t, at)) * fraction));
      return;
    }
    if (kind === SELL) {
      const all = fraction === 1 && basis >= POSITION;
      if (basis === SELLABLE) this.#sell(i, t, at, Math.floor(this.#sellable(i, t, at) * fraction), all);
      else if (basis === POSITION) this.#sell(i, t, at, Math.floor(held * fraction), all);
      else {
        const value = Math.floor((basis === CASH ? cash : accounts.equity(i)) * fraction);
        this.#sell(i, t, at, this.#rules.unitsWorth(at, value, price), false);
      }
      return;
    }
    if (fraction === 0) {
      if (held > 0) this.#sell(i, t, at, held, true);
      return;
    }
    const wanted = Math.floor(fraction * accounts.equity(i));
    const owned = this.#rules.notional(at, held, price);
    const change = this.#rules.unitsWorth(at, Math.abs(wanted - owned), price);
    const { rows } = this.#rules;
    const minimum = rows[at + BUY_MINIMUM]!;
    if (wanted < owned) {
      if (change >= Math.max(minimum, rows[at + SELL_STEP]!)) this.#sell(i, t, at, change, false);
    } else if (held === 0 || change >= Math.max(minimum, rows[at + BUY_STEP]!)) this.#buy(i, t, at, price, cash, change);
  }

  #sellable(i: number, t: number, at: number): number {
    const { fillDay, fillSession } = this.#market;
    return this.#accounts.sellable(i, fillDay[t]!, fillSession[t]!, this.#rules.rows[at + SETTLEMENT]!);
  }

  #buy(i: number, t: number, at: number, price: number, budget: number, wanted: number): void {
    const rules = this.#rules;
    if (rules.rows[at + TRADABLE] === 0) {
      this.#reject(NOT_TRADABLE);
      return;
    }
    const affordable = rules.affordable(at, budget, price);
    let quantity = wanted >= affordable ? affordable : rules.buyLots(at, wanted);
    if (quantity === 0) {
      const poor = affordable === 0 && rules.affordable(at, this.#accounts.cash[i]!, price) === 0;
      this.#reject(poor ? NO_CASH : BELOW_LOT);
      return;
    }
    if (this.#risk !== null) {
      quantity = this.#capped(i, at, price, quantity, this.#risk);
      if (quantity === 0) return;
    }
    if (this.#market.delisted[t] === 1) {
      this.#reject(DELISTED);
      return;
    }
    this.side = 1;
    this.quantity = quantity;
    this.sellAll = false;
  }

  /** One instrument an account: its sector and the gross are the position. */
  #capped(i: number, at: number, price: number, quantity: number, risk: RiskSettings): number {
    const equity = this.#accounts.equity(i);
    const cap = Math.min(Math.floor(risk.positionCap * equity), Math.floor(risk.sectorCap * equity), Math.floor(risk.grossCap * equity));
    const room = this.#rules.unitsWorth(at, cap - this.#accounts.value[i]!, price);
    const allowed = Math.min(quantity, this.#rules.buyLots(at, room));
    if (allowed < quantity) this.#reject(allowed === 0 ? RISK : CUT_RISK);
    return allowed;
  }

  #sell(i: number, t: number, at: number, wanted: number, all: boolean): void {
    const rules = this.#rules;
    if (rules.rows[at + TRADABLE] === 0) {
      this.#reject(NOT_TRADABLE);
      return;
    }
    if (this.#accounts.quantity[i] === 0) {
      this.#reject(NO_POSITION);
      return;
    }
    const sellable = this.#sellable(i, t, at);
    if (sellable === 0) {
      this.#reject(NOT_SELLABLE);
      return;
    }
    if (!all && rules.sellLots(at, wanted, sellable) === 0) {
      this.#reject(BELOW_LOT);
      return;
    }
    if (this.#market.delisted[t] === 1) {
      this.#reject(DELISTED);
      return;
    }
    const asked = all ? Math.max(wanted, sellable) : wanted >= sellable ? wanted : rules.sellLots(at, wanted, sellable);
    const quantity = rules.sellLots(at, asked, sellable);
    if (asked > sellable) this.#reject(CUT_SELLABLE);
    this.side = -1;
    this.quantity = quantity;
    this.sellAll = all;
  }

  /** Whether the action would be refused now, by what is known at the decision. Leaves no trace. */
  allows(i: number, t: number, action: number): boolean {
    const { rejected } = this;
    this.rejected = 0;
    this.size(i, t, action);
    const sent = this.side !== 0 || this.rejected === 0;
    this.rejected = rejected;
    this.side = 0;
    return sent;
  }

  /** Nothing traded in the session that the waiting order was for. */
  expire(t: number): void {
    if (this.side !== 0) this.#reject(this.#market.missing[t]!);
    this.side = 0;
  }

  /** The waiting order at the open of bar `u`, under the rules it was decided by (those of this session). */
  fill(i: number, t: number, u: number): void {
    const { side } = this;
    if (side === 0) return;
    this.side = 0;
    if (side > 0) this.#fillBuy(i, u, this.#market.fillRules[t]!);
    else this.#fillSell(i, u, this.#market.fillRules[t]!);
  }

  #fillBuy(i: number, u: number, at: number): void {
    const market = this.#market;
    const rules = this.#rules;
    const closed = market.buyClosed[u]!;
    if (closed !== 0) {
      this.#reject(closed);
      return;
    }
    const price = market.buyTicks[u]!;
    const wanted = this.quantity;
    let quantity = rules.buyLots(at, wanted);
    if (quantity < wanted) this.#reject(quantity === 0 ? BELOW_LOT : CUT_LOT);
    const cap = market.cap[u]!;
    if (cap < quantity) {
      quantity = rules.buyLots(at, cap);
      this.#reject(CUT_VOLUME);
    }
    if (quantity === 0) return;
    const cash = this.#accounts.cash[i]!;
    let notional = rules.notional(at, quantity, price);
    let cost = notional + rules.buyFees(at, quantity, notional);
    if (cost > cash) {
      quantity = rules.affordable(at, cash, price);
      this.#reject(quantity === 0 ? NO_CASH : CUT_CASH);
      if (quantity === 0) return;
      notional = rules.notional(at, quantity, price);
      cost = notional + rules.buyFees(at, quantity, notional);
    }
    this.#accounts.buy(i, quantity, cost, market.day[u]!, market.session[u]!);
    this.filled = quantity;
    this.turnover = notional;
  }

  #fillSell(i: number, u: number, at: number): void {
    const market = this.#market;
    const rules = this.#rules;
    const accounts = this.#accounts;
    if (accounts.quantity[i] === 0) {
      this.#reject(NO_POSITION);
      return;
    }
    const closed = market.sellClosed[u]!;
    if (closed !== 0) {
      this.#reject(closed);
      return;
    }
    const day = market.day[u]!;
    const session = market.session[u]!;
    const settlement = rules.rows[at + SETTLEMENT]!;
    const sellable = accounts.sellable(i, day, session, settlement);
    if (sellable === 0) {
      this.#reject(NOT_SELLABLE);
      return;
    }
    const wanted = this.quantity;
    let quantity = this.sellAll ? sellable : Math.min(wanted, sellable);
    const short = wanted > quantity;
    if (short) this.#reject(CUT_SELLABLE);
    const lots = rules.sellLots(at, quantity, sellable);
    if (lots < quantity) this.#reject(lots === 0 && !short ? BELOW_LOT : CUT_LOT);
    quantity = lots;
    const cap = market.cap[u]!;
    if (cap < quantity) {
      quantity = rules.sellLots(at, cap, sellable);
      this.#reject(CUT_VOLUME);
    }
    if (quantity === 0) return;
    const notional = rules.notional(at, quantity, market.sellTicks[u]!);
    const { instrument } = market.instruments[this.instrument]!;
    const tax = accounts.taxOfSale(i, instrument, quantity, day, session, settlement);
    const proceeds = notional - rules.sellFees(at, quantity, notional) - tax;
    const cash = accounts.cash[i]!;
    if (cash + proceeds < Math.min(0, cash)) {
      this.#reject(NO_CASH);
      return;
    }
    accounts.sell(i, instrument, quantity, proceeds, day, session, settlement);
    this.filled = -quantity;
    this.turnover = notional;
  }

  /** Place of the instrument of the account at hand, for what asks for more than numbers. */
  instrument = 0;
}
