/**
 * The one loop that turns time into decisions. A session: roll and corporate actions, fills at the open, marks at the close, the bars
 * become known, decisions against a view of that instant, orders for the next open. It knows no file and no clock.
 */
import type {
  BarSeries,
  CorporateAction,
  EpochDay,
  Fill,
  Instant,
  Instrument,
  Intent,
  NewsItem,
  PortfolioState,
  Recall,
  RecallQuery,
  Rejection,
  Step,
  Strategy,
  Symbol,
} from '../core/index.js';
import type { Broker, BrokerBar, Calendar, Rulebook } from '../market/index.js';
import type { ExecutionContext, Manager, SignedIntent } from '../strategies/index.js';
import type { GrowingBars } from './growing-bars.js';
import { AsOfView, type Reads, type ViewWorld } from './view.js';

/** Takes down what happens. Every method is optional work: with no recorder the loop only trades. */
export interface Recorder {
  /** A bar became known. Called for every symbol that traded, warm-up included. */
  bar(symbol: number, bar: BrokerBar, factor: number): void;
  /** Decisions of a session begin. */
  session(index: number, day: EpochDay, decidedAt: Instant): void;
  decision(
    symbol: number,
    strategy: number,
    intent: Intent | null,
    state: 'decided' | 'no-intent' | 'suspended' | 'abstained',
    reads: Reads | null,
    portfolio: PortfolioState,
  ): void;
}

export interface LoopInput {
  readonly calendar: Calendar;
  /** Sessions in which decisions are taken. */
  readonly sessions: Int32Array;
  readonly symbols: readonly Symbol[];
  /** Same order as `symbols`; an index is one more series that is watched but not traded. */
  readonly series: readonly BarSeries[];
  readonly bars: readonly GrowingBars[];
  readonly index: { readonly series: BarSeries; readonly bars: GrowingBars } | null;
  readonly news: readonly NewsItem[];
  readonly recall: (query: RecallQuery, asOf: Instant) => Promise<Recall>;
  readonly decisionPoint: 'close' | 'preopen';
  readonly strategies: readonly Strategy[];
  readonly broker: Broker;
  readonly manager: Manager;
  readonly rulebook: Rulebook;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly actions: ReadonlyMap<Symbol, readonly CorporateAction[]>;
  readonly sizing: 'at-decision' | 'at-fill';
  readonly recorder: Recorder | null;
  /** Called at the end of each session, in order; true ends the loop. */
  readonly barrier: (index: number, day: EpochDay, fills: readonly Fill[], rejections: readonly Rejection[]) => boolean;
}

/** What a resumed loop starts from. */
export interface LoopState {
  /** Per strategy: one state (universe scope) or one per symbol. */
  readonly strategies: unknown[][];
}

export interface Loop {
  readonly state: LoopState;
  /** Replays bars up to and including a day without decisions: warm-up, or what an earlier process had done. */
  warmUp(throughDay: EpochDay): void;
  /** Runs sessions [from, sessions.length). Resolves to the number of sessions done. */
  run(from: number): Promise<number>;
}

/** Sessions between two turns of the event loop, less one. */
const YIELD_MASK = 255;

export function createLoop(input: LoopInput, resumed?: LoopState): Loop {
  const { calendar, sessions, symbols, series, bars, index, strategies, broker, manager, rulebook, instruments, recorder, barrier } = input;
  const count = symbols.length;
  const pointer = new Int32Array(count);
  const traded = new Uint8Array(count);
  const today: BrokerBar[] = [];
  const pool: { -readonly [K in keyof BrokerBar]: BrokerBar[K] }[] = symbols.map((symbol) => ({
    symbol,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 0,
  }));
  const state: LoopState = resumed ?? {
    strategies: strategies.map((s) => (s.scope === 'symbol' ? symbols.map(() => s.init()) : [s.init()])),
  };
  const single = symbols.map((symbol) => [symbol] as const);
  /** Several strategies in one account: each sees and sizes on a book of its own. */
  const ensemble = manager.members.length > 1;
  let indexPointer = 0;
  let decidedOn: EpochDay = 0;
  let fillDay: EpochDay = 0;
  let deciding = 0;

  const world: ViewWorld = {
    bars: new Map([
      ...symbols.map((symbol, k) => [symbol, bars[k]!] as const),
      ...(index ? [[index.bars.symbol, index.bars] as const] : []),
    ]),
    news: input.news,
    recall: input.recall,
    portfolio: (asOf) =>
      ensemble ? manager.portfolioOf(manager.members[deciding]!.id, broker.portfolio(asOf, fillDay)) : broker.portfolio(asOf, fillDay),
    present: Number.NEGATIVE_INFINITY,
  };

  const none: readonly SignedIntent[] = [];
  let collected: readonly SignedIntent[] = none;

  const context: ExecutionContext = {
    get decidedOn() {
      return decidedOn;
    },
    sizing: input.sizing,
    instrument: (symbol) => instruments.get(symbol)!,
    rules: (symbol) => rulebook.rulesFor(instruments.get(symbol)!, fillDay),
    lastPriceTicks: (symbol) => {
      const known = world.bars.get(symbol)!;
      return known.length === 0 ? 0 : known.close[known.length - 1]!;
    },
  };

  /** Gathers the bars of a day for the broker. They become known only in `learn`. */
  function gather(day: EpochDay): void {
    today.length = 0;
    for (let k = 0; k < count; k++) {
      const source = series[k]!;
      const at = pointer[k]!;
      if (source.day[at] !== day) {
        traded[k] = 0;
        continue;
      }
      const bar = pool[k]!;
      bar.open = source.open[at]!;
      bar.high = source.high[at]!;
      bar.low = source.low[at]!;
      bar.close = source.close[at]!;
      bar.volume = source.volume[at]!;
      today.push(bar);
      traded[k] = 1;
    }
  }

  /** The day's bars become known. */
  function learn(day: EpochDay): void {
    for (let k = 0; k < count; k++) {
      if (traded[k] === 0) continue;
      const at = pointer[k]!++;
      bars[k]!.append(series[k]!, at);
      recorder?.bar(k, pool[k]!, series[k]!.factor[at]!);
    }
    if (index !== null && index.series.day[indexPointer] === day) index.bars.append(index.series, indexPointer++);
  }

  function warmUp(throughDay: EpochDay): void {
    for (let k = 0; k < count; k++) {
      const source = series[k]!;
      const bar = pool[k]!;
      let at = pointer[k]!;
      for (; at < source.length && source.day[at]! <= throughDay; at++) {
        bars[k]!.append(source, at);
        if (recorder === null) continue;
        bar.open = source.open[at]!;
        bar.high = source.high[at]!;
        bar.low = source.low[at]!;
        bar.close = source.close[at]!;
        bar.volume = source.volume[at]!;
        recorder.bar(k, bar, source.factor[at]!);
      }
      pointer[k] = at;
    }
    if (index === null) return;
    while (indexPointer < index.series.length && index.series.day[indexPointer]! <= throughDay)
      index.bars.append(index.series, indexPointer++);
  }

  /** One strategy decides for one symbol or for all. Only a strategy that answers with a promise is waited for. */
  function decide(k: number, slot: number, asked: readonly Symbol[], asOf: Instant): void | Promise<void> {
    deciding = k;
    const view = new AsOfView(world, asOf);
    const states = state.strategies[k]!;
    const step = strategies[k]!.decide(view, asked, states[slot]);
    if (typeof (step as Promise<unknown>).then === 'function') {
      return (step as Promise<Step<unknown>>).then((awaited) => take(k, slot, awaited, view));
    }
    take(k, slot, step as Step<unknown>, view);
  }

  function take(k: number, slot: number, step: Step<unknown>, view: AsOfView): void {
    state.strategies[k]![slot] = step.state;
    const intents = step.intents;
    if (intents.length > 0) {
      const signed = ensemble ? intents.map((intent) => ({ ...intent, strategy: manager.members[k]!.id })) : intents;
      collected = collected === none ? signed : [...collected, ...signed];
    }
    if (recorder === null) return;
    deciding = k;
    const portfolio = world.portfolio(view.asOf);
    if (strategies[k]!.scope === 'symbol') {
      const intent = intents.length > 0 ? intents[0]! : null;
      recorder.decision(slot, k, intent, stateOf(intent), view.reads, portfolio);
      return;
    }
    for (let s = 0; s < count; s++) {
      if (bars[s]!.length === 0) continue;
      const intent = intents.find((wanted) => wanted.symbol === symbols[s]) ?? null;
      const quiet = intent === null && traded[s] === 0;
      recorder.decision(s, k, intent, quiet ? 'suspended' : stateOf(intent), quiet ? null : view.reads, portfolio);
    }
  }

  const stateOf = (intent: Intent | null) => (intent === null ? 'no-intent' : intent.action === null ? 'abstained' : 'decided');

  /** Decisions of one session: of every strategy, against the same bars and the same account. */
  function decideAll(sessionIndex: number, day: EpochDay): void | Promise<void> {
    const asOf = input.decisionPoint === 'close' ? calendar.closeAt(day) : calendar.preopenAt(fillDay);
    world.present = asOf;
    recorder?.session(sessionIndex, day, asOf);
    collected = none;
    decidedOn = day;
    return decideFrom(0, 0, asOf);
  }

  /** Continues at strategy `k`, symbol `from`; leaves the synchronous path only at a promise. */
  function decideFrom(k: number, from: number, asOf: Instant): void | Promise<void> {
    for (let strategy = k, s = from; strategy < strategies.length; strategy++, s = 0) {
      if (strategies[strategy]!.scope === 'universe') {
        const waiting = decide(strategy, 0, count === 1 || allListed() ? symbols : symbols.filter((_, i) => bars[i]!.length > 0), asOf);
        if (waiting) return waiting.then(() => decideFrom(strategy + 1, 0, asOf));
        continue;
      }
      for (; s < count; s++) {
        if (bars[s]!.length === 0) continue;
        if (traded[s] === 0) {
          recorder?.decision(s, strategy, null, 'suspended', null, world.portfolio(asOf));
          continue;
        }
        const waiting = decide(strategy, s, single[s]!, asOf);
        if (waiting) {
          const next = s + 1;
          return waiting.then(() => decideFrom(strategy, next, asOf));
        }
      }
    }
  }

  let listed = false;
  const allListed = (): boolean => {
    if (!listed) listed = bars.every((known) => known.length > 0);
    return listed;
  };

  const noRejections: readonly Rejection[] = [];

  /** Sends the session's intents; returns what was refused at once. A session without any costs nothing. */
  function send(asOf: Instant): readonly Rejection[] {
    if (collected === none) return noRejections;
    const { orders, rejections } = manager.executeSignals(collected, broker.portfolio(asOf, fillDay), context);
    const refused = orders.length > 0 ? broker.submit(orders, fillDay) : noRejections;
    return refused.length === 0 ? rejections : [...rejections, ...refused];
  }

  /** Virtual books follow the account through corporate actions and fills. */
  function openBooks(day: EpochDay): void {
    const exToday: CorporateAction[] = [];
    for (const symbol of symbols) for (const action of input.actions.get(symbol) ?? []) if (action.exDay === day) exToday.push(action);
    manager.openSession(broker.portfolio(calendar.openAt(day), day), exToday);
  }

  async function run(from: number): Promise<number> {
    for (let i = from; i < sessions.length; i++) {
      const day = sessions[i]!;
      gather(day);
      broker.openSession(day);
      if (ensemble) openBooks(day);
      const opened = broker.fillAtOpen(day, today);
      const netted = ensemble ? manager.settleOpen(day, today, opened).rejections : noRejections;
      broker.closeSession(day, today);
      learn(day);
      fillDay = i + 1 < sessions.length ? sessions[i + 1]! : calendar.shift(day, 1);
      const waiting = decideAll(i, day);
      if (waiting) await waiting;
      // A turn of the event loop now and then, so that signals and timers are heard while strategies answer at once.
      if ((i & YIELD_MASK) === YIELD_MASK) await new Promise<void>((resolve) => setImmediate(resolve));
      const refused = send(world.present);
      // Copied only when there is something: a quiet session allocates nothing.
      const rejections = refused.length === 0 && netted.length === 0 ? opened.rejections : [...opened.rejections, ...netted, ...refused];
      if (barrier(i, day, opened.fills, rejections)) return i + 1;
    }
    return sessions.length;
  }

  return { state, warmUp, run };
}
