/** Tushare: bars of shares, funds and indices, factors, the exchange's own limit prices. */
import { dateOf, instantAt } from '../../core/index.js';
import { BadAnswer } from '../outside/errors.js';
import { barsOf } from './check-bars.js';
import { limitsKnownAt } from './known-at.js';
import type { FactorRecord, LimitRecord } from './records.js';
import { answerOf, type Source } from './source.js';
import { numberIn } from './tushare-call.js';
import { type Ask, calendar, codeOf, dayIn, ID, own, spanOf, text } from './tushare-rows.js';
import { suspendedDays } from './tushare-status.js';

const BARS = ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'vol', 'amount'];

export function tusharePrices(ask: Ask): Pick<Source, 'bars' | 'factors' | 'limits'> {
  return {
    async bars(query, context) {
      const described = codeOf(query.symbol);
      const table = described.kind === 'index' ? 'index_daily' : described.kind === 'etf' ? 'fund_daily' : 'daily';
      const { symbol } = described;
      const rows = own(await ask(context, table, { ts_code: symbol, ...spanOf(query) }, BARS), symbol, table);
      const retrievedAt = context.clock.now();
      const raw = rows.map((row) => ({
        date: text(row, 'trade_date'),
        open: numberIn(row, 'open', table),
        high: numberIn(row, 'high', table),
        low: numberIn(row, 'low', table),
        close: numberIn(row, 'close', table),
        volume: numberIn(row, 'vol', table),
        amount: numberIn(row, 'amount', table),
      }));
      const form = { source: ID, label: table, retrievedAt, volumeShares: 100, amountScale: 1000, rounded: described.kind === 'index' };
      const answer = barsOf({ ...query, symbol }, raw, form);
      // A missing row is a suspension only when the list of suspensions says so; it costs a call, so only when rows are missing.
      if (described.kind === 'index' || (answer.rows.length > 0 && answer.missing.length === 0)) return answer;
      return barsOf({ ...query, symbol }, raw, { ...form, suspended: new Set(await suspendedDays(ask, { ...query, symbol }, context)) });
    },

    async factors(query, context) {
      const { symbol } = codeOf(query.symbol);
      const rows = own(
        await ask(context, 'adj_factor', { ts_code: symbol, ...spanOf(query) }, ['ts_code', 'trade_date', 'adj_factor']),
        symbol,
        'adj_factor',
      );
      const retrievedAt = context.clock.now();
      const factors = rows.map((row): FactorRecord => {
        const day = dayIn(row, 'trade_date', 'adj_factor');
        const factor = numberIn(row, 'adj_factor', 'adj_factor');
        if (!(factor !== null && factor > 0))
          throw new BadAnswer(ID, `adj_factor: expected a factor above 0 on ${dateOf(day)}, got ${factor}. Ask again later.`);
        return { day, factor, eventAt: instantAt(day, '09:15', 'Asia/Shanghai'), knownAt: retrievedAt };
      });
      return answerOf(
        ID,
        retrievedAt,
        factors.sort((a, b) => a.day - b.day),
        'no factors in the span',
      );
    },

    async limits(query, context) {
      const { symbol, units } = codeOf(query.symbol);
      const rows = own(
        await ask(context, 'stk_limit', { ts_code: symbol, ...spanOf(query) }, ['ts_code', 'trade_date', 'up_limit', 'down_limit']),
        symbol,
        'stk_limit',
      );
      const limits = rows.map((row): LimitRecord => {
        const day = dayIn(row, 'trade_date', 'stk_limit');
        const up = numberIn(row, 'up_limit', 'stk_limit');
        const down = numberIn(row, 'down_limit', 'stk_limit');
        if (up === null || down === null)
          throw new BadAnswer(ID, `stk_limit: expected both limits on ${dateOf(day)}, got none. Ask again later.`);
        const knownAt = limitsKnownAt(day, calendar());
        return { day, up: Math.round(up / units.tickSize), down: Math.round(down / units.tickSize), eventAt: knownAt, knownAt };
      });
      return answerOf(
        ID,
        context.clock.now(),
        limits.sort((a, b) => a.day - b.day),
        'no limits in the span',
      );
    },
  };
}
