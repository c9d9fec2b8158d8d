/** Dated rules of one market: a rulebook's rows turned into the plain numbers of a session, once an instrument and interval. */
import { type EpochDay, HindcastError, InputError, type Instrument, type MarketId } from '../core/index.js';
import { calendarOf } from './calendar.js';
import type { Calendar } from './calendar-contract.js';
import { checkCosts, feePerUnit, feeUnder } from './rulebook-costs.js';
import { type LoadedRulebook, loadRulebook, parseRulebook, shippedRulebook } from './rulebook-file.js';
import type { RowOf, RulebookData, RuleRow } from './rulebook-rows.js';
import { type InstrumentSpans, LAST_DAY, spansOf } from './rulebook-spans.js';
import type { CostSettings, FeeRule, Rulebook, SessionRules } from './session-rules.js';

export interface RulebookOptions {
  readonly costs?: CostSettings;
  /** Counts first sessions; the market's own calendar by default. */
  readonly calendar?: Calendar;
  /** Another rulebook instead of the one that ships: the path of its JSON file, or the parsed JSON. */
  readonly overrides?: string | object;
}

/** A rulebook that can also say which of its rows hold on a day. */
export interface CitedRulebook extends Rulebook {
  /** The rows behind `rulesFor(instrument, day)`, first what exists, last the price limit. */
  rowsFor(instrument: Instrument, day: EpochDay): readonly RuleRow[];
}

interface Timeline {
  readonly spans: InstrumentSpans;
  /** One a start, made when first asked for. */
  readonly rules: (SessionRules | undefined)[];
  last: SessionRules | undefined;
}

function rulesOf(
  version: string,
  data: RulebookData,
  costs: CostSettings,
  spans: InstrumentSpans,
  rows: readonly RuleRow[],
  { units, minimumNotionalMinor }: Instrument,
  firstDay: EpochDay,
  lastDay: EpochDay,
): SessionRules {
  const base = { rulebook: version, firstDay, lastDay };
  if (!spans.tradable) {
    return {
      ...base,
      settlementSessions: 0,
      buyMinimum: 1,
      buyStep: 1,
      sellStep: 1,
      tradable: false,
      priceLimit: null,
      volumeCap: null,
      fees: [],
      dividendTax: { kind: 'none' },
      parMinor: 0,
    };
  }
  const of = <What extends RuleRow['what']>(what: What): RowOf<What> => {
    const found = rows.find((row): row is RowOf<What> => row.what === what);
    if (found === undefined)
      throw new HindcastError(`rulesFor: expected a ${what} row in ${version}, got none. Check the rulebook's file.`);
    return found;
  };
  const lot = of('lot');
  const limit = rows.find((row) => row.what === 'limit' || row.what === 'first-sessions' || row.what === 'after-status');
  const withheld = costs.dividendWithholding;
  const included = costs.commissionIncludes ?? data.commissionIncludes;
  const fees: FeeRule[] = [];
  for (const row of rows) {
    const fee = row.what === 'fee' ? feeUnder(row, costs, included) : undefined;
    if (fee !== undefined) fees.push(feePerUnit(fee, units.quantityStep));
  }
  return {
    ...base,
    settlementSessions: of('settlement').sessions,
    buyMinimum: lot.buyMinimum,
    buyStep: lot.buyStep,
    sellStep: lot.sellStep,
    tradable: spans.isListed(firstDay),
    priceLimit: limit !== undefined && 'limit' in limit ? limit.limit : null,
    volumeCap: of('volume-cap').cap,
    ...(minimumNotionalMinor === undefined ? {} : { minimumNotionalMinor }),
    fees,
    dividendTax: withheld === undefined ? of('dividend-tax').tax : { kind: 'flat', rate: withheld },
    parMinor: of('par').parMinor,
  };
}

/**
 * The rulebook of a market. `rulesFor` gives the same object for every day of its interval; callers keep it until
 * `day > lastDay`. A cold instrument costs microseconds, a warm one a map lookup.
 * Throws RuleError for a file that breaks the form, InputError for costs that can't be meant.
 */
export function rulebookFor(market: MarketId, options: RulebookOptions = {}): CitedRulebook {
  const { costs = {}, overrides } = options;
  checkCosts(costs);
  if (costs.dividendWithholding !== undefined && market === 'cn-a')
    throw new InputError(
      'rulebookFor: expected no dividendWithholding in China, whose rulebook has the tax by date and holding, got one. Leave it out.',
    );
  const loaded: LoadedRulebook =
    overrides === undefined
      ? shippedRulebook(market)
      : typeof overrides === 'string'
        ? loadRulebook(overrides)
        : parseRulebook(overrides, 'the given object');
  const { data, version } = loaded;
  const calendar = (): Calendar => options.calendar ?? calendarOf(data.market === 'bench' ? 'crypto' : data.market);
  const timelines = new WeakMap<Instrument, Timeline>();

  const timelineOf = (instrument: Instrument): Timeline => {
    let timeline = timelines.get(instrument);
    if (timeline === undefined) {
      timeline = { spans: spansOf(data, instrument, calendar), rules: [], last: undefined };
      timelines.set(instrument, timeline);
    }
    return timeline;
  };

  return {
    id: data.id,
    version,
    rulesFor(instrument, day) {
      const timeline = timelineOf(instrument);
      const { last, spans } = timeline;
      if (last !== undefined && day >= last.firstDay && day <= last.lastDay) return last;
      const { starts } = spans;
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (starts[middle]! <= day) low = middle + 1;
        else high = middle;
      }
      const index = low - 1;
      let rules = timeline.rules[index];
      if (rules === undefined) {
        const rows = spans.rowsOn(day);
        const end = starts[index + 1];
        rules = rulesOf(version, data, costs, spans, rows, instrument, starts[index]!, end === undefined ? LAST_DAY : end - 1);
        timeline.rules[index] = rules;
      }
      timeline.last = rules;
      return rules;
    },
    rowsFor: (instrument, day) => timelineOf(instrument).spans.rowsOn(day),
  };
}
