/**
 * The market as a batch of environments. A decision at the close of a bar fills at the open of the next under that session's rules: lots,
 * T+1, limits, suspensions, fees with minimums, volume caps, corporate actions, all as the simulated broker does them, to the unit.
 */
import { type ActionTable, InputError, mulDiv, type RandomState, randomBelow, randomInit } from '../core/index.js';
import { type RiskSettings, seedFive, shareRatio } from '../market/index.js';
import { AccountColumns } from './account-columns.js';
import { AccountReading } from './account-reading.js';
import type { VectorEnv } from './contract.js';
import type { EnvMarket } from './env-market.js';
import { EnvOrders } from './env-orders.js';
import { clipped } from './observation.js';
import { type Reward, rewardOf } from './reward.js';

export interface MarketEnvOptions {
  readonly market: EnvMarket;
  /** Environments in the batch. */
  readonly count: number;
  readonly initialCashMinor: number;
  readonly actions?: ActionTable;
  /** Decisions in an episode, or until the bars end. Either way it is a truncation: the market goes on. */
  readonly episode?: number | 'to-end';
  /** random: an instrument and a start for each episode; first: environment i goes through instrument i, i + count, ... from its first bar. */
  readonly start?: 'random' | 'first';
  readonly reward?: string;
  /** null: no caps. */
  readonly risk?: RiskSettings | null;
  /** Mask actions that would be refused at the decision. HOLD and the like stay. */
  readonly masking?: boolean;
}

interface Saved {
  readonly random: RandomState;
  readonly columns: readonly number[][];
  readonly accounts: readonly unknown[];
  readonly reward: unknown;
}

export class MarketEnv implements VectorEnv {
  readonly count: number;
  readonly observationSize: number;
  readonly actionCount: number;
  readonly observations: Float32Array;
  readonly rewards: Float32Array;
  readonly dones: Uint8Array;
  readonly finalObservations: Float32Array;
  readonly masks?: Uint8Array;
  /** What became of the last step, by environment: bits of rejection reasons (`reasonsIn`), units filled (negative: sold), notional, equity after it. */
  readonly rejected: Int32Array;
  readonly filled: Float64Array;
  readonly turnoverMinor: Float64Array;
  readonly equityMinor: Float64Array;
  readonly market: EnvMarket;
  readonly accounts: AccountColumns;
  /** Bar at which each environment decides next, and the place of its instrument. */
  readonly bar: Int32Array;
  readonly instrument: Int32Array;

  readonly #orders: EnvOrders;
  readonly #reward: Reward;
  readonly #cash: number;
  readonly #episode: number;
  readonly #randomStart: boolean;
  readonly #steps: Int32Array;
  readonly #last: Int32Array;
  readonly #held: Float64Array;
  readonly #sinceChange: Int32Array;
  readonly #reading = new AccountReading();
  readonly #accountValues: Float64Array;
  #random: RandomState = randomInit(0, 'market-env');

  constructor(options: MarketEnvOptions) {
    const {
      market,
      count,
      initialCashMinor,
      actions = seedFive,
      episode = 'to-end',
      start = 'random',
      risk = null,
      masking = false,
    } = options;
    if (!(Number.isInteger(count) && count > 0))
      throw new InputError(`MarketEnv: expected a count of 1 or more, got ${count}. Give a whole number.`);
    if (!(Number.isSafeInteger(initialCashMinor) && initialCashMinor > 0)) {
      throw new InputError(`MarketEnv: expected cash in whole minor units, got ${initialCashMinor}. Give a positive integer.`);
    }
    if (episode !== 'to-end' && !(Number.isInteger(episode) && episode > 0)) {
      throw new InputError(`MarketEnv: expected an episode of 1 decision or more, or to-end, got ${episode}. Give a whole number.`);
    }
    const size = market.choice.features.length;
    this.market = market;
    this.count = count;
    this.observationSize = size;
    this.actionCount = actions.rows.length;
    this.observations = new Float32Array(count * size);
    this.rewards = new Float32Array(count);
    this.dones = new Uint8Array(count);
    this.finalObservations = new Float32Array(count * size);
    if (masking) this.masks = new Uint8Array(count * this.actionCount);
    this.rejected = new Int32Array(count);
    this.filled = new Float64Array(count);
    this.turnoverMinor = new Float64Array(count);
    this.equityMinor = new Float64Array(count);
    this.bar = new Int32Array(count);
    this.instrument = new Int32Array(count);
    this.accounts = new AccountColumns(count);
    this.#orders = new EnvOrders(market, this.accounts, actions, risk);
    this.#reward = rewardOf(options.reward ?? 'log-return', count);
    this.#cash = initialCashMinor;
    this.#episode = episode === 'to-end' ? Number.POSITIVE_INFINITY : episode;
    this.#randomStart = start === 'random';
    this.#steps = new Int32Array(count);
    this.#last = new Int32Array(count);
    this.#held = new Float64Array(count);
    this.#sinceChange = new Int32Array(count);
    this.#accountValues = new Float64Array(market.choice.schema.account.features.length);
    this.reset(0);
  }

  reset(seed: number): void {
    this.#random = randomInit(seed, 'market-env');
    this.rewards.fill(0);
    this.dones.fill(0);
    this.rejected.fill(0);
    this.filled.fill(0);
    this.turnoverMinor.fill(0);
    this.equityMinor.fill(this.#cash);
    for (let i = 0; i < this.count; i++) {
      // So that `first` begins with instrument i.
      this.instrument[i] = i - this.count;
      this.#begin(i);
      this.#observe(i, this.observations);
    }
  }

  step(actions: Int32Array): void {
    const { count, market, accounts, bar, equityMinor, rewards, dones, rejected, filled, turnoverMinor } = this;
    const orders = this.#orders;
    const reward = this.#reward;
    for (let i = 0; i < count; i++) {
      const t = bar[i]!;
      const u = t + 1;
      orders.begin();
      orders.instrument = this.instrument[i]!;
      orders.size(i, t, actions[i]!);
      const ordered = orders.side === 0 ? 0 : 1;
      const before = accounts.equity(i);
      if (market.actionsFrom[u] !== market.actionsFrom[u + 1] || accounts.awaits[i] === 1) this.#stepSlowly(i, t, u);
      else if (ordered === 1) {
        if (market.session[u] === market.fillSession[t]) orders.fill(i, t, u);
        else orders.expire(t);
      }
      const quantity = accounts.quantity[i]!;
      accounts.value[i] = quantity === 0 ? 0 : market.rules.notional(market.fillRules[t]!, quantity, market.close[u]!);
      const after = accounts.equity(i);
      equityMinor[i] = after;
      rejected[i] = orders.rejected;
      filled[i] = orders.filled;
      turnoverMinor[i] = orders.turnover;
      rewards[i] = reward.step(i, before, after, quantity > 0 ? 1 : 0, ordered);
      bar[i] = u;
      if (quantity === this.#held[i]) this.#sinceChange[i]!++;
      else {
        this.#held[i] = quantity;
        this.#sinceChange[i] = 0;
      }
      const steps = ++this.#steps[i]!;
      if (steps >= this.#episode || u >= this.#last[i]!) {
        dones[i] = 2;
        this.#observe(i, this.finalObservations);
        this.#begin(i);
      } else dones[i] = 0;
      this.#observe(i, this.observations);
    }
  }

  /** Session by session from bar `t` to bar `u`: corporate actions, the order at the first open, payments at the closes. */
  #stepSlowly(i: number, t: number, u: number): void {
    const { market, accounts } = this;
    const orders = this.#orders;
    const { instrument } = market.instruments[this.instrument[i]!]!;
    const { sessions } = market.calendar;
    let next = market.actionsFrom[u]!;
    const end = market.actionsFrom[u + 1]!;
    for (let session = market.fillSession[t]!; session <= market.session[u]!; session++) {
      const day = sessions[session]!;
      for (; next < end && market.actions[next]!.action.exDay <= day; next++) {
        const found = market.actions[next]!;
        if (accounts.quantity[i]! > 0) accounts.act(i, instrument, found, session);
        if (orders.side === 0) continue;
        const { numerator, denominator } = shareRatio(found.action);
        if (numerator !== denominator) orders.quantity = mulDiv(orders.quantity, numerator, denominator);
      }
      if (session === market.fillSession[t]) {
        if (session === market.session[u]) orders.fill(i, t, u);
        else orders.expire(t);
      }
      if (accounts.awaits[i] === 1 && (session < market.session[u]! || market.endsDay[u] === 1)) accounts.pay(i, instrument, day, session);
    }
  }

  /** A new episode: an account of cash at a start. */
  #begin(i: number): void {
    const { instruments } = this.market;
    let place = (this.instrument[i]! + this.count) % instruments.length;
    let start = 0;
    if (this.#randomStart) {
      place = randomBelow(this.#random, instruments.length);
      const { first, last } = instruments[place]!;
      // Where the bars are fewer than an episode, it begins at the first and ends with them.
      const room = this.#episode === Number.POSITIVE_INFINITY ? last - first : Math.max(1, last - first - this.#episode + 1);
      start = first + randomBelow(this.#random, room);
    } else start = instruments[place]!.first;
    this.instrument[i] = place;
    this.bar[i] = start;
    this.#last[i] = instruments[place]!.last;
    this.#steps[i] = 0;
    this.#held[i] = 0;
    this.#sinceChange[i] = 0;
    this.accounts.open(i, this.#cash);
    this.#reward.reset(i);
  }

  #observe(i: number, out: Float32Array): void {
    const { market, accounts, observationSize } = this;
    const { width, features, choice } = market;
    const { schema } = choice;
    const t = this.bar[i]!;
    let at = i * observationSize;
    for (let from = t * width, k = 0; k < width; k++) out[at++] = features[from++]!;
    const reading = this.#reading;
    const value = accounts.value[i]!;
    const quantity = accounts.quantity[i]!;
    reading.cashMinor = accounts.cash[i]!;
    reading.equityMinor = accounts.equity(i);
    reading.marketValueMinor = value;
    reading.unrealisedPnlMinor = value - accounts.cost[i]!;
    reading.quantity = quantity;
    reading.sellable =
      quantity === 0 ? 0 : accounts.sellable(i, market.fillDay[t]!, market.fillSession[t]!, market.rules.rows[market.fillRules[t]!]!);
    reading.decisionsSinceChange = this.#sinceChange[i]!;
    const values = this.#accountValues;
    schema.account.write(reading, values);
    const { account } = choice;
    if (schema.rawClip === null) for (let k = 0; k < account.length; k++) out[at++] = values[account[k]!]!;
    else for (let k = 0; k < account.length; k++) out[at++] = clipped(values[account[k]!]!, schema.rawClip);
    const { masks } = this;
    if (masks === undefined || out !== this.observations) return;
    this.#orders.instrument = this.instrument[i]!;
    for (let a = 0; a < this.actionCount; a++) masks[i * this.actionCount + a] = this.#orders.allows(i, t, a) ? 1 : 0;
  }

  #columns(): (Float32Array | Float64Array | Int32Array | Uint8Array)[] {
    return [
      this.bar,
      this.instrument,
      this.#steps,
      this.#last,
      this.#held,
      this.#sinceChange,
      this.rewards,
      this.dones,
      this.rejected,
      this.filled,
      this.turnoverMinor,
      this.equityMinor,
      this.finalObservations,
    ];
  }

  snapshot(): Saved {
    return {
      random: { ...this.#random },
      columns: this.#columns().map((column) => Array.from(column)),
      accounts: Array.from({ length: this.count }, (_, i) => this.accounts.snapshot(i)),
      reward: this.#reward.snapshot(),
    };
  }

  /** Of the same market, options and count. */
  restore(snapshot: unknown): void {
    const saved = snapshot as Saved;
    this.#random = { ...saved.random };
    this.#columns().forEach((column, k) => {
      column.set(saved.columns[k]!);
    });
    saved.accounts.forEach((account, i) => {
      this.accounts.restore(i, account as Parameters<AccountColumns['restore']>[1]);
    });
    this.#reward.restore(saved.reward);
    for (let i = 0; i < this.count; i++) this.#observe(i, this.observations);
  }
}
