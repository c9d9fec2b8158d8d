/** AKShare through AKTools: A-share bars (Eastmoney), index bars (Sina), dividends (cninfo), reports, ST list, quotes, news, calendar. */
import { type CorporateAction, dateOf, type EpochDay, instantAt, type NewsItem, sha256 } from '../../core/index.js';
import { calendarOf, describeSymbol, type SymbolDescription } from '../../market/index.js';
import { dayOfText } from '../date-text.js';
import { BadAnswer } from '../outside/errors.js';

import { actionOf } from './action-row.js';
import { type AkRow, type AktoolsSettings, akDate, akNumber, akRows, aktoolsPolicy } from './aktools-call.js';
import { barsOf, type RawBar } from './check-bars.js';
import { UnsupportedQuery } from './errors.js';
import { announcedKnownAt, dayEndKnownAt } from './known-at.js';
import type { FundamentalRecord, QuoteRecord, StatusRecord } from './records.js';
import { answerOf, type Source, SURVIVORSHIP } from './source.js';

const ID = 'akshare';
const ZONE = 'Asia/Shanghai';
const compact = (day: EpochDay): string => dateOf(day).replaceAll('-', '');

function dayIn(row: AkRow, column: string, name: string): EpochDay {
  const day = dayOfText(akDate(row, column), ZONE);
  if (Number.isNaN(day))
    throw new BadAnswer(ID, `${name}: expected a date in ${column}, got ${JSON.stringify(row[column])}. Ask again later.`);
  return day;
}

const optionalDay = (row: AkRow, column: string, name: string): EpochDay | undefined =>
  row[column] === null || row[column] === undefined || row[column] === '' ? undefined : dayIn(row, column, name);

/** stock_zh_a_hist takes bare digits and calls everything that starts with 6 Shanghai: other Shanghai codes would be another instrument. */
function stockCode(symbol: string): { code: string; described: SymbolDescription } {
  const described = describeSymbol(symbol);
  const [code, exchange] = described.symbol.split('.') as [string, string | undefined];
  if (described.market !== 'cn-a' || described.kind !== 'stock' || (exchange === 'SH') !== code.startsWith('6'))
    throw new UnsupportedQuery(
      `akshare: expected an A-share stock, got ${symbol}. Take tushare for funds, yahoo or ccxt for other markets.`,
    );
  return { code, described };
}

const QUARTER_ENDS = ['03-31', '06-30', '09-30', '12-31'];
const REPORT_COLUMNS = [
  '每股收益',
  '营业总收入-营业总收入',
  '净利润-净利润',
  '每股净资产',
  '净资产收益率',
  '每股经营现金流量',
  '销售毛利率',
];

export function aktools(settings: AktoolsSettings = {}): Source {
  const calendar = () => calendarOf('cn-a');
  return {
    id: ID,
    markets: ['cn-a'],
    adjustments: ['raw'],
    policy: aktoolsPolicy(settings),
    notes: [SURVIVORSHIP],

    async bars(query, context) {
      const described = describeSymbol(query.symbol);
      const index = described.kind === 'index';
      const name = index ? 'stock_zh_index_daily' : 'stock_zh_a_hist';
      let raw: RawBar[];
      if (index) {
        const [code, exchange] = described.symbol.split('.') as [string, string];
        const rows = await akRows(settings, context, name, { symbol: `${exchange.toLowerCase()}${code}` }, [
          'date',
          'open',
          'high',
          'low',
          'close',
          'volume',
        ]);
        // The whole history comes; the span is cut here.
        raw = rows
          .map((row) => rawBar(row, ['date', 'open', 'high', 'low', 'close', 'volume'], name))
          .filter(({ date }) => (date as EpochDay) >= query.from && (date as EpochDay) <= query.to);
      } else {
        const { code } = stockCode(query.symbol);
        const params = { symbol: code, period: 'daily', start_date: compact(query.from), end_date: compact(query.to), adjust: '' };
        const columns = ['日期', '股票代码', '开盘', '收盘', '最高', '最低', '成交量', '成交额'];
        const rows = await akRows(settings, context, name, params, columns);
        const other = rows.find((row) => row['股票代码'] !== code);
        if (other) throw new BadAnswer(ID, `${name}: expected rows of ${code}, got ${String(other['股票代码'])}. Ask again later.`);
        raw = rows.map((row) => rawBar(row, ['日期', '开盘', '最高', '最低', '收盘', '成交量', '成交额'], name));
      }
      return barsOf({ ...query, symbol: described.symbol }, raw, {
        source: ID,
        label: name,
        retrievedAt: context.clock.now(),
        volumeShares: index ? 1 : 100,
        amountScale: 1,
        rounded: index,
      });
    },

    async dividends(query, context) {
      const { code, described } = stockCode(query.symbol);
      const name = 'stock_dividend_cninfo';
      const columns = ['实施方案公告日期', '送股比例', '转增比例', '派息比例', '股权登记日', '除权日', '派息日'];
      const rows = await akRows(settings, context, name, { symbol: code }, columns);
      const actions = rows
        .filter((row) => optionalDay(row, '除权日', name) !== undefined)
        .map((row) =>
          actionOf(
            {
              source: ID,
              symbol: described.symbol,
              exDay: dayIn(row, '除权日', name),
              recordDay: optionalDay(row, '股权登记日', name),
              payDay: optionalDay(row, '派息日', name),
              announcedOn: optionalDay(row, '实施方案公告日期', name),
              cash: akNumber(row, '派息比例', name),
              bonus: akNumber(row, '送股比例', name),
              transfer: akNumber(row, '转增比例', name),
              perShares: 10,
            },
            described.units,
            calendar(),
          ),
        )
        .filter((action): action is CorporateAction => action !== undefined)
        .filter((action) => action.exDay >= query.from && action.exDay <= query.to)
        .sort((a, b) => a.exDay - b.exDay);
      return { ...answerOf(ID, context.clock.now(), actions, 'no dividend was carried out in the span'), lacks: ['rights issues'] };
    },

    async fundamentals(query, context) {
      const { code, described } = stockCode(query.symbol);
      const reports: FundamentalRecord[] = [];
      for (let year = Number(dateOf(query.from).slice(0, 4)); year <= Number(dateOf(query.to).slice(0, 4)); year++) {
        for (const end of QUARTER_ENDS) {
          const periodEnd = dayOfText(`${year}-${end}`, ZONE);
          if (periodEnd < query.from || periodEnd > query.to) continue;
          const rows = await akRows(settings, context, 'stock_yjbb_em', { date: compact(periodEnd) }, [
            '股票代码',
            '最新公告日期',
            ...REPORT_COLUMNS,
          ]);
          for (const row of rows.filter((candidate) => candidate['股票代码'] === code)) {
            const announcedOn = dayIn(row, '最新公告日期', 'stock_yjbb_em');
            reports.push({
              symbol: described.symbol,
              periodEnd,
              announcedOn,
              // The date is that of the latest notice, and the values are those of it: never earlier than they were known.
              revised: false,
              eventAt: dayEndKnownAt(periodEnd, calendar()),
              knownAt: announcedKnownAt(announcedOn, calendar()),
              values: Object.fromEntries(REPORT_COLUMNS.map((column) => [column, akNumber(row, column, 'stock_yjbb_em')])),
            });
          }
        }
      }
      return answerOf(ID, context.clock.now(), reports, 'no reports in the span', [
        'Announcement dates are those of the latest notice: they move with revisions.',
      ]);
    },

    async status(query, context) {
      const { code, described } = stockCode(query.symbol);
      const rows = await akRows(settings, context, 'stock_zh_a_st_em', {}, ['代码', '名称']);
      const retrievedAt = context.clock.now();
      const today = Math.floor((retrievedAt + 8 * 3_600_000) / 86_400_000);
      const listed = rows.filter((row) => row['代码'] === code);
      const found = listed.map(
        (row): StatusRecord => ({
          symbol: described.symbol,
          status: 'ST',
          name: String(row['名称']),
          from: today,
          eventAt: retrievedAt,
          knownAt: retrievedAt,
        }),
      );
      return answerOf(ID, retrievedAt, found, `not in the ST list of ${dateOf(today)}`, [
        'The ST list is that of today; there is no history.',
      ]);
    },

    async quotes(symbols, context) {
      const name = 'stock_zh_a_spot_em';
      const rows = await akRows(settings, context, name, {}, ['代码', '最新价', '成交量']);
      const retrievedAt = context.clock.now();
      const wanted = new Map(symbols.map((symbol) => [stockCode(symbol).code, stockCode(symbol).described]));
      const quotes: QuoteRecord[] = [];
      for (const row of rows) {
        const described = wanted.get(String(row['代码']));
        const last = akNumber(row, '最新价', name);
        const lots = akNumber(row, '成交量', name);
        if (!described || last === null) continue;
        quotes.push({
          symbol: described.symbol,
          last: Math.round(last / described.units.tickSize),
          volume: lots === null ? null : lots * 100,
          eventAt: retrievedAt,
          knownAt: retrievedAt,
        });
      }
      return answerOf(ID, retrievedAt, quotes, 'none of the symbols has a price now', [
        'Prices carry no time and are collected over about a minute.',
      ]);
    },

    async news(query, context) {
      const { code, described } = stockCode(query.symbol);
      const rows = await akRows(settings, context, 'stock_news_em', { symbol: code }, [
        '新闻标题',
        '新闻内容',
        '发布时间',
        '文章来源',
        '新闻链接',
      ]);
      const retrievedAt = context.clock.now();
      const items: NewsItem[] = [];
      for (const row of rows) {
        const stamp = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)/.exec(String(row['发布时间']));
        if (!stamp)
          throw new BadAnswer(ID, `stock_news_em: expected a time in 发布时间, got ${JSON.stringify(row['发布时间'])}. Ask again later.`);
        const day = dayOfText(stamp[1] as string, ZONE);
        if (day < query.from || day > query.to) continue;
        const at = instantAt(day, stamp[2] as string, ZONE);
        items.push({
          id: `akshare:${sha256(String(row['新闻链接'])).slice(0, 16)}`,
          symbols: [described.symbol],
          eventAt: at,
          knownAt: at,
          title: String(row['新闻标题']),
          text: String(row['新闻内容']),
          source: String(row['文章来源']),
        });
      }
      return answerOf(
        ID,
        retrievedAt,
        items.sort((a, b) => a.knownAt - b.knownAt),
        'no news in the span',
        ['The ten most relevant items only, not the newest.'],
      );
    },

    async calendar(query, context) {
      const name = 'tool_trade_date_hist_sina';
      const rows = await akRows(settings, context, name, {}, ['trade_date']);
      const days = rows.map((row) => dayIn(row, 'trade_date', name)).filter((day) => day >= query.from && day <= query.to);
      return answerOf(
        ID,
        context.clock.now(),
        days.sort((a, b) => a - b).map((day) => ({ day, open: true })),
        'no session in the span',
      );
    },
  };
}

/** `columns`: date, open, high, low, close, volume, and amount where there is one. */
function rawBar(row: AkRow, columns: readonly string[], name: string): RawBar {
  const [date, open, high, low, close, volume, amount] = columns as [string, string, string, string, string, string, string | undefined];
  return {
    date: dayIn(row, date, name),
    open: akNumber(row, open, name),
    high: akNumber(row, high, name),
    low: akNumber(row, low, name),
    close: akNumber(row, close, name),
    volume: akNumber(row, volume, name),
    amount: amount === undefined ? null : akNumber(row, amount, name),
  };
}
