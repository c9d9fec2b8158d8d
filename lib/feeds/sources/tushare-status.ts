/** Tushare: names and the limits they mean (ST, S), and whole-day suspensions. */
import { type EpochDay, instantAt } from '../../core/index.js';
import { dayEndKnownAt } from './known-at.js';
import type { StatusRecord } from './records.js';
import { answerOf, type Source, type SourceContext, type SymbolQuery } from './source.js';
import { type Ask, calendar, codeOf, dayIn, ID, optionalDay, own, spanOf, text } from './tushare-rows.js';

/** Whole-day suspensions. `suspend_timing` names a part of a day: such a day has a bar. */
export async function suspendedDays(ask: Ask, query: SymbolQuery, context: SourceContext): Promise<EpochDay[]> {
  const rows = await ask(context, 'suspend_d', { ts_code: query.symbol, ...spanOf(query) }, [
    'ts_code',
    'trade_date',
    'suspend_timing',
    'suspend_type',
  ]);
  return rows
    .filter((row) => row.suspend_type === 'S' && (row.suspend_timing === null || row.suspend_timing === ''))
    .map((row) => dayIn(row, 'trade_date', 'suspend_d'));
}

export function tushareStatus(ask: Ask): Pick<Source, 'status'> {
  return {
    async status(query, context) {
      const { symbol } = codeOf(query.symbol);
      // namechange filters its input dates on the announcement: all names are asked for, and cut here by their own span.
      const fields = ['ts_code', 'name', 'start_date', 'end_date', 'ann_date', 'change_reason'];
      const rows = own(await ask(context, 'namechange', { ts_code: symbol }, fields), symbol, 'namechange');
      const suspended = await suspendedDays(ask, { ...query, symbol }, context);
      const retrievedAt = context.clock.now();
      const names = new Map<string, StatusRecord>();
      for (const row of rows) {
        const from = dayIn(row, 'start_date', 'namechange');
        const to = optionalDay(row, 'end_date', 'namechange');
        if (from > query.to || (to !== undefined && to < query.from)) continue;
        const announced = optionalDay(row, 'ann_date', 'namechange') ?? from;
        const name = text(row, 'name');
        names.set(`${from} ${name}`, {
          symbol,
          status: /ST/.test(name) ? 'ST' : /^S/.test(name) ? 'S-share' : 'normal',
          name,
          from,
          ...(to === undefined ? {} : { to }),
          eventAt: instantAt(from, '00:00', 'Asia/Shanghai'),
          knownAt: dayEndKnownAt(announced, calendar()),
        });
      }
      const stops = suspended.map(
        (day): StatusRecord => ({
          symbol,
          status: 'suspended',
          name: '',
          from: day,
          to: day,
          eventAt: instantAt(day, '00:00', 'Asia/Shanghai'),
          knownAt: retrievedAt,
        }),
      );
      const found = [...names.values(), ...stops].sort((a, b) => a.from - b.from);
      return answerOf(ID, retrievedAt, found, 'no names and no suspensions in the span');
    },
  };
}
