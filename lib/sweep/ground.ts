/** A prepared replay as arrays: all that an account can meet in each session and that doesn't depend on what it holds. */
import type { EpochDay, Instant, Instrument, Side, Symbol } from '../core/index.js';
import {
  type Calendar,
  closedAtOpen,
  exRightMarkTicks,
  openPriceTicks,
  type Rulebook,
  referenceCloses,
  type SessionRules,
  volumeCapUnits,
} from '../market/index.js';
import type { PreparedReplay } from '../replay/index.js';
import type { Accounts } from './contract.js';
import type { Arena, DatedAction, Ground, SymbolGround } from './ground-columns.js';
import { WALK_BYTES } from './integer-walk.js';

/** Why no kernel can follow the loop on this ground; null when one can. */
export function unfollowable({ spec, data, sessions, calendar }: PreparedReplay): string | null {
  if (spec.risk !== 'none') return 'risk caps';
  if (spec.frozenFrom !== undefined) return 'frozen intents';
  if (data.intervalMs !== undefined || (spec.decisionPoint !== 'close' && spec.decisionPoint !== 'preopen'))
    return 'bars shorter than a session';
  const asOf = decisionInstants(sessions, calendar, spec.decisionPoint);
  for (const symbol of spec.symbols) {
    const { day, knownAt, length } = data.series.get(symbol)!;
    for (let bar = 0, session = 0; bar < length; bar++) {
      while (session < sessions.length && sessions[session]! < day[bar]!) session++;
      if (sessions[session] === day[bar] && knownAt[bar]! > asOf[session]!) return `bars of ${symbol} known after their decision`;
    }
  }
  return null;
}

function decisionInstants(sessions: Int32Array, calendar: Calendar, point: 'close' | 'preopen'): Instant[] {
  return Array.from(sessions, (day, i) =>
    point === 'close' ? calendar.closeAt(day) : calendar.preopenAt(i + 1 < sessions.length ? sessions[i + 1]! : calendar.shift(day, 1)),
  );
}

/** Bytes that the columns of a kernel take together, generously. */
export function arenaBytes({ spec, data, sessions }: PreparedReplay): number {
  const width = sessions.length + 4;
  let bytes = 2 * width * 8 + 256;
  for (const symbol of spec.symbols) {
    const [bars, actions] = [data.series.get(symbol)!.length + 4, data.actions.get(symbol)?.length ?? 0];
    // Sums and wants by bar; by session marks, their row, prices, volume (8 each), wants, traded (1 each), rules (2).
    bytes += bars * 9 + width * 44 + actions * 8 + WALK_BYTES + 512;
  }
  return bytes;
}

export function groundOf(prepared: PreparedReplay, accounts: Accounts, arena: Arena): Ground {
  const { spec, sessions, calendar, rulebook, instruments } = prepared;
  const days = new Int32Array(sessions.length + 1);
  days.set(sessions);
  days[sessions.length] = calendar.shift(sessions[sessions.length - 1]!, 1);
  const symbols = [...spec.symbols]
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((symbol) => symbolGround(prepared, symbol, days, arena));
  return {
    symbols,
    sessions,
    days,
    markRows: accounts === 'shared' && symbols.length > 1 ? rowsOf(symbols, arena) : null,
    rulebook,
    atFill: spec.sizing === 'at-fill',
    initialCashMinor: Math.round(spec.initialCash * instruments.get(spec.symbols[0]!)!.units.minorPerMajor),
  };
}

function rowsOf(symbols: readonly SymbolGround[], arena: Arena): Float64Array {
  const [width, count] = [symbols.length, symbols[0]!.markTicks.length];
  const rows = arena.f64(width * count);
  symbols.forEach(({ markTicks }, k) => {
    for (let session = 0; session < count; session++) rows[session * width + k] = markTicks[session]!;
  });
  return rows;
}

function symbolGround({ spec, data, rulebook, instruments }: PreparedReplay, symbol: Symbol, days: Int32Array, arena: Arena): SymbolGround {
  const instrument = instruments.get(symbol)!;
  const series = data.series.get(symbol)!;
  const count = days.length - 1;
  const slippageBp = spec.costs.slippageBp ?? 0;
  const [markTicks, buyTicks, sellTicks] = [arena.f64(count), arena.f64(count), arena.f64(count)];
  const traded = arena.u8(count);
  const due = [...(data.actions.get(symbol) ?? [])].sort((a, b) => a.exDay - b.exDay);
  const actions: DatedAction[] = [];
  const references = referenceCloses(series, due, instrument.units);

  let bar = 0;
  while (bar < series.length && series.day[bar]! < days[0]!) bar++;
  const firstBar = bar;
  const { rules, ruleAt } = rulesOf(rulebook, instrument, days, series.day[bar] ?? Number.POSITIVE_INFINITY, arena);
  const volumeLeft = rules.some((one) => one.volumeCap !== null) ? arena.f64(count).fill(Number.POSITIVE_INFINITY) : null;
  let lastDay: EpochDay = bar > 0 ? series.day[bar - 1]! : Number.NEGATIVE_INFINITY;
  let last = bar > 0 ? series.close[bar - 1]! : 0;
  let highestMark = 0;
  let nextAction = 0;
  for (let session = 0; session < count; session++) {
    const day = days[session]!;
    for (; nextAction < due.length && due[nextAction]!.exDay <= day; nextAction++) {
      const action = due[nextAction]!;
      // A close of the ex-day or later already shows the action.
      if (lastDay >= action.exDay) continue;
      actions.push({ session, action });
      if (last > 0) last = exRightMarkTicks(last, action, instrument.units);
    }
    if (series.day[bar] === day) {
      const one = rules[ruleAt[session]!]!;
      const [open, volume, reference] = [series.open[bar]!, series.volume[bar]!, references[bar]!];
      const priceOf = (side: Side): number =>
        closedAtOpen(side, open, volume, reference, one) === null ? openPriceTicks(side, open, reference, one, slippageBp) : 0;
      traded[session] = 1;
      buyTicks[session] = priceOf('buy');
      sellTicks[session] = priceOf('sell');
      if (volumeLeft !== null) volumeLeft[session] = volumeCapUnits(volume, one);
      lastDay = day;
      last = series.close[bar++]!;
    }
    markTicks[session] = last;
    if (last > highestMark) highestMark = last;
  }
  const adjusted = (column: Float64Array): Float64Array => {
    const out = new Float64Array(bar);
    for (let i = 0; i < bar; i++) out[i] = column[i]! * series.factor[i]!;
    return out;
  };
  return {
    symbol,
    instrument,
    price: adjusted(series.close),
    high: adjusted(series.high),
    low: adjusted(series.low),
    firstBar,
    bars: bar,
    traded,
    dense: bar - firstBar === count,
    markTicks,
    highestMark,
    buyTicks,
    sellTicks,
    volumeLeft,
    rules,
    ruleAt,
    actions,
  };
}

/** From the first session with a bar on: a symbol may be in the universe before its board begins. */
function rulesOf(
  rulebook: Rulebook,
  instrument: Instrument,
  days: Int32Array,
  firstDay: EpochDay,
  arena: Arena,
): { rules: SessionRules[]; ruleAt: Uint16Array } {
  const rules: SessionRules[] = [];
  const ruleAt = arena.u16(days.length);
  for (let i = 0; i < days.length; i++) {
    if (days[i]! < firstDay) continue;
    const known = rules[rules.length - 1];
    if (known === undefined || days[i]! > known.lastDay) rules.push(rulebook.rulesFor(instrument, days[i]!));
    ruleAt[i] = rules.length - 1;
  }
  return { rules, ruleAt };
}
