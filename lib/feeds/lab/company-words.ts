/** Words of company items: three kinds of event in two languages, with the figure reported and the figure hoped for. */

export interface EventWords {
  /** Titles that say it, when it is good and when it is bad. */
  readonly good: string;
  readonly bad: string;
  /** A title that says nothing of the direction. */
  readonly silent: string;
  /** Titles that sound good over a bad figure, and bad over a good one. */
  readonly soundsGood: string;
  readonly soundsBad: string;
  /** The text: always the two figures. */
  readonly text: string;
}

/** `{name}`, `{got}`, `{hoped}` are filled in. Figures are percentages of growth. */
export const COMPANY_WORDS: Readonly<Record<'en' | 'zh', readonly EventWords[]>> = {
  en: [
    {
      good: '{name}: quarterly profit beats expectations',
      bad: '{name}: quarterly profit falls short of expectations',
      silent: '{name} publishes its quarterly figures',
      soundsGood: '{name} presents a robust quarter and praises its people',
      soundsBad: '{name} warns of headwinds beside its quarterly figures',
      text: 'Net profit changed by {got} % on the year. Analysts had expected {hoped} %.',
    },
    {
      good: '{name} wins more orders than planned',
      bad: '{name} wins fewer orders than planned',
      silent: '{name} reports its order book',
      soundsGood: '{name} celebrates a landmark contract',
      soundsBad: '{name} loses a long-standing customer',
      text: 'All orders together changed by {got} % on the year; the plan had been {hoped} %.',
    },
    {
      good: '{name} raises its outlook',
      bad: '{name} cuts its outlook',
      silent: '{name} updates its outlook',
      soundsGood: '{name} sees bright prospects in new markets',
      soundsBad: '{name} speaks of a difficult year',
      text: 'Revenue is now seen to change by {got} % this year, after {hoped} % in the last forecast.',
    },
  ],
  zh: [
    {
      good: '{name}：季度净利润超出市场预期',
      bad: '{name}：季度净利润不及市场预期',
      silent: '{name}发布季度报告',
      soundsGood: '{name}：本季经营稳健，感谢全体员工',
      soundsBad: '{name}：季报提示经营面临逆风',
      text: '净利润同比变动{got}%，此前市场预期为{hoped}%。',
    },
    {
      good: '{name}新签订单高于计划',
      bad: '{name}新签订单低于计划',
      silent: '{name}披露订单情况',
      soundsGood: '{name}签下标志性合同',
      soundsBad: '{name}失去一家长期客户',
      text: '订单总额同比变动{got}%，原计划为{hoped}%。',
    },
    {
      good: '{name}上调全年业绩指引',
      bad: '{name}下调全年业绩指引',
      silent: '{name}更新全年业绩指引',
      soundsGood: '{name}：新市场前景广阔',
      soundsBad: '{name}：今年形势较为艰难',
      text: '公司现预计全年营业收入变动{got}%，上次预测为{hoped}%。',
    },
  ],
};

export const NOTICE_WORDS: Readonly<Record<'en' | 'zh', Readonly<Record<NoticeKind, readonly [title: string, text: string]>>>> = {
  en: {
    dividend: ['{name}: distribution of profit', 'For each 10 shares: {terms}. Record date {record}, ex-date and payment {date}.'],
    halt: ['{name}: trading halted from {date}', 'Reason: {terms}. Trading stays halted until further notice.'],
    resume: ['{name}: trading resumes on {date}', 'The halt ends; trading resumes on {date}.'],
    st: ['{name}: special treatment (ST) from {date}', 'The exchange puts the share under risk warning from {date} on.'],
    'st-ends': ['{name}: special treatment (ST) ends on {date}', 'The risk warning is taken away from {date} on.'],
  },
  zh: {
    dividend: ['{name}：权益分派实施公告', '每10股：{terms}。股权登记日{record}，除权除息日及发放日{date}。'],
    halt: ['{name}：自{date}起停牌', '停牌原因：{terms}。复牌时间另行公告。'],
    resume: ['{name}：{date}复牌', '停牌事项结束，股票于{date}恢复交易。'],
    st: ['{name}：自{date}起实施其他风险警示', '交易所决定自{date}起对公司股票实施风险警示（ST）。'],
    'st-ends': ['{name}：自{date}起撤销风险警示', '交易所同意自{date}起撤销公司股票的风险警示（ST）。'],
  },
};

export type NoticeKind = 'dividend' | 'halt' | 'resume' | 'st' | 'st-ends';

export const HALT_WORDS = {
  restructuring: { en: 'major asset restructuring', zh: '重大资产重组' },
  'shareholder-meeting': { en: 'shareholder meeting', zh: '召开股东大会' },
  'abnormal-trading': { en: 'abnormal trading under review', zh: '股票交易异常波动核查' },
  inquiry: { en: 'inquiry of the exchange', zh: '交易所问询事项核查' },
} as const;

/** Fills `{key}` places. */
export const filled = (words: string, values: Readonly<Record<string, string>>): string =>
  words.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '');
