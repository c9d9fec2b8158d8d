/** Small literal rules, instruments and orders for the broker's tests; nothing in here comes from the shipped rulebook. */
import type { Instrument, Order, Ratio, Units } from '../../../lib/core/index.js';
import type { BrokerBar, Rulebook, SessionRules } from '../../../lib/market/index.js';

export const ratio = (numerator: number, denominator: number): Ratio => ({ numerator, denominator });

/** A-share units: tick 0.01 yuan, cash in fen. */
export const yuan: Units = { currency: 'CNY', minorPerMajor: 100, tickSize: 0.01, quantityStep: 1, minorPerUnitTick: ratio(1, 1) };

export const stock = (symbol: string, extra: Partial<Instrument> = {}): Instrument => ({
  symbol,
  name: symbol,
  market: 'cn-a',
  board: 'sz-main',
  kind: 'stock',
  units: yuan,
  corporateActions: 'declared',
  ...extra,
});

export const commission = {
  name: 'commission',
  side: 'both',
  basis: 'notional',
  rate: ratio(25, 100_000),
  minimumMinor: 500,
  maximumMinor: 0,
} as const;
export const stamp = { name: 'stamp', side: 'sell', basis: 'notional', rate: ratio(1, 1000), minimumMinor: 0, maximumMinor: 0 } as const;
export const transfer = {
  name: 'transfer',
  side: 'both',
  basis: 'notional',
  rate: ratio(2, 100_000),
  minimumMinor: 0,
  maximumMinor: 0,
} as const;

/** Main board: T+1, lots of 100, 10 % limits, a quarter of the volume. */
export const mainRules: SessionRules = {
  rulebook: 'test@1',
  firstDay: 0,
  lastDay: 100_000,
  settlementSessions: 1,
  buyMinimum: 100,
  buyStep: 100,
  sellStep: 100,
  tradable: true,
  priceLimit: { up: ratio(10, 100), down: ratio(10, 100) },
  volumeCap: ratio(1, 4),
  fees: [commission, stamp, transfer],
  dividendTax: { kind: 'flat', rate: ratio(10, 100) },
  parMinor: 100,
};

export const byHolding = { kind: 'by-holding', upToMonth: ratio(20, 100), upToYear: ratio(10, 100), longer: ratio(5, 100) } as const;

/** No limits, no lots, no fees, T+0. */
export const freeRules: SessionRules = {
  ...mainRules,
  settlementSessions: 0,
  buyMinimum: 1,
  buyStep: 1,
  sellStep: 1,
  priceLimit: null,
  volumeCap: null,
  fees: [],
  dividendTax: { kind: 'none' },
};

export const bookOf = (rules: SessionRules): Rulebook => ({ id: 'test', version: '1', rulesFor: () => rules });

let orderNumber = 0;

export function order(symbol: string, side: 'buy' | 'sell', quantity: number, extra: Partial<Order> = {}): Order {
  return {
    id: ++orderNumber,
    symbol,
    side,
    quantity,
    sizing: 'at-decision',
    sellAll: false,
    action: side === 'buy' ? 'BUY' : 'SELL',
    size: { kind: 'none' },
    why: 'test',
    strategy: 'test',
    confidence: 1,
    decidedOn: 0,
    ...extra,
  };
}

export const bar = (symbol: string, open: number, close = open, volume = 1_000_000): BrokerBar => ({
  symbol,
  open,
  high: Math.max(open, close),
  low: Math.min(open, close),
  close,
  volume,
});
