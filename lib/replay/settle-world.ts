/** What settling needs of a market: costs of a round trip and limits at the open, from the rulebook by date. */
import type { EpochDay, Instrument, Symbol } from '../core/index.js';
import { type Calendar, limitDownTicks, limitUpTicks, type Rulebook, type SessionRules } from '../market/index.js';
import type { EquityLog } from './equity-log.js';
import type { GrowingBars } from './growing-bars.js';
import type { SettleWorld } from './settle.js';

export function settleWorld(input: {
  calendar: Calendar;
  sessions: Int32Array;
  instruments: ReadonlyMap<Symbol, Instrument>;
  bars: ReadonlyMap<Symbol, GrowingBars>;
  indexBars: GrowingBars | null;
  rulebook: Rulebook;
  equity: EquityLog;
  /** Price worsened at each of the two fills, as the broker does. */
  slippageBp: number;
}): SettleWorld {
  const { calendar, sessions, instruments, bars, indexBars, rulebook, equity, slippageBp } = input;
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
      // The factor steps on an ex-day: close x factor ratio is the ex-right reference.
      const reference = Math.floor((known.close[before]! * known.factor[before]!) / known.factor[bar]! + 0.5);
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
