/** Deciding at one point in time: every strategy on its view, the rows of what each wanted, and the orders that come of it. */
import type { EpochDay, Instant, Intent, Rejection, Step, Symbol } from '../core/index.js';
import type { ExecutionContext, SignedIntent } from '../strategies/index.js';
import type { LoopInput, LoopState } from './loop-contract.js';
import { AsOfView, type ViewWorld } from './view.js';

export interface Decider {
  /** What strategies carry from one decision to the next. */
  readonly state: LoopState;
  /** How many there were so far: each strategy's for each symbol that is listed, suspended sessions too. As many rows has a recorder. */
  decisions(): number;
  /**
   * All strategies decide against the same bars and the same account, and their orders are sent. Returns what was refused at once;
   * a promise only where a strategy gave one.
   */
  decide(point: DecisionInstant): readonly Rejection[] | Promise<readonly Rejection[]>;
}

export interface DecisionInstant {
  readonly session: number;
  readonly day: EpochDay;
  readonly at: Instant;
  /** The session in which orders of now can fill first. */
  readonly fillDay: EpochDay;
  readonly window: string;
}

const noIntents: readonly SignedIntent[] = [];
const noRejections: readonly Rejection[] = [];

/** `traded`: 1 for symbols that have a bar in the step at hand. */
export function createDecider(input: LoopInput, traded: Uint8Array, resumed?: LoopState): Decider {
  const { symbols, bars, index, strategies, broker, manager, rulebook, instruments, recorder, decisionPoint } = input;
  const count = symbols.length;
  const state: LoopState = resumed ?? {
    strategies: strategies.map((s) => (s.scope === 'symbol' ? symbols.map(() => s.init()) : [s.init()])),
  };
  const single = symbols.map((symbol) => [symbol] as const);
  /** Several strategies in one account: each sees and sizes on a book of its own. */
  const ensemble = manager.members.length > 1;
  let decidedOn: EpochDay = 0;
  let fillDay: EpochDay = 0;
  let deciding = 0;
  let decisions = 0;
  let collected = noIntents;

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
      collected = collected === noIntents ? signed : [...collected, ...signed];
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

  /** Continues at strategy `k`, symbol `from`; leaves the synchronous path only at a promise. */
  function decideFrom(k: number, from: number, asOf: Instant): void | Promise<void> {
    for (let strategy = k, s = from; strategy < strategies.length; strategy++, s = 0) {
      if (strategies[strategy]!.scope === 'universe') {
        const asked = allListed() ? symbols : symbols.filter((_, i) => bars[i]!.length > 0);
        if (asked.length === 0) continue;
        decisions += asked.length;
        const waiting = decide(strategy, 0, asked, asOf);
        if (waiting) return waiting.then(() => decideFrom(strategy + 1, 0, asOf));
        continue;
      }
      for (; s < count; s++) {
        if (bars[s]!.length === 0) continue;
        decisions++;
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

  /** Sends the session's intents; returns what was refused at once. A session without any costs nothing. */
  function send(asOf: Instant): readonly Rejection[] {
    if (collected === noIntents) return noRejections;
    const { orders, rejections } = manager.executeSignals(collected, broker.portfolio(asOf, fillDay), context);
    const refused = orders.length > 0 ? broker.submit(orders, fillDay) : noRejections;
    return refused.length === 0 ? rejections : [...rejections, ...refused];
  }

  return {
    state,
    decisions: () => decisions,
    decide({ session, day, at, fillDay: fillOn, window }) {
      fillDay = fillOn;
      world.present = at;
      recorder?.session(session, day, at, window);
      collected = noIntents;
      decidedOn = day;
      const waiting = decideFrom(0, 0, at);
      return waiting ? waiting.then(() => send(at)) : send(at);
    },
  };
}
