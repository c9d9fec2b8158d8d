import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Order, ratio } from '../../../lib/core/index.js';
import { describeSymbol, rulebookFor, SimulatedBroker } from '../../../lib/market/index.js';
import { order } from './helpers.js';

/** Made by golden/portfolio.py: vectorbt 1.2.0 on the same bars and orders. */
const golden = JSON.parse(readFileSync(new URL('golden/portfolio.json', import.meta.url), 'utf8')) as {
  cashMinor: number;
  opens: Record<string, number[]>;
  closes: Record<string, number[]>;
  orders: { bar: number; symbol: string; side: 'buy' | 'sell'; quantity: number }[];
  value: number[];
  cash: number[];
};
const A_DAY = 6;

test('three coins in one account on four-hour bars, bought and sold on the same days: the value of every day is that of vectorbt', () => {
  const symbols = Object.keys(golden.opens);
  const broker = new SimulatedBroker({
    instruments: symbols.map((symbol) => ({ ...describeSymbol(symbol), name: symbol, corporateActions: 'none' as const })),
    rulebook: rulebookFor('crypto', { costs: { commission: ratio(1, 1000) } }),
    initialCashMinor: golden.cashMinor,
  });
  const byBar = new Map<number, Order[]>();
  for (const { bar, symbol, side, quantity } of golden.orders) {
    byBar.set(bar, [...(byBar.get(bar) ?? []), order(symbol, side, quantity)]);
  }
  const bars = golden.opens[symbols[0]!]!.length;
  let fills = 0;
  for (let day = 0; day < bars / A_DAY; day++) {
    broker.openSession(day + 20_000);
    for (let step = 0; step < A_DAY; step++) {
      const bar = day * A_DAY + step;
      const today = symbols.map((symbol) => {
        const [open, close] = [golden.opens[symbol]![bar]!, golden.closes[symbol]![bar]!];
        return { symbol, open, close, high: Math.max(open, close), low: Math.min(open, close), volume: 1e15 };
      });
      const done = broker.fillAtOpen(day + 20_000, today);
      expect(done.rejections).toEqual([]);
      fills += done.fills.length;
      const last = step === A_DAY - 1;
      if (last) broker.closeSession(day + 20_000, today);
      else broker.markAtClose(day + 20_000, today);
      expect(broker.submit(byBar.get(bar + 1) ?? [], day + 20_000 + (last ? 1 : 0))).toEqual([]);
    }
    // Ours is in whole cents: half a cent for notional and fee of each fill so far, and for each mark.
    const slack = (fills + 3) / 100;
    expect(Math.abs(broker.equityMinor() / 100 - golden.value[day]!)).toBeLessThan(slack);
    expect(Math.abs(broker.cashMinor() / 100 - golden.cash[day]!)).toBeLessThan(slack);
  }
  expect(fills).toBe(golden.orders.length);
  expect(Math.abs(golden.value[golden.value.length - 1]! - golden.cashMinor / 100)).toBeGreaterThan(1000);
});
