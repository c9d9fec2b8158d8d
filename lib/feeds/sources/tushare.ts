/** Tushare Pro: A-share bars, factors, limits, suspensions, names, dividends, index members, fundamentals, calendar, news. */
import { dateOf, instantAt, type NewsItem, sha256 } from '../../core/index.js';
import { dayOfText } from '../date-text.js';
import { BadAnswer } from '../outside/errors.js';
import { answerOf, type Source } from './source.js';
import { numberIn, type TushareSettings, tusharePolicy, tushareRows } from './tushare-call.js';
import { tushareCompany } from './tushare-company.js';
import { tusharePrices } from './tushare-prices.js';
import { type Ask, dayIn, ID, spanOf, text } from './tushare-rows.js';
import { tushareStatus } from './tushare-status.js';

export function tushare(settings: TushareSettings): Source {
  const ask: Ask = (context, table, params, fields) => tushareRows(settings, context, table, params, fields);
  return {
    id: ID,
    markets: ['cn-a'],
    adjustments: ['raw'],
    policy: tusharePolicy(settings),
    notes: ['Dividends of Tushare have no rights issues.'],
    ...tusharePrices(ask),
    ...tushareStatus(ask),
    ...tushareCompany(ask),

    async calendar(query, context) {
      const rows = await ask(context, 'trade_cal', { exchange: 'SSE', ...spanOf(query) }, ['cal_date', 'is_open']);
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
