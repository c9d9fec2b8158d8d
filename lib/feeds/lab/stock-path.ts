/** One stock of a lab market, session by session: latent price, limits, halts, distributions, items, bars. */
import { type BarSeries, type CorporateAction, type RandomState, randomFloat, randomNormal } from '../../core/index.js';
import { exRightReferenceTicks, limitDownTicks, limitUpTicks, type Rulebook } from '../../market/index.js';
import { type Climate, nextVariance, overnightPart } from './climate.js';
import { companyItem, notice } from './company-news.js';
import { HALT_WORDS } from './company-words.js';
import { actionOf, distributionOn, noDistribution, termsOf } from './distributions.js';
import type { Draft } from './drafts.js';
import { haltOf } from './halts.js';
import { addToIndex, type IndexBasket } from './index-series.js';
import { effectLoading } from './news-effect.js';
import { streamOf, studentT } from './random-streams.js';
import type { LabSettings } from './settings.js';
import { type StockColumns, takeSeries } from './stock-columns.js';
import type { Timeline } from './timeline.js';
import type { LabStockTruth, LabSuspension } from './truth.js';
import type { LabStock } from './universe.js';
import { sessionVolume, volumeState } from './volume.js';

/** What all stocks of a market are made from. */
export interface Making {
  readonly settings: LabSettings;
  readonly seed: number;
  readonly timeline: Timeline;
  readonly climate: Climate;
  readonly rulebook: Rulebook;
  /** Room for one stock, used again and again. */
  readonly columns: StockColumns;
  readonly basket: IndexBasket;
}

export interface StockPath {
  readonly series: Omit<BarSeries, 'factor'>;
  readonly actions: readonly CorporateAction[];
  readonly suspensions: readonly LabSuspension[];
  readonly drafts: readonly Draft[];
  readonly truth: LabStockTruth;
}

/** A stock new to the market: its first sessions move more, and its issue price was low (mean and deviation of the log gap). */
const NEW_SESSIONS = 5;
const NEW_DEVIATION = 1.8;
const ISSUE_GAP = { mean: 0.35, deviation: 0.2 };
/** Part of a stock's own shock that goes on while it is halted. */
const HALTED_SHOCK = 0.5;
/** Chance a session that a halt begins only counts once a stock is this old. */
const HALT_AFTER = 20;
const YOUNG_REGIME = 5;
const READING_LEVEL = { plain: 1, 'in-text': 2, contrary: 3 } as const;

/** Largest excess of a Brownian bridge over its middle, variance `variance` between ends `gap` apart (exact law of its maximum). */
const bridgeReach = (gap: number, variance: number, state: RandomState): number =>
  Math.sqrt(gap * gap - 2 * variance * Math.log(1 - randomFloat(state))) / 2;

/**
 * The latent log price knows no limit: what a limit cuts off is still there in the next session and opens it. Prices are the latent
 * ones, rounded to ticks and held inside the session's limits.
 */
export function stockPath(stock: LabStock, making: Making): StockPath {
  const { settings, seed, timeline, climate, rulebook, columns, basket } = making;
  const { instrument, listed, marketLoading, sectorLoading } = stock;
  const { symbol, units } = instrument;
  const { overnightShare, tailDegrees, regimes, news } = settings;
  const { market } = climate;
  const sector = climate.sectors[stock.sector]!;
  const intradayShare = 1 - overnightShare;
  const loading = effectLoading(news.information, news.horizon, overnightShare);
  const path = streamOf(seed, `${symbol}:path`);
  const life = streamOf(seed, `${symbol}:life`);
  const words = streamOf(seed, `${symbol}:news`);
  const turnover = volumeState(streamOf(seed, `${symbol}:volume`), stock.turnover);

  const actions: CorporateAction[] = [];
  const suspensions: LabSuspension[] = [];
  const drafts: Draft[] = [];
  const plan = noDistribution();
  let closeTicks = stock.issueTicks;
  let latent = Math.log(closeTicks);
  let variance = 1;
  let shares = stock.shares;
  let haltUntil = -1;
  let signal = 0;
  let level = 0;
  let pushFrom = 0;
  let pushTo = -1;
  columns.length = 0;

  for (let t = Math.max(0, listed); t < timeline.length; t++) {
    const regime = regimes[climate.regime[t]!]!;
    const age = t - listed;
    const isNew = age < NEW_SESSIONS;
    const ownDeviation = stock.deviation * regime.ownDeviation * Math.sqrt(variance) * (isNew ? NEW_DEVIATION : 1);
    const unit = studentT(path, tailDegrees);
    const shock = ownDeviation * unit;
    const overnight = overnightPart(shock, ownDeviation, overnightShare, path);
    variance = nextVariance(variance, unit, settings);
    const drift = marketLoading * climate.drift[t]!;

    if (stock.stFrom.has(t + 1)) drafts.push(notice(stock, settings, timeline, t, words, { kind: 'st', from: t + 1 }));
    if (stock.stUntil.has(t + 1)) drafts.push(notice(stock, settings, timeline, t, words, { kind: 'st-ends', from: t + 1 }));

    if (t <= haltUntil) {
      latent += drift + marketLoading * (market.overnight[t]! + market.intraday[t]!) + HALTED_SHOCK * shock;
      addToIndex(basket, t, shares * closeTicks, 1, 1, 0);
      if (t === haltUntil) {
        const open = suspensions.pop()!;
        suspensions.push({ ...open, to: timeline.day(t) });
        drafts.push(notice(stock, settings, timeline, t, words, { kind: 'resume', from: t + 1 }));
      }
      continue;
    }

    const deviation = Math.sqrt(
      intradayShare * ((marketLoading * market.deviation[t]!) ** 2 + (sectorLoading * sector.deviation[t]!) ** 2 + ownDeviation ** 2),
    );
    const push = t >= pushFrom && t <= pushTo ? loading * regime.newsResponse : 0;
    const noise = marketLoading * market.intraday[t]! + sectorLoading * sector.intraday[t]! + shock - overnight;
    const expected = intradayShare * drift + push * deviation * signal;

    let reference = closeTicks;
    const distribution = plan.pending;
    if (distribution?.ex === t) {
      const action = actions[actions.length - 1]!;
      reference = exRightReferenceTicks(closeTicks, action, units);
      const grown = 1 + (distribution.bonusPerTen + distribution.transferPerTen) / 10;
      latent += Math.log((closeTicks - distribution.cashPerTenFen / 10) / (closeTicks * grown));
      shares = Math.round(shares * grown);
      plan.pending = null;
      // The index corrects its weights for new shares, not for dividends.
      closeTicks /= grown;
    }
    const before = closeTicks;

    const listingGap = age === 0 ? ISSUE_GAP.mean + ISSUE_GAP.deviation * randomNormal(path) : 0;
    const opened =
      latent +
      listingGap +
      overnightShare * drift +
      marketLoading * market.overnight[t]! +
      sectorLoading * sector.overnight[t]! +
      overnight;
    latent = opened + expected + Math.sqrt(1 - push * push) * noise;
    const middle = (opened + latent) / 2;
    const gap = latent - opened;
    const top = middle + bridgeReach(gap, deviation * deviation, path);
    const bottom = middle - bridgeReach(gap, deviation * deviation, path);

    const rules = rulebook.rulesFor(instrument, timeline.day(t));
    const up = limitUpTicks(reference, rules);
    const down = Math.max(1, limitDownTicks(reference, rules));
    const inside = (log: number): number => Math.min(up, Math.max(down, Math.round(Math.exp(log))));
    const open = inside(opened);
    const high = inside(top);
    const low = inside(bottom);
    closeTicks = inside(latent);
    const move = Math.abs(Math.log(closeTicks / reference)) / stock.deviation;
    const volume = sessionVolume(turnover, shares, regime.volume * (isNew ? 6 : 1), move, high === low);

    const i = columns.length++;
    columns.day[i] = timeline.day(t);
    columns.knownAt[i] = timeline.closeAt(t);
    columns.open[i] = open;
    columns.high[i] = high;
    columns.low[i] = low;
    columns.close[i] = closeTicks;
    columns.volume[i] = volume;
    columns.expected[i] = expected;
    columns.deviation[i] = deviation;
    // A stock counts in the index from its eleventh session on, as in CSI's rule for new shares.
    if (age >= 10) addToIndex(basket, t, shares * before, open / before, closeTicks / before, volume);

    const isQuiet = plan.pending === null && age >= HALT_AFTER;
    if (randomFloat(life) < settings.suspensionRate && isQuiet) {
      const halt = haltOf(life);
      haltUntil = t + halt.sessions;
      suspensions.push({ symbol, reason: halt.reason, from: timeline.day(t + 1) });
      drafts.push(notice(stock, settings, timeline, t, words, { kind: 'halt', from: t + 1, terms: HALT_WORDS[halt.reason] }));
    }
    const mayAnnounce = haltUntil <= t;
    const declared = distributionOn(plan, t, columns.length, closeTicks, mayAnnounce, settings, timeline, life);
    if (declared) {
      const told = notice(stock, settings, timeline, t, words, { kind: 'dividend', from: declared.ex, terms: termsOf(declared) });
      drafts.push(told);
      actions.push(actionOf(symbol, declared, told.item.knownAt, timeline));
    }
    if (t >= pushTo && randomFloat(words) < news.companyRate) {
      const draft = companyItem(stock, settings, timeline, t, words);
      drafts.push(draft);
      signal = draft.truth.signal;
      level = READING_LEVEL[draft.truth.reading!];
      pushFrom = timeline.indexAtOrAfter(draft.truth.pushFrom);
      pushTo = timeline.indexAtOrAfter(draft.truth.pushTo);
    }
    const atWork = pushFrom - 1 <= t && t < pushTo;
    columns.complexity[i] = (atWork ? level : 0) + (climate.age[t]! < YOUNG_REGIME && t >= YOUNG_REGIME ? 1 : 0);
  }

  const { length } = columns;
  return {
    series: takeSeries(symbol, columns),
    actions: actions.filter((action) => length > 0 && action.exDay <= timeline.day(timeline.length - 1)),
    suspensions,
    drafts,
    truth: {
      firstReferenceTicks: stock.issueTicks,
      marketLoading,
      sectorLoading,
      expected: columns.expected.slice(0, length),
      deviation: columns.deviation.slice(0, length),
      complexity: columns.complexity.slice(0, length),
    },
  };
}
