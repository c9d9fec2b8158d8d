/** Golden values of the US, crypto and benchmark rulebooks. */
import { expect, test } from 'vitest';
import { dayOf, ratio } from '../../../lib/core/index.js';
import { RuleError, rulebookFor } from '../../../lib/market/index.js';
import { around, stock } from './instruments.js';

test('US: any share count, no limit, sold at once, no commission', () => {
  const apple = stock('AAPL');
  const rules = rulebookFor('us').rulesFor(apple, dayOf('2012-01-03'));
  expect(rules).toMatchObject({
    settlementSessions: 0,
    buyMinimum: 1,
    buyStep: 1,
    sellStep: 1,
    priceLimit: null,
    tradable: true,
    parMinor: 0,
  });
  expect(rules.dividendTax).toEqual({ kind: 'none' });
  expect(rules.fees.map((fee) => fee.name)).toEqual(['sec', 'taf']);
  expect(
    rulebookFor('us', { costs: { commission: ratio(5, 10_000), minimumCommissionMinor: 100 } }).rulesFor(apple, dayOf('2012-01-03'))
      .fees[0],
  ).toEqual({
    name: 'commission',
    side: 'both',
    basis: 'notional',
    rate: ratio(5, 10_000),
    minimumMinor: 100,
    maximumMinor: 0,
  });
  expect(() => rulebookFor('us').rulesFor(apple, dayOf('1990-01-01'))).toThrow(RuleError);
});

test('US: SEC fee on sales', () => {
  const rate = (day: number): number => {
    const fee = rulebookFor('us')
      .rulesFor(stock('AAPL'), day)
      .fees.find((one) => one.name === 'sec');
    return fee === undefined ? 0 : (fee.rate.numerator / fee.rate.denominator) * 1e6;
  };
  // Dollars a million: FINRA notices 3/10/08, 3/3/14, 5/7/18; SEC press release 2010-255; FINRA notice 4/24/25
  for (const [date, before, after] of [
    ['2008-04-01', 11, 5.6],
    ['2011-01-21', 16.9, 19.2],
    ['2014-03-18', 17.4, 22.1],
    ['2018-05-22', 23.1, 13],
    ['2019-04-16', 13, 20.7],
    ['2020-02-18', 20.7, 22.1],
    ['2021-02-25', 22.1, 5.1],
    ['2025-05-14', 27.8, 0],
  ] as const) {
    const [was, is] = around(date).map(rate);
    expect(was).toBeCloseTo(before, 9);
    expect(is).toBeCloseTo(after, 9);
  }
});

test('US: FINRA trading activity fee a share sold, capped a trade', () => {
  const taf = (date: string): object | undefined =>
    rulebookFor('us')
      .rulesFor(stock('AAPL'), dayOf(date))
      .fees.find((fee) => fee.name === 'taf');
  const fee = (numerator: number, maximumMinor: number): object => ({
    name: 'taf',
    side: 'sell',
    basis: 'quantity',
    rate: ratio(numerator, 10_000),
    minimumMinor: 0,
    maximumMinor,
  });
  // FINRA Regulatory Notices 11-27, 12-06; FINRA Fee Increase Schedule: $0.000166 a share up to $8.30 = 166/10000 cent up to 830 cents
  expect(taf('2002-09-30')).toBeUndefined();
  expect(taf('2011-06-30')).toEqual(fee(75, 375));
  expect(taf('2011-07-01')).toEqual(fee(90, 450));
  expect(taf('2012-02-29')).toEqual(fee(90, 450));
  expect(taf('2012-03-01')).toEqual(fee(95, 475));
  expect(taf('2021-12-31')).toEqual(fee(119, 595));
  expect(taf('2022-01-03')).toEqual(fee(130, 649));
  expect(taf('2023-01-03')).toEqual(fee(145, 727));
  expect(taf('2024-01-02')).toEqual(fee(166, 830));
});

test('crypto: 10 basis points, fractional steps in the instrument, no limit', () => {
  const rules = rulebookFor('crypto').rulesFor(stock('BTC/USDT'), dayOf('2024-01-01'));
  expect(rules).toMatchObject({ settlementSessions: 0, buyMinimum: 1, buyStep: 1, sellStep: 1, priceLimit: null });
  expect(rules.fees).toEqual([
    { name: 'commission', side: 'both', basis: 'notional', rate: ratio(10, 10_000), minimumMinor: 0, maximumMinor: 0 },
  ]);
});

test('bench: 0.03 % both sides, no cap, whatever the board', () => {
  const book = rulebookFor('bench');
  for (const instrument of [stock('600000.SH'), stock('AAPL'), { ...stock('AAPL'), board: 'lcg' }]) {
    const rules = book.rulesFor(instrument, 0);
    expect(rules).toMatchObject({ settlementSessions: 0, buyMinimum: 1, buyStep: 1, priceLimit: null, volumeCap: null, tradable: true });
    expect(rules.fees).toEqual([
      { name: 'commission', side: 'both', basis: 'notional', rate: ratio(3, 10_000), minimumMinor: 0, maximumMinor: 0 },
    ]);
  }
});
