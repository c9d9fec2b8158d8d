/** A view over hand-made bars, and portfolios with only what a test needs. */
import type { BarWindow, PortfolioState, Position, Units, View } from '../../lib/core/index.js';

export const cny: Units = {
  currency: 'CNY',
  minorPerMajor: 100,
  tickSize: 0.01,
  quantityStep: 1,
  minorPerUnitTick: { numerator: 1, denominator: 1 },
};

export interface FakeBar {
  day: number;
  close: number;
  factor?: number;
  volume?: number;
  high?: number;
  low?: number;
}

export const closeOf = (day: number): number => day * 86_400_000 + 7 * 3_600_000;

/** Bars cut at `day`; the account is what `portfolio` says. */
export function viewAt(
  day: number,
  bars: Record<string, readonly FakeBar[]>,
  portfolio: PortfolioState = account({ cashMinor: 1e8 }),
): View {
  const asOf = closeOf(day);
  return {
    asOf,
    bars(symbol, count): BarWindow {
      const known = (bars[symbol] ?? []).filter((bar) => bar.day <= day).slice(-count);
      const column = (pick: (bar: FakeBar) => number) => Float64Array.from(known, pick);
      const last = known.at(-1);
      return {
        symbol,
        units: cny,
        length: known.length,
        day: Int32Array.from(known, (bar) => bar.day),
        open: column((bar) => bar.close),
        high: column((bar) => bar.high ?? bar.close),
        low: column((bar) => bar.low ?? bar.close),
        close: column((bar) => bar.close),
        volume: column((bar) => bar.volume ?? 1000),
        factor: column((bar) => bar.factor ?? 1),
        maxKnownAt: last ? closeOf(last.day) : Number.NEGATIVE_INFINITY,
      };
    },
    news: () => [],
    recall: async () => ({ status: 'empty', items: [] }),
    portfolio: () => portfolio,
    reads: { maxKnownAt: asOf, entries: () => [] },
  };
}

export interface FakeHolding {
  symbol: string;
  quantity: number;
  price: number;
  sellable?: number;
  averageCost?: number;
}

export function account(parts: { cashMinor: number; holdings?: readonly FakeHolding[]; day?: number }): PortfolioState {
  const holdings = parts.holdings ?? [];
  const total = parts.cashMinor + holdings.reduce((sum, h) => sum + h.quantity * h.price, 0);
  const positions: Position[] = holdings.map((h) => ({
    symbol: h.symbol,
    quantity: h.quantity,
    sellableNow: h.sellable ?? h.quantity,
    sellableAtFill: h.sellable ?? h.quantity,
    averageCostTicks: h.averageCost ?? h.price,
    lastPriceTicks: h.price,
    tickSize: 0.01,
    marketValueMinor: h.quantity * h.price,
    weight: (h.quantity * h.price) / total,
    unrealisedPnlMinor: h.quantity * (h.price - (h.averageCost ?? h.price)),
    lots: [{ quantity: h.quantity, boughtOn: 0, costMinor: h.quantity * (h.averageCost ?? h.price) }],
  }));
  return {
    asOf: closeOf(parts.day ?? 0),
    currency: 'CNY',
    cashMinor: parts.cashMinor,
    frozenCashMinor: 0,
    receivableMinor: 0,
    totalEquityMinor: total,
    positions,
    priceQuality: 'live',
  };
}
