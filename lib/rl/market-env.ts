/**
 * The market as a batch of environments. A decision at the close of a bar fills at the open of the next under that session's rules: lots,
 * T+1, limits, suspensions, fees with minimums, volume caps, corporate actions, all as the simulated broker does them, to the unit.
 */
import { type ActionTable, InputError, type RandomState, randomBelow, randomInit } from '../core/index.js';
import { type RiskSettings, seedFive, shareRatio } from '../market/index.js';
import { type AccountColumns, accountColumns, type SavedAccount } from './account-columns.js';
import { AccountReading } from './account-reading.js';
import type { VectorEnv } from './contract.js';
import { envMemory, kernelKind } from './env-kernel.js';
import type { EnvMarket } from './env-market.js';
import { FILLED, REJECTED, SIDE, TURNOVER } from './env-order.js';
import { envOrders } from './env-orders.js';
import { SETTLEMENT } from './env-rules.js';
import { clipped } from './observation.js';
import { rewardOf } from './reward.js';

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
  /** Mask actions that would be refused at the decision. HOLD and the like stay; where all would be refused, all do. */
  readonly masking?: boolean;
}

interface Saved {
  readonly random: RandomState;
  readonly columns: readonly number[][];
  readonly accounts: readonly SavedAccount[];
  readonly reward: unknown;
}

export interface MarketEnv extends VectorEnv {
  readonly market: EnvMarket;
  readonly accounts: AccountColumns;
  /** What became of the last step: bits of rejection reasons (`reasonsIn`), units filled (negative: sold), notional, equity after it. */
  readonly rejected: Int32Array;
  readonly filled: Float64Array;
  readonly turnoverMinor: Float64Array;
  readonly equityMinor: Float64Array;
  /** Bar at which each environment decides next, and the place of its instrument. */
  readonly bar: Int32Array;
  readonly instrument: Int32Array;
}

/** A batch at its start, reset with seed 0. Throws InputError on a count, cash or episode that can't be meant. */
export function marketEnv(options: MarketEnvOptions): MarketEnv {
  const {
    market,
    count,
    initialCashMinor,
    actions: table = seedFive,
    episode = 'to-end',
    start = 'random',
    risk = null,
    masking = false,
  } = options;
  check(count, initialCashMinor, episode);
  const { choice, width, features, instruments, rules, close, session, fillSession, fillDay, fillRules, actionsFrom, endsDay } = market;
  const { schema } = choice;
  const observationSize = choice.features.length;
  const actionCount = table.rows.length;
  const memory = envMemory(market, count, observationSize, actionCount);
  const { observations, bar, rejected, filled, turnover: turnoverMinor, equity: equityMinor, before: equityBefore, ordered: sent } = memory;
  const rewards = new Float32Array(count);
  const dones = new Uint8Array(count);
  const finalObservations = new Float32Array(count * observationSize);
  const masks = masking ? new Uint8Array(count * actionCount) : undefined;
  const instrument = new Int32Array(count);
  const steps = new Int32Array(count);
  const last = new Int32Array(count);
  /** Quantity at the decision before, and decisions since it changed. */
  const heldBefore = new Float64Array(count);
  const sinceChange = new Int32Array(count);
  const accounts = accountColumns(count, memory);
  const { cash, quantity, value, cost, awaits } = accounts;
  const orders = envOrders(market, accounts, instrument, table, risk);
  const { order } = orders;
  table.rows.forEach(({ size }, action) => {
    memory.kinds[action] = kernelKind(size, risk);
    memory.fractions[action] = size.kind === 'delta' ? size.fraction : 0;
  });
  const reward = rewardOf(options.reward ?? 'log-return', count);
  const length = episode === 'to-end' ? Number.POSITIVE_INFINITY : episode;
  const reading = new AccountReading();
  const accountValues = new Float64Array(schema.account.features.length);
  const picked = Int32Array.from(choice.account);
  const clip = schema.rawClip ?? Number.POSITIVE_INFINITY;
  let random: RandomState = randomInit(0, 'market-env');

  function reset(seed: number): void {
    random = randomInit(seed, 'market-env');
    for (const column of [rewards, dones, rejected, filled, turnoverMinor]) column.fill(0);
    equityMinor.fill(initialCashMinor);
    for (let i = 0; i < count; i++) {
      // So that `first` begins with instrument i.
      instrument[i] = i - count;
      begin(i);
      observe(i, observations);
    }
  }

  function step(actions: Int32Array): void {
    memory.actions.set(actions);
    for (let i = 0; i < count; i++) {
      if (accounts.inKernel()) i = memory.step(i);
      if (i < count) stepOne(i, actions[i]!);
    }
    memory.rows();
    for (let i = 0; i < count; i++) {
      const held = quantity[i]!;
      rewards[i] = reward.step(i, equityBefore[i]!, equityMinor[i]!, held > 0 ? 1 : 0, sent[i]!);
      if (held === heldBefore[i]) sinceChange[i]!++;
      else {
        heldBefore[i] = held;
        sinceChange[i] = 0;
      }
      steps[i]!++;
      if (steps[i]! < length && bar[i]! < last[i]!) {
        dones[i] = 0;
        const free = memory.sellable[i]!;
        observeAccount(i, observations, free < 0 ? freeUnits(i, bar[i]!) : free);
        continue;
      }
      dones[i] = 2;
      observe(i, finalObservations);
      begin(i);
      observe(i, observations);
    }
  }

  /** One environment's step in full: what the kernel leaves. */
  function stepOne(i: number, action: number): void {
    const t = bar[i]!;
    const u = t + 1;
    orders.begin();
    orders.size(i, t, action);
    sent[i] = order[SIDE] === 0 ? 0 : 1;
    equityBefore[i] = accounts.equity(i);
    if (actionsFrom[u] !== actionsFrom[u + 1] || awaits[i] === 1) stepSlowly(i, t, u);
    else if (sent[i] === 1) {
      if (session[u] === fillSession[t]) orders.fill(i, t, u);
      else orders.expire(t);
    }
    const held = quantity[i]!;
    value[i] = held === 0 ? 0 : rules.notional(fillRules[t]!, held, close[u]!);
    equityMinor[i] = accounts.equity(i);
    rejected[i] = order[REJECTED]!;
    filled[i] = order[FILLED]!;
    turnoverMinor[i] = order[TURNOVER]!;
    bar[i] = u;
  }

  /** Session by session from bar `t` to bar `u`: corporate actions, the order at the first open, payments at the closes. */
  function stepSlowly(i: number, t: number, u: number): void {
    const one = instruments[instrument[i]!]!.instrument;
    const { sessions } = market.calendar;
    let next = actionsFrom[u]!;
    for (let number = fillSession[t]!; number <= session[u]!; number++) {
      const today = sessions[number]!;
      for (; next < actionsFrom[u + 1]! && market.actions[next]!.action.exDay <= today; next++) {
        const found = market.actions[next]!;
        if (quantity[i]! > 0) accounts.act(i, one, found, number);
        const { numerator, denominator } = shareRatio(found.action);
        orders.scale(numerator, denominator);
      }
      if (number === fillSession[t]) {
        if (number === session[u]) orders.fill(i, t, u);
        else orders.expire(t);
      }
      if (awaits[i] === 1 && (number < session[u]! || endsDay[u] === 1)) accounts.pay(i, one, today, number);
    }
  }

  /** A new episode: an account of cash at a start. */
  function begin(i: number): void {
    let place = (instrument[i]! + count) % instruments.length;
    if (start === 'random') place = randomBelow(random, instruments.length);
    const { first, last: end } = instruments[place]!;
    // Where the bars are fewer than an episode, it begins at the first and ends with them.
    const room = length === Number.POSITIVE_INFINITY ? end - first : Math.max(1, end - first - length + 1);
    instrument[i] = place;
    bar[i] = start === 'random' ? first + randomBelow(random, room) : first;
    last[i] = end;
    steps[i] = 0;
    heldBefore[i] = 0;
    sinceChange[i] = 0;
    accounts.open(i, initialCashMinor);
    reward.reset(i);
  }

  /** One environment's observation in full. */
  function observe(i: number, out: Float32Array): void {
    const t = bar[i]!;
    const from = t * width;
    const to = i * observationSize;
    for (let k = 0; k < width; k++) out[to + k] = features[from + k]!;
    observeAccount(i, out, freeUnits(i, t));
  }

  const freeUnits = (i: number, t: number): number =>
    quantity[i] === 0 ? 0 : accounts.sellable(i, fillDay[t]!, fillSession[t]!, rules.rows[fillRules[t]! + SETTLEMENT]!);

  function observeAccount(i: number, out: Float32Array, sellable: number): void {
    const worth = value[i]!;
    reading.cashMinor = cash[i]!;
    reading.equityMinor = accounts.equity(i);
    reading.marketValueMinor = worth;
    reading.unrealisedPnlMinor = worth - cost[i]!;
    reading.quantity = quantity[i]!;
    reading.sellable = sellable;
    reading.decisionsSinceChange = sinceChange[i]!;
    schema.account.write(reading, accountValues);
    const at = i * observationSize + width;
    for (let k = 0; k < picked.length; k++) out[at + k] = clipped(accountValues[picked[k]!]!, clip);
    if (masks === undefined || out !== observations) return;
    let allowed = 0;
    for (let a = 0; a < actionCount; a++) allowed += masks[i * actionCount + a] = orders.allows(i, bar[i]!, a) ? 1 : 0;
    if (allowed === 0) masks.fill(1, i * actionCount, (i + 1) * actionCount);
  }

  const columns: (Float32Array | Float64Array | Int32Array | Uint8Array)[] = [
    bar,
    instrument,
    steps,
    last,
    heldBefore,
    sinceChange,
    rewards,
    dones,
    rejected,
    filled,
    turnoverMinor,
    equityMinor,
    finalObservations,
  ];

  const env: MarketEnv = {
    market,
    accounts,
    count,
    observationSize,
    actionCount,
    observations,
    rewards,
    dones,
    finalObservations,
    ...(masks === undefined ? {} : { masks }),
    rejected,
    filled,
    turnoverMinor,
    equityMinor,
    bar,
    instrument,
    reset,
    step,
    snapshot: (): Saved => ({
      random: { ...random },
      columns: columns.map((column) => Array.from(column)),
      accounts: Array.from({ length: count }, (_, i) => accounts.snapshot(i)),
      reward: reward.snapshot(),
    }),
    /** Of the same market, options and count. */
    restore(snapshot) {
      const saved = snapshot as Saved;
      random = { ...saved.random };
      columns.forEach((column, k) => {
        column.set(saved.columns[k]!);
      });
      saved.accounts.forEach((account, i) => {
        accounts.restore(i, account);
      });
      reward.restore(saved.reward);
      for (let i = 0; i < count; i++) observe(i, observations);
    },
  };
  reset(0);
  return env;
}

function check(count: number, initialCashMinor: number, episode: number | 'to-end'): void {
  if (!(Number.isInteger(count) && count > 0))
    throw new InputError(`marketEnv: expected a count of 1 or more, got ${count}. Give a whole number.`);
  if (!(Number.isSafeInteger(initialCashMinor) && initialCashMinor > 0)) {
    throw new InputError(`marketEnv: expected cash in whole minor units, got ${initialCashMinor}. Give a positive integer.`);
  }
  if (episode !== 'to-end' && !(Number.isInteger(episode) && episode > 0)) {
    throw new InputError(`marketEnv: expected an episode of 1 decision or more, or to-end, got ${episode}. Give a whole number.`);
  }
}
