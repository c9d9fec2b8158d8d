/** The account as a role sees it: parts of equity, not sums of money. */
import type { Instant, PortfolioState, Symbol } from '../core/index.js';

export interface PortfolioFacts {
  readonly knownAt: Instant;
  /** Fractions of equity. */
  readonly cash: number;
  readonly weight: number;
  /** Of what is held, the part that can be sold at the next open. */
  readonly sellable: number;
  /** Last price against average cost; null without a position. */
  readonly gain: number | null;
  readonly positions: number;
  readonly quality: PortfolioState['priceQuality'];
}

export function portfolioFacts(portfolio: PortfolioState, symbol: Symbol): PortfolioFacts {
  const held = portfolio.positions.filter(({ quantity }) => quantity > 0);
  const own = held.find((position) => position.symbol === symbol);
  return {
    knownAt: portfolio.asOf,
    cash: portfolio.totalEquityMinor > 0 ? portfolio.cashMinor / portfolio.totalEquityMinor : 0,
    weight: own?.weight ?? 0,
    sellable: own ? own.sellableAtFill / own.quantity : 0,
    gain: own && own.averageCostTicks > 0 ? own.lastPriceTicks / own.averageCostTicks - 1 : null,
    positions: held.length,
    quality: portfolio.priceQuality,
  };
}
