/** Caps on buys: what would go over one is cut to lots and recorded, or refused when nothing is left. Sells are never held back. */
import type { Instrument, PortfolioState, Rejection, Symbol } from '../core/index.js';
import { buyLots } from './lots.js';
import { notionalMinor, unitsWorth } from './notional.js';
import type { RiskSettings } from './risk-settings.js';
import type { SessionRules } from './session-rules.js';
import type { OrderDraft } from './to-order.js';

/** What the caps need to know of a symbol. */
export interface RiskMarket {
  instrumentOf(symbol: Symbol): Instrument;
  /** Rules of the fill session. */
  rulesOf(symbol: Symbol): SessionRules;
  /** Newest close known, ticks. */
  lastPriceTicksOf(symbol: Symbol): number;
}

export interface RiskResult {
  readonly drafts: readonly OrderDraft[];
  /** `cut-risk` for a part, `risk` for the whole. */
  readonly rejections: readonly Rejection[];
  readonly warnings: readonly string[];
}

const UNKNOWN = 'unknown';

/**
 * Drafts in the order given, each against what the portfolio holds and what the drafts before it add, at last prices without fees.
 * Sells make no room: whether they fill is not known yet. `settings` null: everything passes.
 */
export function applyRisk(
  drafts: readonly OrderDraft[],
  portfolio: PortfolioState,
  market: RiskMarket,
  settings: RiskSettings | null,
): RiskResult {
  if (settings === null || !drafts.some((draft) => draft.side === 'buy')) return { drafts, rejections: [], warnings: [] };
  const bySymbol = new Map<Symbol, number>();
  const bySector = new Map<string, number>();
  const withoutSector = new Set<Symbol>();
  let gross = 0;
  const add = (symbol: Symbol, valueMinor: number): void => {
    const sector = market.instrumentOf(symbol).sector;
    if (sector === undefined) withoutSector.add(symbol);
    bySymbol.set(symbol, (bySymbol.get(symbol) ?? 0) + valueMinor);
    bySector.set(sector ?? UNKNOWN, (bySector.get(sector ?? UNKNOWN) ?? 0) + valueMinor);
    gross += valueMinor;
  };
  for (const position of portfolio.positions) add(position.symbol, position.marketValueMinor);
  const passed: OrderDraft[] = [];
  const rejections: Rejection[] = [];
  for (const draft of drafts) {
    if (draft.side === 'sell') {
      passed.push(draft);
      continue;
    }
    const { symbol } = draft;
    const { units, sector } = market.instrumentOf(symbol);
    const price = market.lastPriceTicksOf(symbol);
    const equity = portfolio.totalEquityMinor;
    const rooms: readonly (readonly [string, number])[] = [
      [`position cap ${settings.positionCap}`, Math.floor(settings.positionCap * equity) - (bySymbol.get(symbol) ?? 0)],
      [
        `sector cap ${settings.sectorCap} of ${sector ?? UNKNOWN}`,
        Math.floor(settings.sectorCap * equity) - (bySector.get(sector ?? UNKNOWN) ?? 0),
      ],
      [`gross cap ${settings.grossCap}`, Math.floor(settings.grossCap * equity) - gross],
    ];
    const [cap, room] = rooms.reduce((a, b) => (b[1] < a[1] ? b : a));
    const allowed = Math.min(draft.quantity, buyLots(unitsWorth(room, price, units), market.rulesOf(symbol)));
    if (allowed > 0) {
      add(symbol, notionalMinor(allowed, price, units));
      passed.push(allowed === draft.quantity ? draft : cutTo(draft, allowed));
    } else if (sector === undefined) withoutSector.add(symbol);
    if (allowed === draft.quantity) continue;
    rejections.push({
      orderId: null,
      symbol,
      side: 'buy',
      day: draft.decidedOn,
      quantity: draft.quantity - allowed,
      reason: allowed === 0 ? 'risk' : 'cut-risk',
      detail: `${cap}: room for ${allowed} of ${draft.quantity} units`,
      action: draft.action,
      strategy: draft.strategy,
    });
  }
  const warnings =
    withoutSector.size === 0
      ? []
      : [`No sector known for ${[...withoutSector].sort().join(', ')}: they share one bucket of the sector cap.`];
  return { drafts: passed, rejections, warnings };
}

const cutTo = (draft: OrderDraft, quantity: number): OrderDraft =>
  draft.cashFraction === undefined
    ? { ...draft, quantity }
    : { ...draft, quantity, cashFraction: (draft.cashFraction * quantity) / draft.quantity };
