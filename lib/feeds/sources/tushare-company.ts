/** Tushare: what companies paid and reported, and which of them an index holds. */
import type { EpochDay } from '../../core/index.js';
import { actionOf } from './action-row.js';
import { announcedKnownAt, dayEndKnownAt } from './known-at.js';
import type { FundamentalRecord, MemberRecord } from './records.js';
import { answerOf, type Source } from './source.js';
import { numberIn } from './tushare-call.js';
import { type Ask, calendar, codeOf, dayIn, ID, optionalDay, own, spanOf, text } from './tushare-rows.js';

const FUNDAMENTALS = [
  'eps',
  'roe',
  'roa',
  'grossprofit_margin',
  'netprofit_margin',
  'debt_to_assets',
  'bps',
  'ocfps',
  'netprofit_yoy',
  'or_yoy',
];

export function tushareCompany(ask: Ask): Pick<Source, 'dividends' | 'members' | 'fundamentals'> {
  return {
    async dividends(query, context) {
      const { symbol, units } = codeOf(query.symbol);
      const fields = [
        'ts_code',
        'div_proc',
        'stk_bo_rate',
        'stk_co_rate',
        'cash_div_tax',
        'record_date',
        'ex_date',
        'pay_date',
        'imp_ann_date',
      ];
      const rows = own(await ask(context, 'dividend', { ts_code: symbol }, fields), symbol, 'dividend');
      const found = rows
        .filter((row) => row.div_proc === '实施' && row.ex_date !== null && row.ex_date !== '')
        .map((row) =>
          actionOf(
            {
              source: ID,
              symbol,
              exDay: dayIn(row, 'ex_date', 'dividend'),
              recordDay: optionalDay(row, 'record_date', 'dividend'),
              payDay: optionalDay(row, 'pay_date', 'dividend'),
              announcedOn: optionalDay(row, 'imp_ann_date', 'dividend'),
              cash: numberIn(row, 'cash_div_tax', 'dividend'),
              bonus: numberIn(row, 'stk_bo_rate', 'dividend'),
              transfer: numberIn(row, 'stk_co_rate', 'dividend'),
              perShares: 1,
            },
            units,
            calendar(),
          ),
        )
        .filter((action) => action !== undefined && action.exDay >= query.from && action.exDay <= query.to);
      const distinct = new Map(found.map((action) => [JSON.stringify(action), action!]));
      const actions = [...distinct.values()].sort((a, b) => a.exDay - b.exDay);
      return { ...answerOf(ID, context.clock.now(), actions, 'no dividend was carried out in the span'), lacks: ['rights issues'] };
    },

    async members(query, context) {
      const { symbol } = codeOf(query.symbol);
      const rows = await ask(context, 'index_weight', { index_code: symbol, ...spanOf(query) }, [
        'index_code',
        'con_code',
        'trade_date',
        'weight',
      ]);
      const members = rows.map((row): MemberRecord => {
        const day = dayIn(row, 'trade_date', 'index_weight');
        const knownAt = announcedKnownAt(day, calendar());
        return {
          index: symbol,
          symbol: text(row, 'con_code'),
          day,
          weight: (numberIn(row, 'weight', 'index_weight') ?? 0) / 100,
          eventAt: calendar().closeAt(day),
          knownAt,
        };
      });
      return answerOf(
        ID,
        context.clock.now(),
        members.sort((a, b) => a.day - b.day),
        'no weights in the span (they are published once a month)',
      );
    },

    async fundamentals(query, context) {
      const { symbol } = codeOf(query.symbol);
      const fields = ['ts_code', 'ann_date', 'end_date', 'update_flag', ...FUNDAMENTALS];
      const rows = own(await ask(context, 'fina_indicator', { ts_code: symbol, ...spanOf(query) }, fields), symbol, 'fina_indicator');
      const retrievedAt = context.clock.now();
      const reports = rows.map((row): FundamentalRecord => {
        const periodEnd = dayIn(row, 'end_date', 'fina_indicator');
        const announcedOn = optionalDay(row, 'ann_date', 'fina_indicator');
        const revised = String(row.update_flag ?? '') === '1' || announcedOn === undefined;
        return {
          symbol,
          periodEnd,
          announcedOn: announcedOn ?? periodEnd,
          revised,
          eventAt: dayEndKnownAt(periodEnd, calendar()),
          knownAt: revised ? retrievedAt : announcedKnownAt(announcedOn as EpochDay, calendar()),
          values: Object.fromEntries(FUNDAMENTALS.map((field) => [field, numberIn(row, field, 'fina_indicator')])),
        };
      });
      return answerOf(
        ID,
        retrievedAt,
        reports.sort((a, b) => a.knownAt - b.knownAt),
        'no reports in the span',
      );
    },
  };
}
