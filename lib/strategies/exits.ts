/** Protective exits as intents of their own: sells all of a position that lost or gained too much against its average cost. */
import { z } from 'zod';
import type { ActionTable, Intent, Step, Strategy } from '../core/index.js';
import { barsEvidence, NO_INTENTS, portfolioEvidence } from './intents.js';
import { readParameters } from './parameters.js';
import { newestDay } from './rebalance.js';

export const exitsSchema = z.strictObject({
  stopLoss: z.number().positive().max(1).default(0.08).describe('loss on average cost that ends a position'),
  takeProfit: z.number().positive().default(0.15).describe('gain on average cost that ends a position'),
});

const table: ActionTable = {
  id: 'exits@1',
  rows: [
    { name: 'HOLD', size: { kind: 'none' } },
    { name: 'STOP_LOSS', size: { kind: 'delta', side: 'sell', fraction: 1, basis: 'sellable' } },
    { name: 'TAKE_PROFIT', size: { kind: 'delta', side: 'sell', fraction: 1, basis: 'sellable' } },
  ],
};

/**
 * Works on the account's positions, whoever opened them: run it beside other strategies on the same account. Cost is the average that
 * the portfolio reports (fees in, moved by splits and dividends). A suspended symbol is left until it trades again.
 */
export function exits(parameters: z.input<typeof exitsSchema> = {}): Strategy<null> {
  const { stopLoss, takeProfit } = readParameters('exits', exitsSchema, parameters);
  return {
    id: 'exits',
    scope: 'universe',
    actions: table,
    init: () => null,
    decide(view, symbols, state): Step<null> {
      const portfolio = view.portfolio();
      let intents: Intent[] | undefined;
      for (const position of portfolio.positions) {
        if (position.quantity === 0 || !(position.averageCostTicks > 0)) continue;
        const { lastPriceTicks, averageCostTicks } = position;
        const stop = lastPriceTicks <= averageCostTicks * (1 - stopLoss);
        if (!stop && lastPriceTicks < averageCostTicks * (1 + takeProfit)) continue;
        const window = view.bars(position.symbol, 1);
        if (window.day[window.length - 1] !== newestDay(view, symbols)) continue;
        const gain = lastPriceTicks / averageCostTicks - 1;
        const bound = ((stop ? -stopLoss : takeProfit) * 100).toFixed(1);
        intents ??= [];
        intents.push({
          symbol: position.symbol,
          action: stop ? 'STOP_LOSS' : 'TAKE_PROFIT',
          confidence: 1,
          why: `${(gain * 100).toFixed(2)} % on average cost, past ${bound} %`,
          evidence: [portfolioEvidence(portfolio), barsEvidence(window)],
        });
      }
      return { intents: intents ?? NO_INTENTS, state };
    },
  };
}
