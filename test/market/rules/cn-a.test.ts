/** Golden values of the A-share rulebook: the day before and the day of each change. The texts behind them are named at each test. */
import { expect, test } from 'vitest';
import { dayOf, type Instrument, ratio } from '../../../lib/core/index.js';
import { RuleError, rulebookFor, type SessionRules } from '../../../lib/market/index.js';
import { around, stock } from './instruments.js';

const book = rulebookFor('cn-a');
const apart = rulebookFor('cn-a', { costs: { commissionIncludes: [] } });
const sh = stock('600000.SH');
const sz = stock('000002.SZ');
const chinext = stock('300750.SZ');
const star = stock('688981.SH');
const bse = stock('920002.BJ');
const etf = stock('510300.SH');
const on = (instrument: Instrument, date: string): SessionRules => book.rulesFor(instrument, dayOf(date));
/** `side rate minimum/maximum` of one fee, or `none`. */
const fee = (rules: SessionRules, name: string): string => {
  const found = rules.fees.find((one) => one.name === name);
  if (!found) return 'none';
  return `${found.side} ${found.rate.numerator}/${found.rate.denominator} a ${found.basis}, least ${found.minimumMinor}`;
};
const percent = (rules: SessionRules): string =>
  rules.priceLimit === null
    ? 'free'
    : `+${(rules.priceLimit.up.numerator * 100) / rules.priceLimit.up.denominator} -${(rules.priceLimit.down.numerator * 100) / rules.priceLimit.down.denominator}`;
const st = { statuses: [{ status: 'ST' as const, from: dayOf('2005-06-13') }] };

test('a day before 2005-06-13 is refused with the reason, and a board before it opened', () => {
  // 2005-06-13: date of the dividend tax notice 财税〔2005〕102号, where every fee and tax of the rulebook is known.
  expect(() => on(sh, '2005-06-12')).toThrow(RuleError);
  expect(() => on(sh, '2005-06-12')).toThrow(/from 2005-06-13 on, got 2005-06-12 for 600000.SH: earlier fees/);
  expect(on(sh, '2005-06-13').firstDay).toBe(dayOf('2005-06-13'));
  // First listings: ChiNext 2009-10-30, STAR 2019-07-22, Beijing 2021-11-15.
  for (const [instrument, date] of [
    [chinext, '2009-10-30'],
    [star, '2019-07-22'],
    [bse, '2021-11-15'],
  ] as const) {
    const [before, day] = around(date);
    expect(() => book.rulesFor(instrument, before)).toThrow(RuleError);
    expect(book.rulesFor(instrument, day).firstDay).toBe(day);
  }
  expect(() => book.rulesFor({ ...sh, board: 'nyse' }, dayOf('2020-01-02'))).toThrow(/expected a board of cn-a/);
});

test('T+1 on every board; par 1 yuan; a quarter of the volume', () => {
  for (const instrument of [sh, sz, chinext, star, bse, etf]) {
    const rules = on(instrument, '2024-01-02');
    expect(rules.settlementSessions).toBe(1);
    expect(rules.volumeCap).toEqual(ratio(25, 100));
    expect(rules.parMinor).toBe(instrument === etf ? 0 : 100);
  }
});

test('lots: 100s on main and ChiNext, 200 then 1 on STAR, 100 then 1 in Beijing', () => {
  // 上海/深圳证券交易所交易规则; 科创板股票交易特别规定 (不小于200股); 北京证券交易所交易规则（试行）(不低于100股，以1股为单位递增)
  const lot = (instrument: Instrument): number[] => {
    const { buyMinimum, buyStep, sellStep } = on(instrument, '2024-01-02');
    return [buyMinimum, buyStep, sellStep];
  };
  expect(lot(sh)).toEqual([100, 100, 100]);
  expect(lot(sz)).toEqual([100, 100, 100]);
  expect(lot(chinext)).toEqual([100, 100, 100]);
  expect(lot(etf)).toEqual([100, 100, 100]);
  expect(lot(star)).toEqual([200, 1, 1]);
  expect(lot(bse)).toEqual([100, 1, 1]);
});

test('price limits by board and date', () => {
  expect(percent(on(sh, '2005-06-13'))).toBe('+10 -10');
  expect(percent(on(sz, '2026-12-31'))).toBe('+10 -10');
  // 创业板交易特别规定 2.1, in force 2020-08-24
  expect(around('2020-08-24').map((day) => percent(book.rulesFor(chinext, day)))).toEqual(['+10 -10', '+20 -20']);
  expect(percent(on(star, '2019-07-22'))).toBe('+20 -20');
  expect(percent(on(bse, '2021-11-15'))).toBe('+30 -30');
  expect(percent(on(etf, '2024-01-02'))).toBe('+10 -10');
});

test('price limits of ST shares', () => {
  // Main boards 5 % -> 10 % on 2026-07-06; ChiNext 5 % -> 20 % on 2020-08-24; STAR 20 %, Beijing 30 %.
  for (const symbol of ['600000.SH', '000002.SZ']) {
    const [before, day] = around('2026-07-06').map((each) => book.rulesFor(stock(symbol, st), each));
    expect([percent(before!), percent(day!)]).toEqual(['+5 -5', '+10 -10']);
  }
  const young = stock('300750.SZ', st);
  expect(around('2020-08-24').map((day) => percent(book.rulesFor(young, day)))).toEqual(['+5 -5', '+20 -20']);
  expect(percent(on(stock('688981.SH', st), '2024-01-02'))).toBe('+20 -20');
  expect(percent(on(stock('920002.BJ', st), '2024-01-02'))).toBe('+30 -30');
  // A span that ends: the day after is ordinary again, with no free day.
  const cured = stock('600000.SH', { statuses: [{ status: 'ST', from: dayOf('2012-05-02'), to: dayOf('2013-05-02') }] });
  expect(['2012-05-01', '2012-05-02', '2013-05-02', '2013-05-03'].map((date) => percent(on(cured, date)))).toEqual([
    '+10 -10',
    '+5 -5',
    '+5 -5',
    '+10 -10',
  ]);
});

test('S-shares: 5 % from 2007-01-08, free on the day trading resumes; 000001.SZ until 2007-06-20', () => {
  // 深圳证券交易所关于调整未完成股权分置改革上市公司股票涨跌幅比例的通知. The span of 000001.SZ ships with the rulebook.
  const bank = stock('000001.SZ');
  expect(around('2007-01-08').map((day) => percent(book.rulesFor(bank, day)))).toEqual(['+10 -10', '+5 -5']);
  expect(['2007-06-19', '2007-06-20', '2007-06-21'].map((date) => percent(on(bank, date)))).toEqual(['+5 -5', 'free', '+10 -10']);
  // Given spans replace the shipped ones.
  expect(percent(on(stock('000001.SZ', { statuses: [] }), '2007-06-19'))).toBe('+10 -10');
  // The free day is a session: a span that ends on a Friday frees the Monday after.
  const other = stock('600000.SH', { statuses: [{ status: 'S-share', from: dayOf('2007-01-08'), to: dayOf('2007-06-22') }] });
  expect(['2007-06-22', '2007-06-25', '2007-06-26'].map((date) => percent(on(other, date)))).toEqual(['+5 -5', 'free', '+10 -10']);
});

test('first sessions after listing', () => {
  const seen = (symbol: string, listedOn: string, dates: readonly string[]): string[] =>
    dates.map((date) => percent(on(stock(symbol, { listedOn: dayOf(listedOn) }), date)));
  // Before 2014 free; 2014 to 2023-04-09 within +44 % and -36 % of the issue price; from 2023-04-10 five free sessions.
  expect(seen('600000.SH', '2013-12-31', ['2013-12-31', '2014-01-02'])).toEqual(['free', '+10 -10']);
  expect(seen('600000.SH', '2014-01-17', ['2014-01-17', '2014-01-20'])).toEqual(['+44 -36', '+10 -10']);
  expect(seen('001299.SZ', '2023-04-07', ['2023-04-07', '2023-04-10'])).toEqual(['+44 -36', '+10 -10']);
  expect(seen('601061.SH', '2023-04-10', ['2023-04-10', '2023-04-14', '2023-04-17'])).toEqual(['free', 'free', '+10 -10']);
  expect(seen('300999.SZ', '2020-08-21', ['2020-08-21', '2020-08-24'])).toEqual(['+44 -36', '+20 -20']);
  expect(seen('300862.SZ', '2020-08-24', ['2020-08-24', '2020-08-28', '2020-08-31'])).toEqual(['free', 'free', '+20 -20']);
  expect(seen('688001.SH', '2019-07-22', ['2019-07-22', '2019-07-26', '2019-07-29'])).toEqual(['free', 'free', '+20 -20']);
  expect(seen('920002.BJ', '2024-05-30', ['2024-05-30', '2024-05-31'])).toEqual(['free', '+30 -30']);
  // A holiday inside: listed 2019-09-30, the fifth session after the National Day week is 2019-10-11.
  expect(seen('688002.SH', '2019-09-30', ['2019-10-11', '2019-10-14'])).toEqual(['free', '+20 -20']);
});

test('not tradable before listing, after the last day, and never an index', () => {
  const brief = stock('600000.SH', { listedOn: dayOf('2010-01-04'), delistedOn: dayOf('2011-01-04') });
  expect(['2009-12-31', '2010-01-04', '2011-01-04', '2011-01-05'].map((date) => on(brief, date).tradable)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(on(stock('000300.SH'), '2020-01-02')).toMatchObject({ tradable: false, fees: [], priceLimit: null });
});

test('stamp duty', () => {
  // 2005-01-24 notice; 财税〔2007〕84号; 2008-04-24; seller only from 2008-09-19; 公告2023年第39号. Funds: none.
  const stamps: readonly (readonly [string, string, string])[] = [
    ['2007-05-30', 'both 1/1000', 'both 3/1000'],
    ['2008-04-24', 'both 3/1000', 'both 1/1000'],
    ['2008-09-19', 'both 1/1000', 'sell 1/1000'],
    ['2023-08-28', 'sell 1/1000', 'sell 5/10000'],
  ];
  for (const [date, before, after] of stamps) {
    for (const instrument of [sh, sz]) {
      expect(around(date).map((day) => fee(book.rulesFor(instrument, day), 'stamp'))).toEqual(
        [before, after].map((text) => `${text} a notional, least 0`),
      );
    }
    for (const day of around(date)) expect(fee(book.rulesFor(etf, day), 'stamp')).toBe('none');
  }
});

test('transfer fee: a share in Shanghai before 2015-08-01, then by turnover everywhere', () => {
  // 成交面额的1‰, 起点1元; 2012 cuts; 中国结算 notices in force 2015-08-01 and 2022-04-29 (Beijing 0.025‰ before).
  const transfers: readonly (readonly [Instrument, string, string, string])[] = [
    [sh, '2012-06-01', 'both 1/10 a quantity, least 100', 'both 75/1000 a quantity, least 100'],
    [sh, '2012-09-01', 'both 75/1000 a quantity, least 100', 'both 6/100 a quantity, least 100'],
    [sh, '2015-08-01', 'both 6/100 a quantity, least 100', 'both 2/100000 a notional, least 0'],
    [sz, '2015-08-01', 'none', 'both 2/100000 a notional, least 0'],
    [chinext, '2015-08-01', 'none', 'both 2/100000 a notional, least 0'],
    [sh, '2022-04-29', 'both 2/100000 a notional, least 0', 'both 1/100000 a notional, least 0'],
    [star, '2022-04-29', 'both 2/100000 a notional, least 0', 'both 1/100000 a notional, least 0'],
    [bse, '2022-04-29', 'both 25/1000000 a notional, least 0', 'both 1/100000 a notional, least 0'],
    [etf, '2022-04-29', 'none', 'none'],
  ];
  for (const [instrument, date, before, after] of transfers) {
    expect(around(date).map((day) => fee(book.rulesFor(instrument, day), 'transfer'))).toEqual([before, after]);
  }
});

test('handling and regulatory fees: inside the commission by default, each once when set apart', () => {
  // 0.0487‰ -> 0.0341‰ and Beijing 0.25‰ -> 0.125‰ on 2023-08-28; 2012 and 2015 from the exchanges' notices.
  const handling: readonly (readonly [Instrument, string, string, string])[] = [
    [sh, '2012-06-01', '11/100000', '87/1000000'],
    [sh, '2012-09-01', '87/1000000', '696/10000000'],
    [sh, '2015-08-01', '696/10000000', '487/10000000'],
    [sz, '2012-06-01', '1475/10000000', '1125/10000000'],
    [sz, '2015-08-01', '951/10000000', '487/10000000'],
    [sh, '2023-08-28', '487/10000000', '341/10000000'],
    [bse, '2022-12-01', '5/10000', '25/100000'],
    [bse, '2023-08-28', '25/100000', '125/1000000'],
    [stock('159915.SZ'), '2021-07-19', '487/10000000', '4/100000'],
  ];
  for (const [instrument, date, before, after] of handling) {
    expect(around(date).map((day) => fee(apart.rulesFor(instrument, day), 'handling'))).toEqual(
      [before, after].map((rate) => `both ${rate} a notional, least 0`),
    );
    for (const day of around(date)) expect(fee(book.rulesFor(instrument, day), 'handling')).toBe('none');
  }
  expect(fee(apart.rulesFor(sh, dayOf('2020-01-02')), 'regulatory')).toBe('both 2/100000 a notional, least 0');
  expect(on(sh, '2020-01-02').fees.map((one) => one.name)).toEqual(['commission', 'stamp', 'transfer']);
  expect(apart.rulesFor(sh, dayOf('2020-01-02')).fees.map((one) => one.name)).toEqual([
    'commission',
    'stamp',
    'transfer',
    'handling',
    'regulatory',
  ]);
  const half = rulebookFor('cn-a', { costs: { commissionIncludes: ['handling'] } });
  expect(half.rulesFor(sh, dayOf('2020-01-02')).fees.map((one) => one.name)).toEqual(['commission', 'stamp', 'transfer', 'regulatory']);
});

test('commission: 0.025 % and at least 5 yuan an order, or what the settings say', () => {
  expect(fee(on(sh, '2020-01-02'), 'commission')).toBe('both 25/100000 a notional, least 500');
  const cheap = rulebookFor('cn-a', { costs: { commission: ratio(1, 10_000), minimumCommissionMinor: 0 } });
  expect(fee(cheap.rulesFor(sh, dayOf('2020-01-02')), 'commission')).toBe('both 1/10000 a notional, least 0');
  const free = rulebookFor('cn-a', { costs: { commission: ratio(0, 1), minimumCommissionMinor: 0 } });
  expect(fee(free.rulesFor(sh, dayOf('2020-01-02')), 'commission')).toBe('none');
  // Costs are the user's, not the rulebook's: its version stays.
  expect(cheap.version).toBe(book.version);
  expect(() => rulebookFor('cn-a', { costs: { commission: ratio(0.5, 1) } })).toThrow(/checkCosts: expected a commission of whole numbers/);
  expect(() => rulebookFor('cn-a', { costs: { minimumCommissionMinor: -1 } })).toThrow(/minimum commission/);
});

test('dividend tax', () => {
  // 财税〔2005〕102号 (half of 20 %), 财税〔2012〕85号 (2013-01-01), 财税〔2015〕101号 (2015-09-08)
  const flat = { kind: 'flat', rate: ratio(10, 100) };
  const byHolding = (longer: number): object => ({
    kind: 'by-holding',
    upToMonth: ratio(20, 100),
    upToYear: ratio(10, 100),
    longer: ratio(longer, 100),
  });
  expect(on(sh, '2005-06-13').dividendTax).toEqual(flat);
  expect(around('2013-01-01').map((day) => book.rulesFor(sh, day).dividendTax)).toEqual([flat, byHolding(5)]);
  expect(around('2015-09-08').map((day) => book.rulesFor(sh, day).dividendTax)).toEqual([byHolding(5), byHolding(0)]);
  expect(on(etf, '2020-01-02').dividendTax).toEqual({ kind: 'none' });
});
