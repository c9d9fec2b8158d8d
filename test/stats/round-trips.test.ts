/** Round trips from fills: flat to flat, with splits and dividends in between. */
import { expect, test } from 'vitest';
import type { Fill, Side } from '../../lib/core/index.js';
import { roundTripsOf, tradesOf } from '../../lib/stats/index.js';

const fill = (day: number, side: Side, quantity: number, notionalMinor: number, fee: number, symbol = 'A'): Fill => ({
  orderId: day,
  symbol,
  side,
  day,
  quantity,
  priceTicks: notionalMinor / quantity,
  notionalMinor,
  feesMinor: { commission: fee },
  totalFeesMinor: fee,
  cashDeltaMinor: side === 'buy' ? -notionalMinor - fee : notionalMinor - fee,
  action: 'HOLD',
  strategy: 's',
  why: '',
});

test('a trip runs from flat to flat, fees, dividend and split included; what is open stays out', () => {
  const fills = [
    fill(1, 'buy', 100, 1000, 5),
    fill(2, 'buy', 100, 1200, 5),
    fill(4, 'sell', 150, 900, 5),
    fill(5, 'sell', 250, 1600, 5),
    fill(6, 'buy', 10, 100, 1),
    fill(3, 'buy', 10, 50, 1, 'B'),
    fill(7, 'sell', 10, 40, 1, 'B'),
  ];
  const adjustments = [
    { symbol: 'A', day: 3, quantityDelta: 200, cashMinor: 30 },
    { symbol: 'C', day: 3, quantityDelta: 1, cashMinor: 1 },
  ];
  expect(roundTripsOf(fills, adjustments)).toEqual([
    { symbol: 'A', openedOn: 1, closedOn: 5, pnlMinor: 30 + 900 + 1600 - 1000 - 1200 - 20, investedMinor: 2210 },
    { symbol: 'B', openedOn: 3, closedOn: 7, pnlMinor: -12, investedMinor: 51 },
  ]);
  expect(() => roundTripsOf(fills)).toThrow(/got 200 units too many on day 5. Pass its splits/);
  expect(tradesOf(fills.slice(0, 1))).toEqual([{ day: 1, notional: 1000, costs: 5 }]);
});
