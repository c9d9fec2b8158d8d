/** News about the whole market: words of a regime's theme, often of the regime in force. */
import { dateOf, randomBelow, randomFloat } from '../../core/index.js';
import type { Climate } from './climate.js';
import type { Draft } from './drafts.js';
import { newsTiming } from './item-timing.js';
import { streamOf } from './random-streams.js';
import type { LabTheme } from './regimes.js';
import type { LabSettings } from './settings.js';
import type { Timeline } from './timeline.js';

type Words = readonly (readonly [title: string, text: string])[];

const THEMES: Readonly<Record<LabTheme, Readonly<Record<'en' | 'zh', Words>>>> = {
  easing: {
    en: [
      ['Central bank lowers reserve ratio', 'Liquidity is plentiful and money market rates fall; foreign buyers add to shares.'],
      ['New loans exceed forecasts', 'Credit grows faster than expected as banks lend more to companies.'],
    ],
    zh: [
      ['央行下调存款准备金率', '流动性充裕，货币市场利率走低，外资持续买入股票。'],
      ['新增贷款超出预期', '信贷增速快于预期，银行加大对企业放款。'],
    ],
  },
  tightening: {
    en: [
      ['Regulator curbs leverage', 'Banks call in credit; trust products mature without renewal.'],
      ['Money market rates climb again', 'Liquidity is drained and the currency weakens; foreign buyers withdraw.'],
    ],
    zh: [
      ['监管层推进去杠杆', '银行收紧信贷，信托产品到期不再续作。'],
      ['货币市场利率再度走高', '流动性持续回笼，汇率走弱，外资流出。'],
    ],
  },
  quiet: {
    en: [
      ['Thin trading before the holidays', 'Little news; turnover is among the lowest of the year.'],
      ['Market waits for direction', 'Buyers and sellers stay on the sidelines, moves are reversed within days.'],
    ],
    zh: [
      ['节前交投清淡', '消息面平静，成交额处于年内低位。'],
      ['市场等待方向', '多空双方观望，涨跌往往数日内回吐。'],
    ],
  },
  turmoil: {
    en: [
      ['Margin calls spread', 'Funds sell whatever they can; hundreds of shares close limit-down.'],
      ['State buyers step in as prices tumble', 'Exchanges speak of irrational selling and promise calm.'],
    ],
    zh: [
      ['融资盘遭遇强制平仓', '资金不计成本抛售，数百只股票跌停。'],
      ['股价急跌，国家队入场', '交易所称抛售非理性，承诺维护稳定。'],
    ],
  },
  speculation: {
    en: [
      ['Record number of new accounts', 'Margin loans reach a new high; small companies with a story close limit-up.'],
      ['Concept shares race ahead', 'Turnover doubles within weeks and retail investors chase themes.'],
    ],
    zh: [
      ['新开户数创新高', '两融余额再创新高，题材小盘股接连涨停。'],
      ['概念股轮番炒作', '成交额数周内翻倍，散户追逐热点。'],
    ],
  },
  reform: {
    en: [
      ['State companies to be reorganised', 'A plan for mixed ownership names the first companies.'],
      ['New rules for listings take effect', 'Issuers and brokers adapt to the registration system.'],
    ],
    zh: [
      ['国企改革方案出台', '混合所有制改革公布首批企业名单。'],
      ['发行新规正式实施', '发行人与券商适应注册制要求。'],
    ],
  },
};

/** At most one item a session. */
export function marketNews(settings: LabSettings, seed: number, timeline: Timeline, climate: Climate): Draft[] {
  const state = streamOf(seed, 'market-news');
  const { news, regimes } = settings;
  const drafts: Draft[] = [];
  for (let t = 0; t < timeline.length; t++) {
    if (randomFloat(state) >= news.marketRate) continue;
    const tells = randomFloat(state) < news.regimeClarity ? climate.regime[t]! : randomBelow(state, regimes.length);
    const language = randomFloat(state) < news.chineseShare ? 'zh' : 'en';
    const words = THEMES[regimes[tells]!.theme][language];
    const [title, text] = words[randomBelow(state, words.length)]!;
    const timing = newsTiming(state, timeline, t);
    const id = `lab:market:${dateOf(timeline.day(t))}`;
    drafts.push({
      item: { id, symbols: [], eventAt: timing.eventAt, knownAt: timing.knownAt, title, text, source: 'Lab Press (synthetic)' },
      truth: {
        id,
        kind: 'market',
        symbol: null,
        language,
        signal: 0,
        stated: 0,
        misleading: false,
        reading: null,
        madeOn: timeline.day(t),
        seenFrom: timeline.day(t + timing.seenAfter),
        pushFrom: 0,
        pushTo: 0,
        tellsRegime: tells,
      },
    });
  }
  return drafts;
}
