/** Market data in finer quantity units than its own: what a broker that trades parts of a share works on. */
import type { BarSeries, CorporateAction, Instrument } from '../core/index.js';
import { describeSymbol } from '../market/index.js';
import { reduced } from './corporate-actions.js';
import { digestsOf } from './digest.js';
import { FeedError } from './errors.js';
import type { MarketData } from './market-data.js';

/**
 * The same bars and actions in units of `quantityStep` shares or coins; an index stays as it is. Throws FeedError for A-shares, whose lots
 * are the exchange's, and for a step that does not divide the instrument's own.
 */
export function withQuantityStep(data: MarketData, quantityStep: number): MarketData {
  const series = new Map(data.series);
  const actions = new Map(data.actions);
  const instruments = data.instruments.map((instrument): Instrument => {
    const { symbol, market, kind, units } = instrument;
    if (kind === 'index') return instrument;
    const finer = Math.round(units.quantityStep / quantityStep);
    if (market === 'cn-a' || finer < 1 || Math.abs(finer * quantityStep - units.quantityStep) > 1e-12)
      throw new FeedError(
        `withQuantityStep: expected a step that divides ${units.quantityStep}${market === 'cn-a' ? ', outside China' : ''}, got ${quantityStep} for ${symbol}. Leave it out.`,
      );
    if (finer === 1) return instrument;
    series.set(symbol, scaled(data.series.get(symbol)!, finer));
    actions.set(symbol, perUnit(data.actions.get(symbol) ?? [], finer));
    return { ...instrument, units: describeSymbol(symbol, { tickSize: units.tickSize, quantityStep }).units };
  });
  return { ...data, instruments, series, actions, digests: digestsOf({ ...data, instruments, series, actions }) };
}

const scaled = (bars: BarSeries, finer: number): BarSeries => ({ ...bars, volume: bars.volume.map((units) => units * finer) });

/** Cash is per unit held; new units per unit are a ratio and stay. */
const perUnit = (actions: readonly CorporateAction[], finer: number): CorporateAction[] =>
  actions.map((action) =>
    action.cash === undefined ? action : { ...action, cash: reduced(action.cash.numerator, action.cash.denominator * finer) },
  );
