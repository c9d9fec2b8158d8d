/** A whole market from settings and a seed: its data as a feed gives it, and the truth that the data does not tell. */
import type { BarSeries, CorporateAction, EpochDay, Symbol } from '../../core/index.js';
import { hashOf, InputError } from '../../core/index.js';
import { rulebookFor } from '../../market/index.js';
import { factorOf } from '../corporate-actions.js';
import { digestsOf } from '../digest.js';
import { FeedError } from '../errors.js';
import type { MarketData } from '../market-data.js';
import { climateOf } from './climate.js';
import { byKnownAt, type Draft } from './drafts.js';
import { indexBasket, indexInstrument, indexSeries } from './index-series.js';
import { marketNews } from './market-news.js';
import { minuteBarsOf } from './minute-bars.js';
import { type LabSettingsInput, labSettings } from './settings.js';
import { stockColumns } from './stock-columns.js';
import { type Making, stockPath } from './stock-path.js';
import { timelineOf } from './timeline.js';
import type { LabStockTruth, LabSuspension, LabTruth } from './truth.js';
import { universeOf } from './universe.js';

export interface LabMarket {
  readonly data: MarketData;
  readonly truth: LabTruth;
  /** The 240 minutes of a session, which add up to its daily bar. Throws FeedError where the symbol did not trade. */
  minuteBars(symbol: Symbol, day: EpochDay): BarSeries;
}

/**
 * Same settings and seed, same bytes. Only the past makes the past: a market of more sessions begins with the market of fewer. A
 * stock's own path, items and actions depend on no other stock, so more symbols leave them as they are; the index, which is made of
 * all stocks, moves. Throws FeedError on settings that can't be met, InputError on a seed that is no integer of at most 2^53.
 */
export function labMarket(input: LabSettingsInput, seed: number): LabMarket {
  const settings = labSettings(input);
  if (!Number.isSafeInteger(seed)) throw new InputError(`labMarket: expected a whole number as the seed, got ${seed}. Give for example 1.`);
  const timeline = timelineOf(settings.from, settings.sessions);
  const making: Making = {
    settings,
    seed,
    timeline,
    climate: climateOf(settings, seed),
    rulebook: rulebookFor('cn-a'),
    columns: stockColumns(settings.sessions),
    basket: indexBasket(settings.sessions),
  };
  const series = new Map<Symbol, BarSeries>();
  const actions = new Map<Symbol, readonly CorporateAction[]>();
  const stocks = new Map<Symbol, LabStockTruth>();
  const drafts: Draft[] = marketNews(settings, seed, timeline, making.climate);
  const suspensions: LabSuspension[] = [];
  const universe = universeOf(settings, seed, timeline);
  for (const stock of universe) {
    const { symbol, units } = stock.instrument;
    const made = stockPath(stock, making);
    series.set(symbol, { ...made.series, factor: factorOf(made.series.day, made.series.close, made.actions, units) });
    actions.set(symbol, made.actions);
    stocks.set(symbol, made.truth);
    for (const draft of made.drafts) drafts.push(draft);
    suspensions.push(...made.suspensions);
  }
  if (universe.length === 0)
    throw new FeedError(
      `labMarket: expected a stock that lists before the last session, got none from ${settings.from} on. Start later, or ask for more symbols.`,
    );
  drafts.sort(byKnownAt);
  const news = drafts.map((draft) => draft.item);
  const index = indexInstrument();
  const level = indexSeries(making.basket, seed, timeline, making.climate);
  const instruments = [...universe.map((stock) => stock.instrument), ...(level.length > 0 ? [index] : [])];
  if (level.length > 0) {
    series.set(index.symbol, level);
    actions.set(index.symbol, []);
  }
  const data: MarketData = {
    source: `lab:${hashOf({ settings, seed }).slice(0, 16)}`,
    synthetic: true,
    calendar: 'cn-a',
    instruments,
    series,
    actions,
    news,
    ...(level.length > 0 ? { index: index.symbol } : {}),
    digests: digestsOf({ instruments, series, actions, news }),
    notes: [
      `Synthetic: the lab market made every price and every word (seed ${seed}). None of these companies exists.`,
      'No lab company is ever delisted. The index is a price index: dividends are not in it.',
    ],
    skipped: {},
  };
  return {
    data,
    truth: {
      settings,
      seed,
      sessions: Int32Array.from({ length: timeline.length }, (_, t) => timeline.day(t)),
      regime: making.climate.regime,
      items: drafts.map((draft) => draft.truth),
      suspensions,
      stocks,
    },
    minuteBars(symbol, day) {
      const daily = series.get(symbol);
      if (!daily)
        throw new FeedError(`minuteBars: expected a symbol of the market, got ${symbol}. It has ${[...series.keys()].join(', ')}.`);
      return minuteBarsOf(daily, day, seed);
    },
  };
}
