/**
 * Settling: what came of decisions, computed only from bars known by the time a decision matured. Deciding never calls this.
 * Entry = first open of the next session, or of the symbol's next bar in session t when it was decided before t's close; exit = close of
 * session t+h; a suspended exit moves to the next traded close.
 */
import { type ActionSize, dateOf, type EpochDay, type Instant, type Symbol } from '../core/index.js';
import type { RememberedDecision } from '../memory/index.js';
import type { OutcomeRow } from './rows.js';

export type Direction = 'long' | 'avoided' | 'flat';

/**
 * Which way a decision points, given its size (undefined: no such action, nothing was done) and what part of equity the symbol had.
 * Holding is long while something is held.
 */
export function directionOf(action: string | null, size: ActionSize | undefined, weight: number): Direction {
  if (action === null || size === undefined) return 'flat';
  if (size.kind === 'delta') return size.side === 'buy' ? 'long' : 'avoided';
  if (size.kind === 'targetWeight') return size.weight < weight ? 'avoided' : size.weight > 0 ? 'long' : 'flat';
  return weight > 0 ? 'long' : 'flat';
}

/** A decision as far as settling needs it. */
export interface OpenDecision {
  readonly id: string;
  readonly symbol: Symbol;
  /** Index of its session in the run's calendar. */
  readonly session: number;
  /** Set when it was decided before the session's close: the instant, and equity as it stood then. */
  readonly inside?: { readonly decidedAt: Instant; readonly equityMinor: number };
  readonly action: string | null;
  readonly direction: Direction;
  /** What memory keeps of it, where the run has one and the decision named its situation. */
  readonly remembered?: RememberedDecision;
}

/** Bars of one symbol up to the barrier; `length` bounds what may be read. */
export interface SettleBars {
  readonly length: number;
  readonly day: Int32Array;
  readonly knownAt: Float64Array;
  readonly open: Float64Array;
  readonly close: Float64Array;
  readonly factor: Float64Array;
}

/** Equity by session index, as far as it is known. */
export interface SettleBook {
  equityAtOpen(session: number): number;
  equityAtClose(session: number): number;
}

export interface SettleWorld {
  readonly sessions: Int32Array;
  readonly barrierAt: (day: EpochDay) => Instant;
  readonly bars: (symbol: Symbol) => SettleBars;
  readonly index: SettleBars | null;
  readonly book: SettleBook;
  /** A round trip's cost as a fraction of notional, at the rates of the two days. */
  readonly roundTripCost: (symbol: Symbol, entry: EpochDay, exit: EpochDay) => number;
  /** Whether the open of a day stood at a price limit: a buy could not have been filled at limit-up, nor a sell at limit-down. */
  readonly openState: (symbol: Symbol, bar: number) => 'traded' | 'limit-up' | 'limit-down';
}

/** Index of the first bar known after an instant, within what is known. */
function barAfter(bars: SettleBars, at: Instant): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bars.knownAt[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the last bar of the day that `first` is a bar of. */
const lastOfDay = (bars: SettleBars, first: number): number => barAtOrAfter(bars, bars.day[first]! + 1) - 1;

/** Index of the first bar on or after a day, within what is known. */
function barAtOrAfter(bars: SettleBars, day: EpochDay): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bars.day[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The outcome of one decision at one horizon, or null while it has not matured by session index `barrier`.
 * A symbol that did not trade at the entry open has an outcome without returns: missing stays missing.
 */
export function settleOne(decision: OpenDecision, horizon: number, barrier: number, world: SettleWorld): OutcomeRow | null {
  const exitSession = decision.session + horizon;
  if (exitSession > barrier) return null;
  const bars = world.bars(decision.symbol);
  const { inside } = decision;
  const entryDay = world.sessions[inside === undefined ? decision.session + 1 : decision.session]!;
  const exitDay = world.sessions[exitSession]!;
  const entryIn = (of: SettleBars): number => (inside === undefined ? barAtOrAfter(of, entryDay) : barAfter(of, inside.decidedAt));
  const entry = entryIn(bars);
  const exitFrom = barAtOrAfter(bars, exitDay);
  // Suspended at the exit and not traded since: it matures with the next traded close.
  if (exitFrom >= bars.length) return null;
  const exit = lastOfDay(bars, exitFrom);
  const maturedDay = bars.day[exit]!;
  const moved = maturedDay !== exitDay;
  const matured = moved ? indexOfSession(world.sessions, maturedDay, exitSession) : exitSession;
  if (matured > barrier) return null;
  const traded = bars.day[entry] === entryDay;
  const base = {
    v: 1 as const,
    decision: decision.id,
    session: dateOf(world.sessions[decision.session]!),
    symbol: decision.symbol,
    action: decision.action,
    horizon,
    maturesAt: world.barrierAt(maturedDay),
    direction: decision.direction,
  };
  const equityBefore = inside === undefined ? world.book.equityAtOpen(decision.session + 1) : inside.equityMinor;
  const bookReturn = world.book.equityAtClose(matured) / equityBefore - 1;
  const benchmarkReturn = world.index && indexReturn(world.index, entryIn(world.index), entryDay, maturedDay);
  const exitLeg = { date: dateOf(maturedDay), priceTicks: bars.close[exit]!, state: moved ? ('moved' as const) : ('traded' as const) };
  if (!traded) {
    return {
      ...base,
      entry: { date: dateOf(entryDay), priceTicks: null, state: 'suspended' },
      exit: exitLeg,
      instrumentReturn: null,
      gross: null,
      net: null,
      costs: null,
      bookReturn,
      benchmarkReturn,
      drawdown: null,
      label: null,
    };
  }
  const paid = bars.open[entry]! * bars.factor[entry]!;
  const instrumentReturn = (bars.close[exit]! * bars.factor[exit]!) / paid - 1;
  const costs = world.roundTripCost(decision.symbol, entryDay, maturedDay);
  const gross = decision.direction === 'long' ? instrumentReturn : decision.direction === 'avoided' ? -instrumentReturn : 0;
  return {
    ...base,
    entry: { date: dateOf(entryDay), priceTicks: bars.open[entry]!, state: world.openState(decision.symbol, entry) },
    exit: exitLeg,
    instrumentReturn,
    gross: gross === 0 ? 0 : gross,
    net: decision.direction === 'flat' ? 0 : gross - costs,
    costs,
    bookReturn,
    benchmarkReturn,
    drawdown: deepestDrawdown(bars, entry, exit, paid),
    label: instrumentReturn > costs ? 1 : instrumentReturn < -costs ? -1 : 0,
  };
}

function indexOfSession(sessions: Int32Array, day: EpochDay, from: number): number {
  let at = from;
  while (sessions[at]! < day) at++;
  return at;
}

/** Open of the entry's bar to close of the exit day; null when the index lacks either. */
function indexReturn(index: SettleBars, entry: number, entryDay: EpochDay, exitDay: EpochDay): number | null {
  const exit = barAtOrAfter(index, exitDay);
  if (index.day[entry] !== entryDay || index.day[exit] !== exitDay || exit >= index.length) return null;
  return index.close[lastOfDay(index, exit)]! / index.open[entry]! - 1;
}

/** Deepest fall of a close below the highest level since entry, the entry price included; 0..1. */
function deepestDrawdown(bars: SettleBars, entry: number, exit: number, paid: number): number {
  let peak = paid;
  let deepest = 0;
  for (let i = entry; i <= exit; i++) {
    const value = bars.close[i]! * bars.factor[i]!;
    if (value > peak) peak = value;
    const fall = 1 - value / peak;
    if (fall > deepest) deepest = fall;
  }
  return deepest;
}
