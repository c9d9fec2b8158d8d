/** What an observation reads of the account: plain numbers, filled from a portfolio in a live decision and from columns in training. */
import type { PortfolioState, Symbol } from '../core/index.js';

/** One account as it stands at a decision, for one symbol. Written over for each row: keep none. */
export class AccountReading {
  /** Free cash, minor units. */
  cashMinor = 0;
  equityMinor = 0;
  /** Of the symbol; 0 when nothing is held. */
  marketValueMinor = 0;
  unrealisedPnlMinor = 0;
  quantity = 0;
  /** Units that can be sold where an order sent now can fill. */
  sellable = 0;
  /** Decisions since the held quantity last changed, by a trade or a split; 0 at the first. */
  decisionsSinceChange = 0;
}

/** Position value by equity; 0 when there is no equity. */
export const positionWeight = ({ marketValueMinor, equityMinor }: AccountReading): number =>
  equityMinor > 0 ? marketValueMinor / equityMinor : 0;

/** Free cash by equity; 0 when there is no equity. */
export const cashWeight = ({ cashMinor, equityMinor }: AccountReading): number => (equityMinor > 0 ? cashMinor / equityMinor : 0);

/** Unrealised gain by cost, fees included; 0 when flat, or when dividends have paid back the cost. */
export function unrealisedFraction({ marketValueMinor, unrealisedPnlMinor }: AccountReading): number {
  const cost = marketValueMinor - unrealisedPnlMinor;
  return cost > 0 ? unrealisedPnlMinor / cost : 0;
}

/** Sellable units by units held; 1 when flat. */
export const sellableFraction = ({ quantity, sellable }: AccountReading): number => (quantity > 0 ? sellable / quantity : 1);

/** Fills `into` from a portfolio; `decisionsSinceChange` is the caller's to keep. */
export function readAccount(portfolio: PortfolioState, symbol: Symbol, into: AccountReading): void {
  into.cashMinor = portfolio.cashMinor;
  into.equityMinor = portfolio.totalEquityMinor;
  into.marketValueMinor = 0;
  into.unrealisedPnlMinor = 0;
  into.quantity = 0;
  into.sellable = 0;
  const { positions } = portfolio;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (position.symbol !== symbol) continue;
    into.marketValueMinor = position.marketValueMinor;
    into.unrealisedPnlMinor = position.unrealisedPnlMinor;
    into.quantity = position.quantity;
    into.sellable = position.sellableAtFill;
    return;
  }
}
