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
import type { CorporateAction, EpochDay, Fill, Instant, Rejection } from '../core/index.js';
import { createDecider } from './deciding.js';
import type { Loop, LoopInput, LoopState } from './loop-contract.js';
import { halfTime, openOf, wallTime } from './session-time.js';
import { createTape } from './tape.js';

/** Sessions between two turns of the event loop, less one. */
const YIELD_MASK = 255;
const noFills: readonly Fill[] = [];
const noRejections: readonly Rejection[] = [];

export function createLoop(input: LoopInput, resumed?: LoopState): Loop {
  const { calendar, sessions, symbols, broker, manager, recorder, barrier, decisionPoint, intervalMs } = input;
  const tape = createTape(input);
  const decider = createDecider(input, tape.traded, resumed);
  /** Several strategies in one account: each has a book of its own. */
  const ensemble = manager.members.length > 1;
  /** What the session has done so far. Grown only when there is something: a quiet session allocates nothing. */
  let fills = noFills;
  let rejections = noRejections;

  function note(done: readonly Fill[], refused: readonly Rejection[], at: Instant | null): void {
    if (done.length === 0 && refused.length === 0) return;
    recorder?.traded(done, refused, at);
    if (done.length > 0) fills = fills.length === 0 ? done : [...fills, ...done];
    if (refused.length > 0) rejections = rejections.length === 0 ? refused : [...rejections, ...refused];
  }

  /** Virtual books follow the account through corporate actions and fills. */
  function openBooks(day: EpochDay): void {
    const exToday: CorporateAction[] = [];
    for (const symbol of symbols) for (const action of input.actions.get(symbol) ?? []) if (action.exDay === day) exToday.push(action);
    manager.openSession(broker.portfolio(calendar.openAt(day), day), exToday);
  }

  /** Fills what waits at the opens of the gathered bars. */
  function fillWaiting(day: EpochDay, at: Instant | null): void {
    const opened = broker.fillAtOpen(day, tape.bars);
    note(opened.fills, opened.rejections, at);
    if (ensemble) note(noFills, manager.settleOpen(day, tape.bars, opened).rejections, at);
  }

  /** Decides at one point in time and sends the orders; a promise only where a strategy gave one. */
  function decide(session: number, day: EpochDay, at: Instant, fillDay: EpochDay, window: string): void | Promise<void> {
    const refused = decider.decide({ session, day, at, fillDay, window });
    const moment = intervalMs === null ? null : at;
    if (Array.isArray(refused)) note(noFills, refused, moment);
    else return (refused as Promise<readonly Rejection[]>).then((awaited) => note(noFills, awaited, moment));
  }

  const sessionAfter = (i: number): EpochDay => (i + 1 < sessions.length ? sessions[i + 1]! : calendar.shift(sessions[i]!, 1));

  /** All of a session but its decision at the close. */
  async function walkSteps(i: number, day: EpochDay, interval: number): Promise<void> {
    const closeAt = calendar.closeAt(day);
    const firstAt = decisionPoint === 'midday' ? halfTime(calendar, day) : decisionPoint === 'open' ? 0 : Number.POSITIVE_INFINITY;
    let asked = false;
    let closed = false;
    tape.openSession();
    // A session without any bar has one empty step at its close: what waits is refused, and every session is decided on.
    let step = tape.nextStep(day);
    if (step === Number.POSITIVE_INFINITY) step = closeAt;
    for (; step !== Number.POSITIVE_INFINITY; step = tape.nextStep(day)) {
      tape.gather(day, step);
      fillWaiting(day, openOf(calendar, day, step, interval));
      if (step < closeAt) broker.markAtClose(day, tape.bars);
      else {
        closeSession(day);
        closed = true;
      }
      tape.learn(day, step);
      if (decisionPoint !== 'every' && (asked || step < firstAt)) continue;
      asked = true;
      const window = decisionPoint === 'every' ? `every@${wallTime(calendar, day, step)}` : decisionPoint;
      const waiting = decide(i, day, step, step < closeAt ? day : sessionAfter(i), window);
      if (waiting) await waiting;
    }
    if (!closed) closeSession(day);
    // No step was as late as half time: the session is decided on at its close.
    if (asked || decisionPoint !== 'midday') return;
    const waiting = decide(i, day, closeAt, sessionAfter(i), decisionPoint);
    if (waiting) await waiting;
  }

  /** Closes with the last bar of every symbol that traded in the session. */
  function closeSession(day: EpochDay): void {
    tape.gatherSession();
    broker.closeSession(day, tape.bars);
  }

  /** The decision of session `i` before the next one opens. */
  function decidePreopen(i: number): void | Promise<void> {
    const next = sessionAfter(i);
    return decide(i, sessions[i]!, calendar.preopenAt(next), next, 'preopen');
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
        tape.gather(day, null);
        fillWaiting(day, null);
        broker.closeSession(day, tape.bars);
        tape.learn(day, null);
      } else await walkSteps(i, day, intervalMs);
      if (decisionPoint === 'close') {
        const waiting = decide(i, day, calendar.closeAt(day), sessionAfter(i), 'close');
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

  return { state: decider.state, decisions: decider.decisions, warmUp: tape.warmUp, run };
}
