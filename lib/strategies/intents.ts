/** Small things every strategy needs to say what it wants and on what grounds. */
import { type BarWindow, dateOf, type EvidenceRef, type Intent, type PortfolioState, type Position, type Symbol } from '../core/index.js';

/** The one empty answer: nothing is allocated for a HOLD; the loop writes it as HOLD with reason `no-intent`. */
export const NO_INTENTS: readonly Intent[] = Object.freeze([]);

/** The bars that a decision rests on: `symbol@newest date#count`. */
export function barsEvidence(window: BarWindow): EvidenceRef {
  const newest = window.day[window.length - 1];
  return {
    kind: 'bars',
    id: `${window.symbol}@${newest === undefined ? 'none' : dateOf(newest)}#${window.length}`,
    knownAt: window.maxKnownAt,
  };
}

/** The account as a ground: average costs and holdings as of an instant. */
export const portfolioEvidence = (portfolio: PortfolioState): EvidenceRef => ({
  kind: 'portfolio',
  id: `portfolio@${portfolio.asOf}`,
  knownAt: portfolio.asOf,
});

/** The position in a symbol, or undefined when nothing of it is held. */
export function positionIn(portfolio: PortfolioState, symbol: Symbol): Position | undefined {
  const positions = portfolio.positions;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (position.symbol === symbol) return position.quantity > 0 ? position : undefined;
  }
  return undefined;
}
