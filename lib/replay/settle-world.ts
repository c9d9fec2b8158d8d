/** What settling needs of a market: costs of a round trip and limits at the open, from the rulebook by date. */
import type { CorporateAction, EpochDay, Instrument, Symbol } from '../core/index.js';
import { type Calendar, exRightReferenceTicks, limitDownTicks, limitUpTicks, type Rulebook, type SessionRules } from '../market/index.js';
import type { EquityLog } from './equity-log.js';
import type { GrowingBars } from './growing-bars.js';
import type { SettleWorld } from './settle.js';

export function settleWorld(input: {
  calendar: Calendar;
  sessions: Int32Array;
  instruments: ReadonlyMap<Symbol, Instrument>;
  bars: ReadonlyMap<Symbol, GrowingBars>;
  indexBars: GrowingBars | null;
  /** Of each symbol, by ex-day. */
  actions: ReadonlyMap<Symbol, readonly CorporateAction[]>;
  rulebook: Rulebook;
  equity: EquityLog;
  /** Price worsened at each of the two fills, as the broker does. */
  slippageBp: number;
}): SettleWorld {
  const { calendar, sessions, instruments, bars, indexBars, actions, rulebook, equity, slippageBp } = input;
  const barsOf = (symbol: Symbol): GrowingBars => bars.get(symbol)!;
  const rulesOf = (symbol: Symbol, day: EpochDay): SessionRules => rulebook.rulesFor(instruments.get(symbol)!, day);
  return {
    sessions,
    barrierAt: (day) => calendar.barrierAt(day),
    bars: barsOf,
    index: indexBars,
    book: equity,
    roundTripCost(symbol, entry, exit) {
      const { units } = instruments.get(symbol)!;
      const known = barsOf(symbol);
      const minorPerUnit = (known.close[known.length - 1]! * units.minorPerUnitTick.numerator) / units.minorPerUnitTick.denominator;
      return (
        feeShare(rulesOf(symbol, entry), 'buy', minorPerUnit) +
        feeShare(rulesOf(symbol, exit), 'sell', minorPerUnit) +
        (2 * slippageBp) / 10_000
      );
    },
    openState(symbol, bar) {
      const known = barsOf(symbol);
      // The last bar of the session before.
      let before = bar - 1;
      while (before >= 0 && known.day[before] === known.day[bar]) before--;
      if (before < 0) return 'traded';
      // In the broker's integers: a ratio of factors is one tick off where a dividend has half a fen.
      let reference = known.close[before]!;
      for (const action of actions.get(symbol) ?? []) {
        if (action.exDay <= known.day[before]! || action.exDay > known.day[bar]!) continue;
        reference = exRightReferenceTicks(reference, action, instruments.get(symbol)!.units);
      }
      const rules = rulesOf(symbol, known.day[bar]!);
      const open = known.open[bar]!;
      return open >= limitUpTicks(reference, rules) ? 'limit-up' : open <= limitDownTicks(reference, rules) ? 'limit-down' : 'traded';
    },
  };
}

/** Fees of one side as a fraction of notional, without per-order minimum and maximum. */
function feeShare(rules: SessionRules, side: 'buy' | 'sell', minorPerUnit: number): number {
  let share = 0;
  for (const fee of rules.fees) {
    if (fee.side !== 'both' && fee.side !== side) continue;
    const rate = fee.rate.numerator / fee.rate.denominator;
    share += fee.basis === 'notional' ? rate : rate / minorPerUnit;
  }
  return share;
}
