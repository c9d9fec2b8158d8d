/**
 * The market of an environment: bars, limits, caps and rules of many instruments as columns laid end to end, and the market part of every
 * observation as one float32 matrix. Made once, shared by every environment on it, changed by none.
 */
import {
  type BarSeries,
  type CorporateAction,
  type EpochDay,
  InputError,
  type Instrument,
  type RejectionReason,
  type Symbol,
} from '../core/index.js';
import {
  type Calendar,
  closedAtOpen,
  openPriceTicks,
  type Rulebook,
  referenceCloses,
  type SessionRules,
  volumeCapUnits,
} from '../market/index.js';
import { marketMatrix } from './env-features.js';
import { reasonCode } from './env-reasons.js';
import { EnvRules, type RuleArithmetic } from './env-rules.js';
import type { FeatureChoice } from './schema.js';

export interface EnvMarketInput {
  readonly instruments: readonly Instrument[];
  /** By symbol; bars of any interval, each with its trading date. */
  readonly series: ReadonlyMap<Symbol, BarSeries>;
  readonly actions: ReadonlyMap<Symbol, readonly CorporateAction[]>;
  readonly rulebook: Rulebook;
  readonly calendar: Calendar;
  readonly choice: FeatureChoice;
  /** First and last day of the bars that episodes may use; earlier bars warm the features up. All by default. */
  readonly from?: EpochDay;
  readonly to?: EpochDay;
  readonly slippageBp?: number;
}

/** A corporate action and the rules of the day on which its holders were recorded. */
export interface EnvAction {
  readonly action: CorporateAction;
  readonly rules: SessionRules;
}

/** An instrument's stretch of the columns. */
export interface EnvInstrument {
  readonly instrument: Instrument;
  /** Bars [first, last] can be decided on or stepped into; `last` only stepped into. */
  readonly first: number;
  readonly last: number;
}

export interface EnvMarket {
  readonly choice: FeatureChoice;
  readonly calendar: Calendar;
  readonly instruments: readonly EnvInstrument[];
  readonly rules: RuleArithmetic;
  readonly bars: number;
  /** bars x width, clipped and rounded: the market part of the observation at each bar. */
  readonly features: Float32Array;
  readonly width: number;
  readonly day: Int32Array;
  /** Number of the bar's session on the calendar. */
  readonly session: Int32Array;
  /** Session and day in which an order decided at this bar's close can fill. */
  readonly fillSession: Int32Array;
  readonly fillDay: Int32Array;
  readonly close: Float64Array;
  /** Prices of a fill at this bar's open, slippage included, ticks. */
  readonly buyTicks: Float64Array;
  readonly sellTicks: Float64Array;
  /** Units that the volume cap leaves to one account; Infinity = all. */
  readonly cap: Float64Array;
  /** Reason code why nothing can be bought, or sold, at this bar's open; 0 = open. */
  readonly buyClosed: Uint8Array;
  readonly sellClosed: Uint8Array;
  /** Reason code of an order that finds no bar in its session. */
  readonly missing: Uint8Array;
  /** 1 = an order decided at this bar's close is refused: delisted by then. */
  readonly delisted: Uint8Array;
  /** 1 = the last bar of its day: dividends are paid at its close. */
  readonly endsDay: Uint8Array;
  /** Row of the rules of the fill session. */
  readonly fillRules: Int32Array;
  /** Corporate actions on the way from the bar before into this one: [actionsFrom[t], actionsFrom[t + 1]) of `actions`. */
  readonly actionsFrom: Int32Array;
  readonly actions: readonly EnvAction[];
}

/** Throws InputError for an instrument without bars or on a day that is no session, RuleError before the rulebook begins. */
export function envMarket(input: EnvMarketInput): EnvMarket {
  const { instruments, choice, calendar, rulebook, slippageBp = 0, from = -1e9, to = 1e9 } = input;
  const lists = instruments.map((instrument) => {
    const bars = input.series.get(instrument.symbol);
    if (bars === undefined || bars.length === 0)
      throw new InputError(`envMarket: expected bars of ${instrument.symbol}, got none. Load them, or leave the symbol out.`);
    return { instrument, bars };
  });
  const total = lists.reduce((sum, { bars }) => sum + bars.length, 0);
  const rules = new EnvRules();
  const market = {
    day: new Int32Array(total),
    session: new Int32Array(total),
    fillSession: new Int32Array(total),
    fillDay: new Int32Array(total),
    close: new Float64Array(total),
    buyTicks: new Float64Array(total),
    sellTicks: new Float64Array(total),
    cap: new Float64Array(total).fill(Number.POSITIVE_INFINITY),
    buyClosed: new Uint8Array(total),
    sellClosed: new Uint8Array(total),
    missing: new Uint8Array(total),
    delisted: new Uint8Array(total),
    endsDay: new Uint8Array(total),
    fillRules: new Int32Array(total),
    actionsFrom: new Int32Array(total + 1),
  };
  const actions: EnvAction[] = [];
  const spans: EnvInstrument[] = [];
  let base = 0;
  for (const { instrument, bars } of lists) {
    const known = [...(input.actions.get(instrument.symbol) ?? [])].sort((a, b) => a.exDay - b.exDay);
    const lowest = choice.schema.market.warmUp;
    let first = lowest;
    while (first < bars.length && bars.day[first]! < from) first++;
    let last = bars.length - 1;
    while (last >= 0 && bars.day[last]! > to) last--;
    let next = 0;
    while (next < known.length && known[next]!.exDay <= bars.day[0]!) next++;
    const references = referenceCloses(bars, known, instrument.units);
    for (let i = 0; i < bars.length; i++) {
      const t = base + i;
      const day = bars.day[i]!;
      market.day[t] = day;
      market.close[t] = bars.close[i]!;
      market.actionsFrom[t] = actions.length;
      for (; next < known.length && known[next]!.exDay <= day; next++) {
        const action = known[next]!;
        // Only what is stepped over can matter, and a rulebook may not reach further back.
        if (i > first && i <= last) actions.push({ action, rules: rulebook.rulesFor(instrument, action.recordDay ?? action.exDay) });
      }
      const session = calendar.indexAtOrAfter(day);
      if (calendar.sessions[session] !== day) {
        throw new InputError(
          `envMarket: expected bars of ${instrument.symbol} on sessions of ${calendar.id}, got one on day ${day}. Use the calendar of the data.`,
        );
      }
      const endsDay = i + 1 >= bars.length || bars.day[i + 1]! !== day;
      market.session[t] = session;
      market.endsDay[t] = endsDay ? 1 : 0;
      market.fillSession[t] = endsDay ? session + 1 : session;
      const fillDay = endsDay ? (calendar.sessions[session + 1] ?? day + 1) : day;
      market.fillDay[t] = fillDay;
      const { delistedOn } = instrument;
      market.delisted[t] = delistedOn !== undefined && delistedOn < fillDay ? 1 : 0;
      market.missing[t] = reasonCode(delistedOn !== undefined && delistedOn <= fillDay ? 'delisted' : 'suspended');
      if (i >= first && i <= last) market.fillRules[t] = rules.offsetOf(rulebook.rulesFor(instrument, fillDay), instrument.units);
      if (i <= first || i > last) continue;
      const today = rulebook.rulesFor(instrument, day);
      const [open, volume, reference] = [bars.open[i]!, bars.volume[i]!, references[i]!];
      market.buyClosed[t] = codeOf(closedAtOpen('buy', open, volume, reference, today));
      market.sellClosed[t] = codeOf(closedAtOpen('sell', open, volume, reference, today));
      market.buyTicks[t] = openPriceTicks('buy', open, reference, today, slippageBp);
      market.sellTicks[t] = openPriceTicks('sell', open, reference, today, slippageBp);
      market.cap[t] = volumeCapUnits(volume, today);
    }
    if (last > first) spans.push({ instrument, first: base + first, last: base + last });
    base += bars.length;
  }
  market.actionsFrom[total] = actions.length;
  if (spans.length === 0) {
    throw new InputError(
      `envMarket: expected an instrument with more than ${choice.schema.market.warmUp} bars of warm-up and two in the span, got none of ${lists.length}. Widen the span.`,
    );
  }
  const features = marketMatrix(
    choice,
    lists.map(({ instrument, bars }) => ({ units: instrument.units, bars })),
  );
  return {
    choice,
    calendar,
    instruments: spans,
    rules: rules.arithmetic(),
    bars: total,
    features,
    width: choice.market.length,
    ...market,
    actions,
  };
}

const codeOf = (reason: RejectionReason | null): number => (reason === null ? 0 : reasonCode(reason));
