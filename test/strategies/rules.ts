/** Session rules and a market that are simple enough to work by hand. */
import type { Instrument } from '../../lib/core/index.js';
import type { SessionRules } from '../../lib/market/index.js';
import type { ExecutionContext } from '../../lib/strategies/index.js';
import { cny } from './fake-view.js';

/** Lots of 100, T+1, no limits, one fee: `rate` of the notional, at least `minimumMinor` an order. */
export function lotRules(rate = 0, minimumMinor = 0): SessionRules {
  return {
    rulebook: 'test@1',
    firstDay: -1_000_000,
    lastDay: 1_000_000,
    settlementSessions: 1,
    buyMinimum: 100,
    buyStep: 100,
    sellStep: 100,
    tradable: true,
    priceLimit: null,
    volumeCap: null,
    fees:
      rate === 0
        ? []
        : [
            {
              name: 'commission',
              side: 'both',
              basis: 'notional',
              rate: { numerator: Math.round(rate * 1e6), denominator: 1e6 },
              minimumMinor,
              maximumMinor: 0,
            },
          ],
    dividendTax: { kind: 'none' },
    parMinor: 100,
  };
}

export const stock = (symbol: string, sector?: string): Instrument => ({
  symbol,
  name: symbol,
  market: 'cn-a',
  board: 'sz-main',
  kind: 'stock',
  units: cny,
  corporateActions: 'none',
  ...(sector === undefined ? {} : { sector }),
});

export function marketOf(
  prices: Record<string, number>,
  rules: SessionRules = lotRules(),
  sectors: Record<string, string> = {},
): ExecutionContext {
  return {
    decidedOn: 100,
    instrument: (symbol) => stock(symbol, sectors[symbol]),
    rules: () => rules,
    lastPriceTicks: (symbol) => prices[symbol] ?? 0,
  };
}
