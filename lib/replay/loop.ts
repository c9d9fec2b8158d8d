/**
 * The one loop that turns time into decisions. It knows no file and no clock. It walks sessions, and within a session its steps: the
 * instants at which bars of the universe end. Daily bars have one step a session.
 *
 * Session t, in this order:
 *  1. `preopen` only: the decision of session t-1, at 09:15 of t. The barrier of t-1 lies behind it.
 *  2. The session opens, once: T+1 rolls, corporate actions of t apply to positions, reference closes and waiting orders.
 *  3. Each step, by the end of its bars:
 *     a. waiting orders fill at the opens of this step's bars; one that finds no bar of its symbol, and what is cut, expires;
 *     b. positions are marked at the step's closes;
 *     c. the step's bars become known;
 *     d. windows inside the session decide: `every` after each step, `open` after the first, `midday` after the step in which half of
 *        the session's trading time has passed (11:30 for A-shares). Their orders wait for the next step, across lunch and night too.
 *  4. The session closes, once, with the step that ends at the official close: closes become the reference of the next limits,
 *     dividends due are paid. (With b, before c.)
 *  5. `close` only: the decision of t, at the official close. Its orders wait for the first step of the next session.
 *  6. The barrier: settle, equity row, commit.
 *
 * An order can fill in session t when it is decided before t's official close, else in t+1: `sellableAtFill` and the rules are those of
 * that session, whatever bars the data still has. A symbol without a bar in the session so far (`every`: in this step) is not asked and
 * has a row `suspended`.
 */
import type { CorporateAction, EpochDay, Fill, Instant, Intent, Rejection, Step, Symbol } from '../core/index.js';
import type { BrokerBar } from '../market/index.js';
import type { ExecutionContext, SignedIntent } from '../strategies/index.js';
import type { Loop, LoopInput, LoopState } from './loop-contract.js';
import { halfTime, openOf, wallTime } from './session-time.js';
import { AsOfView, type ViewWorld } from './view.js';

/** Sessions between two turns of the event loop, less one. */
const YIELD_MASK = 255;

export function createLoop(input: LoopInput, resumed?: LoopState): Loop {
  const { calendar, sessions, symbols, series, bars, index, strategies, broker, manager, rulebook, instruments, recorder, barrier } = input;
  const count = symbols.length;
  const { decisionPoint, intervalMs } = input;
  const pointer = new Int32Array(count);
  /** Which symbols have a bar in the step at hand, and in the session so far. */
  const traded = new Uint8Array(count);
  const inSession = new Uint8Array(count);
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

  /** End of the session's next bars; Infinity when it has no more. */
  function nextStep(day: EpochDay): Instant {
    let next = Number.POSITIVE_INFINITY;
    for (let k = 0; k < count; k++) {
      const source = series[k]!;
      const at = pointer[k]!;
      if (source.day[at] === day && source.knownAt[at]! < next) next = source.knownAt[at]!;
    }
    return next;
  }

  /** Gathers the bars of a day, or of a step within it, for the broker. They become known only in `learn`. */
  function gather(day: EpochDay, step: Instant | null): void {
    today.length = 0;
    for (let k = 0; k < count; k++) {
      const source = series[k]!;
      const at = pointer[k]!;
      if (source.day[at] !== day || (step !== null && source.knownAt[at] !== step)) {
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

  /** The bars that were gathered become known. */
  function learn(day: EpochDay, step: Instant | null): void {
    for (let k = 0; k < count; k++) {
      if (traded[k] === 0) continue;
      const at = pointer[k]!++;
      bars[k]!.append(series[k]!, at);
      recorder?.bar(k, pool[k]!, series[k]!.factor[at]!);
    }
    if (index === null) return;
    while (index.series.day[indexPointer] === day && (step === null || index.series.knownAt[indexPointer]! <= step))
      index.bars.append(index.series, indexPointer++);
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

  /** Whether a symbol that was listed has no bar of the session that is decided on (`every`: of this step). */
  function isQuiet(s: number): boolean {
    if (decisionPoint === 'every') return traded[s] === 0;
    const known = bars[s]!;
    return known.day[known.length - 1] !== decidedOn;
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
      const quiet = intent === null && isQuiet(s);
      recorder.decision(s, k, intent, quiet ? 'suspended' : stateOf(intent), quiet ? null : view.reads, portfolio);
    }
  }

  const stateOf = (intent: Intent | null) => (intent === null ? 'no-intent' : intent.action === null ? 'abstained' : 'decided');

  /** Decisions of one point in time: of every strategy, against the same bars and the same account. */
  function decideAll(sessionIndex: number, day: EpochDay, asOf: Instant, window: string): void | Promise<void> {
    world.present = asOf;
    recorder?.session(sessionIndex, day, asOf, window);
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
        if (isQuiet(s)) {
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

  const noFills: readonly Fill[] = [];
  /** What the session has done so far. Grown only when there is something: a quiet session allocates nothing. */
  let fills: readonly Fill[] = noFills;
  let rejections: readonly Rejection[] = noRejections;

  function note(done: readonly Fill[], refused: readonly Rejection[], at: Instant | null): void {
    if (done.length === 0 && refused.length === 0) return;
    recorder?.traded(done, refused, at);
    if (done.length > 0) fills = fills.length === 0 ? done : [...fills, ...done];
    if (refused.length > 0) rejections = rejections.length === 0 ? refused : [...rejections, ...refused];
  }

  /** Fills what waits at the opens of the gathered bars. */
  function fillWaiting(day: EpochDay, at: Instant | null): void {
    const opened = broker.fillAtOpen(day, today);
    note(opened.fills, opened.rejections, at);
    if (ensemble) note(noFills, manager.settleOpen(day, today, opened).rejections, at);
  }

  /** Decides at one point in time and sends the orders; a promise only where a strategy gave one. */
  function decideAndSend(i: number, day: EpochDay, asOf: Instant, fillOn: EpochDay, window: string): void | Promise<void> {
    fillDay = fillOn;
    const waiting = decideAll(i, day, asOf, window);
    if (waiting) return waiting.then(sendAndNote);
    sendAndNote();
  }

  const sendAndNote = (): void => note(noFills, send(world.present), intervalMs === null ? null : world.present);

  const sessionAfter = (i: number): EpochDay => (i + 1 < sessions.length ? sessions[i + 1]! : calendar.shift(sessions[i]!, 1));

  /** All of a session but its decision at the close. */
  async function walkSteps(i: number, day: EpochDay, interval: number): Promise<void> {
    const closeAt = calendar.closeAt(day);
    const firstAt = decisionPoint === 'midday' ? halfTime(calendar, day) : decisionPoint === 'open' ? 0 : Number.POSITIVE_INFINITY;
    let asked = false;
    let closed = false;
    inSession.fill(0);
    // A session without any bar has one empty step at its close: what waits is refused, and every session is decided on.
    let step = nextStep(day);
    if (step === Number.POSITIVE_INFINITY) step = closeAt;
    for (; step !== Number.POSITIVE_INFINITY; step = nextStep(day)) {
      gather(day, step);
      fillWaiting(day, openOf(calendar, day, step, interval));
      for (let k = 0; k < count; k++) if (traded[k] === 1) inSession[k] = 1;
      if (step < closeAt) broker.markAtClose(day, today);
      else {
        closeSession(day);
        closed = true;
      }
      learn(day, step);
      if (decisionPoint !== 'every' && (asked || step < firstAt)) continue;
      asked = true;
      const window = decisionPoint === 'every' ? `every@${wallTime(calendar, day, step)}` : decisionPoint;
      const waiting = decideAndSend(i, day, step, step < closeAt ? day : sessionAfter(i), window);
      if (waiting) await waiting;
    }
    if (!closed) closeSession(day);
    // No step was as late as half time: the session is decided on at its close.
    if (asked || decisionPoint !== 'midday') return;
    const waiting = decideAndSend(i, day, closeAt, sessionAfter(i), decisionPoint);
    if (waiting) await waiting;
  }

  /** Closes with the last bar of every symbol that traded in the session. */
  function closeSession(day: EpochDay): void {
    today.length = 0;
    for (let k = 0; k < count; k++) if (inSession[k] === 1) today.push(pool[k]!);
    broker.closeSession(day, today);
  }

  /** The decision of session `i` before the next one opens. */
  function decidePreopen(i: number): void | Promise<void> {
    const next = sessionAfter(i);
    return decideAndSend(i, sessions[i]!, calendar.preopenAt(next), next, 'preopen');
  }

  async function run(from: number): Promise<number> {
    for (let i = from; i < sessions.length; i++) {
      const day = sessions[i]!;
      if (decisionPoint === 'preopen' && i > 0) {
        const waiting = decidePreopen(i - 1);
        if (waiting) await waiting;
      }
      broker.openSession(day);
      if (ensemble) openBooks(day);
      if (intervalMs === null) {
        gather(day, null);
        fillWaiting(day, null);
        broker.closeSession(day, today);
        learn(day, null);
      } else await walkSteps(i, day, intervalMs);
      if (decisionPoint === 'close') {
        const waiting = decideAndSend(i, day, calendar.closeAt(day), sessionAfter(i), 'close');
        if (waiting) await waiting;
      }
      // A turn of the event loop now and then, so that signals and timers are heard while strategies answer at once.
      if ((i & YIELD_MASK) === YIELD_MASK || intervalMs !== null) await new Promise<void>((resolve) => setImmediate(resolve));
      const [done, refused] = [fills, rejections];
      fills = noFills;
      rejections = noRejections;
      const ended = barrier(i, day, done, refused);
      if ((typeof ended === 'boolean' ? ended : await ended) && i + 1 < sessions.length) return i + 1;
    }
    if (decisionPoint === 'preopen' && from <= sessions.length) {
      const waiting = decidePreopen(sessions.length - 1);
      if (waiting) await waiting;
    }
    return sessions.length;
  }

  return { state, warmUp, run };
}
