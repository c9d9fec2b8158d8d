/** A spec made ready to run: its files read, everything that can't be replayed honestly refused, its identity computed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf, hashOf, InputError, type Instrument, type MarketId, type Strategy, type Symbol, sha256 } from '../core/index.js';
import type { MarketData } from '../feeds/index.js';
import { type Calendar, calendarOf, type Rulebook, riskSettings, rulebookFor } from '../market/index.js';
import { dataFor } from './data-for.js';
import type { ReplayEffects } from './result.js';
import { startingDigest } from './run-memory.js';
import { parseSpec, type ReplaySpec, type ReplaySpecInput } from './spec.js';
import { resolvedStrategies, strategiesFor } from './strategies-for.js';

/** What a spec means once its files are read. */
export interface PreparedReplay {
  readonly spec: ReplaySpec;
  readonly data: MarketData;
  readonly calendar: Calendar;
  readonly sessions: Int32Array;
  readonly rulebook: Rulebook;
  readonly strategies: readonly Strategy[];
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly configHash: string;
  readonly label: string;
  readonly run: string;
}

/** Reads and checks everything a spec names, without writing. Throws InputError on what can't be replayed. */
export function prepareReplay(
  input: ReplaySpecInput,
  effects: Pick<ReplayEffects, 'data' | 'strategy' | 'calendar' | 'llm'>,
): PreparedReplay {
  const spec = parseSpec(input);
  const data = dataFor(spec, effects.data);
  const calendar = effects.calendar ?? calendarOf(data.calendar as 'cn-a' | 'us' | 'crypto');
  const sessions = calendar.sessions.slice(calendar.indexAtOrAfter(dayOf(spec.from)), calendar.indexAtOrAfter(dayOf(spec.to) + 1));
  if (sessions.length === 0)
    throw new InputError(
      `prepareReplay: expected sessions between ${spec.from} and ${spec.to}, got none on the ${calendar.id} calendar. Choose another span.`,
    );
  const instruments = new Map(data.instruments.map((instrument) => [instrument.symbol, instrument] as const));
  checkUniverse(spec, instruments);
  if (data.intervalMs === undefined && spec.decisionPoint !== 'close' && spec.decisionPoint !== 'preopen') {
    throw new InputError(
      `prepareReplay: expected the decision point close or preopen on daily bars, got ${spec.decisionPoint}. Give bars shorter than a session (5-minute bars, say) for points inside the day.`,
    );
  }
  const market = instruments.get(spec.symbols[0]!)!.market;
  const rulebook = rulebookOf(spec, market, calendar);
  const llm = effects.llm && { ...effects.llm, instruments: data.instruments };
  const strategies = effects.strategy
    ? [effects.strategy]
    : strategiesFor(spec, decisionsPerYear(spec, data, calendar), {
        ...(llm && { llm }),
        orders: { rulebook, calendar, instruments, risk: riskSettings(spec.risk) },
      });
  const asked = asksModels(spec) ? effects.llm?.models.plan.models : undefined;
  const configHash = configHashOf(spec, rulebook, data, asked);
  const label = strategies.map((strategy) => strategy.id).join('+');
  const name = label.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '');
  return {
    spec,
    data,
    calendar,
    sessions,
    rulebook,
    strategies,
    instruments,
    configHash,
    label,
    run: `${name}-${configHash.slice(0, 10)}-s${spec.seed}${spec.record === 'account' ? '-account' : ''}`,
  };
}

/** One account has one calendar, one rulebook and one currency. */
function checkUniverse(spec: ReplaySpec, instruments: ReadonlyMap<Symbol, Instrument>): void {
  const kindOf = (symbol: Symbol): string => `${instruments.get(symbol)!.market}, ${instruments.get(symbol)!.units.currency}`;
  const [first] = spec.symbols;
  const other = spec.symbols.find((symbol) => kindOf(symbol) !== kindOf(first!));
  if (other === undefined) return;
  throw new InputError(
    `prepareReplay: expected symbols of one market and currency, got ${first} (${kindOf(first!)}) and ${other} (${kindOf(other)}). ` +
      'Run each market as an account of its own, and compare the runs in one report.',
  );
}

/** How often a year a strategy is asked: once a session, or at each bar. */
function decisionsPerYear(spec: ReplaySpec, data: MarketData, calendar: Calendar): number {
  const interval = data.intervalMs;
  if (spec.decisionPoint !== 'every' || interval === undefined) return calendar.sessionsPerYear;
  const spans = calendar.spansAt(calendar.sessions[calendar.indexAtOrAfter(dayOf(spec.from))]!);
  return calendar.sessionsPerYear * spans.reduce((bars, { from, to }) => bars + Math.ceil((to - from) / interval), 0);
}

/** Whether a spec has a strategy that asks language models. */
export const asksModels = (spec: Pick<ReplaySpec, 'strategies'>): boolean => spec.strategies.some(({ id }) => id === 'llm');

/** What names a configuration: hash of everything that decides its bytes, without the seed. */
export const configHashOf = (spec: ReplaySpec, rulebook: Rulebook, data: MarketData, models?: Readonly<Record<string, string>>): string =>
  hashOf({
    strategies: resolvedStrategies(spec),
    symbols: spec.symbols,
    from: spec.from,
    to: spec.to,
    decisionPoint: spec.decisionPoint,
    sizing: spec.sizing,
    initialCash: spec.initialCash,
    rulebook: rulebook.version,
    costs: spec.costs,
    risk: existsSync(spec.risk) ? sha256(readFileSync(spec.risk)) : spec.risk,
    priceOnly: spec.priceOnly,
    horizons: spec.horizons,
    features: spec.features,
    frozen: spec.frozenFrom === undefined ? null : sha256(readFileSync(join(spec.frozenFrom, 'decisions.jsonl'))),
    data: data.digests,
    // Which model each tier asks; absent where none is asked.
    ...(models === undefined || Object.keys(models).length === 0 ? {} : { models }),
    // Absent without a memory: such runs keep the hash that they always had.
    ...(spec.memory === undefined ? {} : { memory: { ...spec.memory, from: startingDigest(spec.memory) } }),
  });

/** The rulebook of a spec under its costs; slippage is the broker's. */
export function rulebookOf(spec: ReplaySpec, market: MarketId, calendar: Calendar): Rulebook {
  const { slippageBp: _slippage, ...costs } = spec.costs;
  return rulebookFor(market, { costs, calendar, overrides: spec.rulebook === 'default' ? undefined : spec.rulebook });
}

/** Hash of the parameters as given: without the seed and the place of the data, which the stamp names apart. */
export function parametersHash(spec: ReplaySpec): string {
  const { seed: _seed, data: _data, ...parameters } = spec;
  return hashOf(parameters);
}
