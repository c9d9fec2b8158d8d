import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dayOf } from '../../../lib/core/index.js';
import { type BrokerBar, type Rulebook, type SessionRules, SimulatedBroker } from '../../../lib/market/index.js';
import { commission, mainRules, order, ratio, stamp, stock } from './helpers.js';

type Trade = [symbol: string, quantity: number, priceTicks: number, commissionYuan: number, taxYuan: number];
interface Golden {
  readonly cash: number;
  readonly sessions: readonly {
    readonly day: string;
    readonly bars: Record<string, [open: number, high: number, low: number, close: number, volume: number]>;
    readonly orders: readonly [symbol: string, quantity: number][];
    readonly trades: readonly Trade[];
    readonly held: Record<string, number>;
    readonly cash: number;
  }[];
}

const MAIN = '600000.XSHG';
const halved = dayOf('2023-08-28');

/** Main board and STAR, stamp tax on sales by date, no transfer fee: what the oracle models. */
const rulesOf = (symbol: string, tax: number, firstDay: number, lastDay: number): SessionRules => ({
  ...mainRules,
  firstDay,
  lastDay,
  fees: [commission, { ...stamp, rate: ratio(tax, 10_000) }],
  ...(symbol === MAIN ? {} : { buyMinimum: 200, buyStep: 1, sellStep: 1, priceLimit: { up: ratio(20, 100), down: ratio(20, 100) } }),
});
const tables = new Map(
  [MAIN, '688001.XSHG'].map((symbol) => [symbol, [rulesOf(symbol, 10, 0, halved - 1), rulesOf(symbol, 5, halved, 1e6)] as const]),
);
const rulebook: Rulebook = { id: 'oracle', version: '1', rulesFor: ({ symbol }, day) => tables.get(symbol)![day < halved ? 0 : 1] };

// Made by: python test/slow/rqalpha_broker.py test/market/broker/golden/rqalpha.json (rqalpha 5.6.5; how to install it is said there).
test('the same fills as rqalpha: T+1, lots, STAR minimum, limits, volume cap, stamp tax by date, minimum commission', () => {
  const golden: Golden = JSON.parse(readFileSync(new URL('golden/rqalpha.json', import.meta.url), 'utf8'));
  const account = new SimulatedBroker({
    instruments: [stock(MAIN), stock('688001.XSHG', { board: 'star' })],
    rulebook,
    initialCashMinor: golden.cash * 100,
  });
  const reasons: Record<string, number> = {};
  let trades = 0;
  let worst = 0;
  golden.sessions.forEach((session, i) => {
    const day = dayOf(session.day);
    const bars = Object.entries(session.bars).map(
      ([symbol, [open, high, low, close, volume]]): BrokerBar => ({ symbol, open, high, low, close, volume }),
    );
    const refused =
      i === 0
        ? []
        : account.submit(
            session.orders.map(([symbol, quantity]) => order(symbol, quantity > 0 ? 'buy' : 'sell', Math.abs(quantity))),
            day,
          );
    account.openSession(day);
    const { fills, rejections } = account.fillAtOpen(day, bars);
    account.closeSession(day, bars);
    for (const { reason } of [...refused, ...rejections]) reasons[reason] = (reasons[reason] ?? 0) + 1;
    const ours = fills.map(({ symbol, side, quantity, priceTicks }) => [symbol, side === 'buy' ? quantity : -quantity, priceTicks]);
    const theirs = session.trades.map((trade) => trade.slice(0, 3));
    expect([session.day, ours.sort()]).toEqual([session.day, theirs.sort()]);
    for (const fill of fills) {
      const [, , , paid, tax] = session.trades.find(([symbol]) => symbol === fill.symbol)!;
      // Theirs are not rounded to fen.
      expect(Math.abs(fill.feesMinor['commission']! - paid * 100)).toBeLessThanOrEqual(0.5001);
      expect(Math.abs((fill.feesMinor['stamp'] ?? 0) - tax * 100)).toBeLessThanOrEqual(0.5001);
    }
    trades += fills.length;
    const { positions } = account.portfolio(day, day);
    for (const [symbol, quantity] of Object.entries(session.held)) {
      expect(positions.find((position) => position.symbol === symbol)?.quantity ?? 0).toBe(quantity);
    }
    worst = Math.max(worst, Math.abs(account.cashMinor() - session.cash * 100));
  });
  expect(trades).toBeGreaterThan(300);
  expect(worst).toBeLessThanOrEqual(trades);
  // The comparison covers what it says.
  for (const reason of ['limit-up', 'limit-down', 'below-lot', 'cut-lot', 'cut-volume', 'no-volume', 'no-position']) {
    expect(reasons[reason] ?? 0, reason).toBeGreaterThan(3);
  }
});
