/** What every seed of a training stands on: its data, rules, folds, and the market of each fold's parts. Each thread makes its own. */
import { dateOf, dayOf, type EpochDay, InputError } from '../core/index.js';
import { type MarketData, sliceData } from '../feeds/index.js';
import { actionTable, type Calendar, calendarOf, type RiskSettings, riskSettings, rulebookFor } from '../market/index.js';
import type { Span } from '../stats/index.js';
import { type EnvMarket, envMarket } from './env-market.js';
import type { MarketEnvOptions } from './market-env.js';
import { chooseFeatures, rlSchema } from './schema.js';
import { cutMarket, type TrainingFold, trainingFolds } from './train-folds.js';
import type { TrainerSettings } from './trainer-settings.js';

export interface TrainGround {
  readonly data: MarketData;
  readonly rulebookVersion: string;
  readonly sessionsPerYear: number;
  /** Once a session, or at every bar within it. */
  readonly decisionsPerYear: number;
  /** Of the span. */
  readonly sessions: Int32Array;
  readonly folds: readonly TrainingFold[];
  /** Dates of a part, `from..to`. */
  datesOf(span: Span): { readonly from: string; readonly to: string };
  /** Market of some sessions, with the named features of the schema (all when absent). */
  market(spans: readonly Span[], features?: readonly string[]): EnvMarket;
  /** Options of an environment on such a market, all but the count. */
  options(market: EnvMarket): Omit<MarketEnvOptions, 'count'>;
}

/** Where the files that settings name lie, when not where they say: in an opened pack. */
export interface GroundFiles {
  readonly rulebook?: string;
  readonly risk?: string;
}

/** `data`: what `settings.data` names, all symbols or more. Throws InputError on what can't be trained on. */
export function trainGround(settings: TrainerSettings, whole: MarketData, files: GroundFiles = {}): TrainGround {
  const { symbols, costs, initialCash } = settings;
  const overrides = files.rulebook ?? settings.rulebook;
  const data = sliceData(whole, { symbols, to: dayOf(settings.to) });
  const calendar = calendarOf(data.calendar as 'cn-a' | 'us' | 'crypto');
  const sessions = calendar.sessions.slice(calendar.indexAtOrAfter(dayOf(settings.from)), calendar.indexAtOrAfter(dayOf(settings.to) + 1));
  const instruments = symbols.map((symbol) => data.instruments.find((one) => one.symbol === symbol)!);
  const [{ market: id, units }] = instruments as [(typeof instruments)[number]];
  for (const one of instruments) {
    const refuse = (expected: string, got: string): never => {
      throw new InputError(`trainGround: expected ${expected}, got ${got}. Choose other symbols.`);
    };
    if (one.kind === 'index') refuse('something that trades', `the index ${one.symbol}`);
    if (one.corporateActions === 'unknown') refuse('known corporate actions', `none for ${one.symbol}`);
    if (one.market !== id || one.units.currency !== units.currency)
      refuse('symbols of one market and currency', `${symbols[0]} and ${one.symbol}`);
    const span = whole.actionsKnown?.[one.symbol];
    if (span !== undefined && (dayOf(settings.from) < span.from || dayOf(settings.to) > span.to))
      refuse(
        `a span within ${dateOf(span.from)}..${dateOf(span.to)}, where the corporate actions of ${one.symbol} are known`,
        `${settings.from}..${settings.to}`,
      );
  }
  const { slippageBp = 0, ...rates } = costs;
  const rulebook = rulebookFor(id, { costs: rates, calendar, overrides: overrides === 'default' ? undefined : overrides });
  const folds = trainingFolds(sessions, settings);
  const schema = rlSchema(settings.schema);
  const actions = actionTable(settings.actions);
  const risk: RiskSettings | null = riskSettings(files.risk ?? settings.risk);
  const made = new Map<string, EnvMarket>();
  const wholeMarket = (features: readonly string[] | undefined): EnvMarket => {
    const key = features?.join() ?? '';
    const known = made.get(key);
    if (known !== undefined) return known;
    const { series, actions: corporate } = data;
    const choice = chooseFeatures(schema, features);
    const span = { from: sessions[0]!, to: sessions[sessions.length - 1]! };
    const market = envMarket({ instruments, series, actions: corporate, rulebook, calendar, choice, slippageBp, ...span });
    made.set(key, market);
    return market;
  };
  return {
    data,
    rulebookVersion: rulebook.version,
    sessionsPerYear: calendar.sessionsPerYear,
    decisionsPerYear: calendar.sessionsPerYear * barsIn(calendar, sessions[0]!, data.intervalMs),
    sessions,
    folds,
    datesOf: ([from, to]) => ({ from: dateOf(sessions[from]!), to: dateOf(sessions[to - 1]!) }),
    market: (spans, features) => cutMarket(wholeMarket(features), sessions, spans),
    options: (market) => ({
      market,
      initialCashMinor: Math.round(initialCash * units.minorPerMajor),
      actions,
      episode: settings.episode,
      reward: settings.reward,
      risk,
      masking: settings.masking,
    }),
  };
}

/** Bars of a session; one where bars are days. */
function barsIn(calendar: Calendar, session: EpochDay, intervalMs: number | undefined): number {
  if (intervalMs === undefined) return 1;
  return calendar.spansAt(session).reduce((bars, { from, to }) => bars + Math.ceil((to - from) / intervalMs), 0);
}
