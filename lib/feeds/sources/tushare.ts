/** Tushare Pro: A-share bars, factors, limits, suspensions, names, dividends, index members, fundamentals, calendar, news. */
import { dateOf, type EpochDay, instantAt, type NewsItem, sha256 } from '../../core/index.js';
import { calendarOf, describeSymbol } from '../../market/index.js';
import { dayOfText } from '../date-text.js';
import { BadAnswer } from '../outside/errors.js';
import { actionOf } from './action-row.js';
import { barsOf } from './check-bars.js';
import { UnsupportedQuery } from './errors.js';
import { announcedKnownAt, dayEndKnownAt, limitsKnownAt } from './known-at.js';
import type { FactorRecord, FundamentalRecord, LimitRecord, MemberRecord, StatusRecord } from './records.js';
import { answerOf, type DayQuery, type Source, type SourceContext, type SymbolQuery } from './source.js';
import { numberIn, type Row, type TushareSettings, tusharePolicy, tushareRows } from './tushare-call.js';

const ID = 'tushare';
const compact = (day: EpochDay): string => dateOf(day).replaceAll('-', '');
const text = (row: Row, field: string): string => String(row[field] ?? '');

function dayIn(row: Row, field: string, table: string): EpochDay {
  const day = dayOfText(text(row, field), 'Asia/Shanghai');
  if (Number.isNaN(day))
    throw new BadAnswer(ID, `${table}: expected a date in ${field}, got ${JSON.stringify(row[field])}. Ask again later.`);
  return day;
}

const optionalDay = (row: Row, field: string, table: string): EpochDay | undefined =>
  row[field] === null || row[field] === '' ? undefined : dayIn(row, field, table);

function codeOf(symbol: string): ReturnType<typeof describeSymbol> {
  const described = describeSymbol(symbol);
  if (described.market !== 'cn-a')
    throw new UnsupportedQuery(`tushare: expected an A-share symbol, got ${symbol}. Ask yahoo or ccxt for other markets.`);
  return described;
}

const BARS = ['ts_code', 'trade_date', 'open', 'high', 'low', 'close', 'vol', 'amount'];
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

export function tushare(settings: TushareSettings): Source {
  const policy = tusharePolicy(settings);
  const calendar = () => calendarOf('cn-a');
  const ask = (context: SourceContext, table: string, params: Readonly<Record<string, string>>, fields: readonly string[]) =>
    tushareRows(settings, context, table, params, fields);
  const span = ({ from, to }: DayQuery) => ({ start_date: compact(from), end_date: compact(to) });
  const own = (rows: readonly Row[], symbol: string, table: string): readonly Row[] => {
    const other = rows.find((row) => row.ts_code !== symbol);
    if (other) throw new BadAnswer(ID, `${table}: expected rows of ${symbol}, got ${text(other, 'ts_code')}. Ask again later.`);
    return rows;
  };

  /** Whole-day suspensions. `suspend_timing` names a part of a day: such a day has a bar. */
  async function suspendedDays(query: SymbolQuery, context: SourceContext): Promise<EpochDay[]> {
    const rows = await ask(context, 'suspend_d', { ts_code: query.symbol, ...span(query) }, [
      'ts_code',
      'trade_date',
      'suspend_timing',
      'suspend_type',
    ]);
    return rows
      .filter((row) => row.suspend_type === 'S' && (row.suspend_timing === null || row.suspend_timing === ''))
      .map((row) => dayIn(row, 'trade_date', 'suspend_d'));
  }

  return {
    id: ID,
    markets: ['cn-a'],
    adjustments: ['raw'],
    policy,
    notes: ['Dividends of Tushare have no rights issues.'],

    async bars(query, context) {
      const described = codeOf(query.symbol);
      const table = described.kind === 'index' ? 'index_daily' : described.kind === 'etf' ? 'fund_daily' : 'daily';
      const { symbol } = described;
      const rows = own(await ask(context, table, { ts_code: symbol, ...span(query) }, BARS), symbol, table);
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
      return barsOf({ ...query, symbol }, raw, { ...form, suspended: new Set(await suspendedDays({ ...query, symbol }, context)) });
    },

    async factors(query, context) {
      const { symbol } = codeOf(query.symbol);
      const rows = own(
        await ask(context, 'adj_factor', { ts_code: symbol, ...span(query) }, ['ts_code', 'trade_date', 'adj_factor']),
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
        await ask(context, 'stk_limit', { ts_code: symbol, ...span(query) }, ['ts_code', 'trade_date', 'up_limit', 'down_limit']),
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

    async status(query, context) {
      const { symbol } = codeOf(query.symbol);
      // namechange filters its input dates on the announcement: all names are asked for, and cut here by their own span.
      const fields = ['ts_code', 'name', 'start_date', 'end_date', 'ann_date', 'change_reason'];
      const rows = own(await ask(context, 'namechange', { ts_code: symbol }, fields), symbol, 'namechange');
      const suspended = await suspendedDays({ ...query, symbol }, context);
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
      const rows = await ask(context, 'index_weight', { index_code: symbol, ...span(query) }, [
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
      const rows = own(await ask(context, 'fina_indicator', { ts_code: symbol, ...span(query) }, fields), symbol, 'fina_indicator');
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

    async calendar(query, context) {
      const rows = await ask(context, 'trade_cal', { exchange: 'SSE', ...span(query) }, ['cal_date', 'is_open']);
      const days = rows.map((row) => ({ day: dayIn(row, 'cal_date', 'trade_cal'), open: numberIn(row, 'is_open', 'trade_cal') === 1 }));
      return answerOf(
        ID,
        context.clock.now(),
        days.sort((a, b) => a.day - b.day),
        'no days in the span',
      );
    },

    async news(query, context) {
      const rows = await ask(
        context,
        'news',
        { src: 'sina', start_date: `${dateOf(query.from)} 00:00:00`, end_date: `${dateOf(query.to)} 23:59:59` },
        ['datetime', 'content', 'title', 'channels'],
      );
      const retrievedAt = context.clock.now();
      const items = rows.map((row): NewsItem => {
        const stamp = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}(?::\d{2})?)$/.exec(text(row, 'datetime'));
        if (!stamp)
          throw new BadAnswer(
            ID,
            `news: expected a time such as 2024-01-02 09:30:00, got ${JSON.stringify(row.datetime)}. Ask again later.`,
          );
        const at = instantAt(dayOfText(stamp[1] as string, 'Asia/Shanghai'), stamp[2] as string, 'Asia/Shanghai');
        const [title, content] = [text(row, 'title'), text(row, 'content')];
        return {
          id: `tushare:${sha256(`${at} ${title} ${content}`).slice(0, 16)}`,
          symbols: [],
          eventAt: at,
          knownAt: at,
          title: title || content.slice(0, 40),
          text: content,
          source: 'tushare:sina',
        };
      });
      return answerOf(
        ID,
        retrievedAt,
        items.sort((a, b) => a.knownAt - b.knownAt),
        'no news in the span',
      );
    },
  };
}
