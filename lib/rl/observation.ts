/** Observations of a live decision: market features kept up to date bar by bar, the account read at the decision. */
import type { BarWindow, EpochDay, PortfolioState, Symbol } from '../core/index.js';
import { AccountReading, readAccount } from './account-reading.js';
import type { FeatureChoice } from './schema.js';
import type { DatedBar } from './schema-contract.js';

/** Plain JSON, one a symbol. */
export interface ObserverState {
  /** State of the schema's market part; null before the first bar. */
  market: unknown;
  bars: number;
  /** Day of the newest bar taken in. */
  lastDay: EpochDay;
  /** Quantity held at the last observation; -1 before the first. */
  quantity: number;
  decisionsSinceChange: number;
}

/** Buffers are its own and written over: one thread, one row at a time. */
export class Observer {
  readonly choice: FeatureChoice;
  readonly size: number;
  readonly #market: Float64Array;
  readonly #account: Float64Array;
  readonly #reading = new AccountReading();
  readonly #bar: { -readonly [K in keyof DatedBar]: DatedBar[K] } = { day: 0, open: 0, high: 0, low: 0, close: 0, volume: 0, factor: 1 };

  constructor(choice: FeatureChoice) {
    this.choice = choice;
    this.size = choice.features.length;
    this.#market = new Float64Array(choice.schema.market.features.length);
    this.#account = new Float64Array(choice.schema.account.features.length);
  }

  init(): ObserverState {
    return { market: null, bars: 0, lastDay: -1e9, quantity: -1, decisionsSinceChange: 0 };
  }

  /** Takes the bars [from, window.length) in, oldest first. */
  absorb(state: ObserverState, window: BarWindow, from = 0): void {
    if (window.length <= from) return;
    const { market } = this.choice.schema;
    state.market ??= market.init(window.units);
    const { day, open, high, low, close, volume, factor } = window;
    const bar = this.#bar;
    for (let i = from; i < window.length; i++) {
      bar.day = day[i]!;
      bar.open = open[i]!;
      bar.high = high[i]!;
      bar.low = low[i]!;
      bar.close = close[i]!;
      bar.volume = volume[i]!;
      bar.factor = factor[i]!;
      market.update(state.market, bar);
    }
    state.bars += window.length - from;
    state.lastDay = day[window.length - 1]!;
  }

  /** Whether the market part has left its warm-up. */
  ready(state: ObserverState): boolean {
    return state.bars > this.choice.schema.market.warmUp;
  }

  /** The observation of a decision into out[0 .. size). Call it once a decision: it counts them. */
  write(state: ObserverState, portfolio: PortfolioState, symbol: Symbol, out: Float32Array): void {
    const { schema, market, account } = this.choice;
    const reading = this.#reading;
    readAccount(portfolio, symbol, reading);
    state.decisionsSinceChange = reading.quantity === state.quantity ? state.decisionsSinceChange + 1 : 0;
    state.quantity = reading.quantity;
    reading.decisionsSinceChange = state.decisionsSinceChange;
    schema.market.write(state.market, this.#market);
    schema.account.write(reading, this.#account);
    const clip = schema.rawClip ?? Number.POSITIVE_INFINITY;
    let at = 0;
    for (let i = 0; i < market.length; i++) out[at++] = clipped(this.#market[market[i]!]!, clip);
    for (let i = 0; i < account.length; i++) out[at++] = clipped(this.#account[account[i]!]!, clip);
  }
}

/** NaN stays NaN: a broken feature must not look like a valid one. */
export const clipped = (value: number, clip: number): number => (value > clip ? clip : value < -clip ? -clip : value);
