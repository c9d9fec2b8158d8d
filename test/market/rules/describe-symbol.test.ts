/** Symbols by code. Codes and boards: the exchanges' code ranges as the rule facts list them. */
import { expect, test } from 'vitest';
import { InputError, ratio } from '../../../lib/core/index.js';
import { describeSymbol } from '../../../lib/market/index.js';

test.each([
  ['600000.SH', 'sh-main', 'stock'],
  ['601398.SH', 'sh-main', 'stock'],
  ['603288.SH', 'sh-main', 'stock'],
  ['605499.SH', 'sh-main', 'stock'],
  ['688981.SH', 'star', 'stock'],
  ['689009.SH', 'star', 'stock'],
  ['000001.SZ', 'sz-main', 'stock'],
  ['001979.SZ', 'sz-main', 'stock'],
  ['002032.SZ', 'sz-main', 'stock'],
  ['003816.SZ', 'sz-main', 'stock'],
  ['300750.SZ', 'chinext', 'stock'],
  ['301269.SZ', 'chinext', 'stock'],
  ['430047.BJ', 'bse', 'stock'],
  ['830799.BJ', 'bse', 'stock'],
  ['920002.BJ', 'bse', 'stock'],
  ['510300.SH', 'sh-main', 'etf'],
  ['588000.SH', 'sh-main', 'etf'],
  ['159915.SZ', 'sz-main', 'etf'],
  ['000001.SH', 'index', 'index'],
  ['000300.SH', 'index', 'index'],
  ['399001.SZ', 'index', 'index'],
  ['399006.SZ', 'index', 'index'],
  ['899050.BJ', 'index', 'index'],
])('%s is %s, %s', (symbol, board, kind) => {
  expect(describeSymbol(symbol)).toMatchObject({ symbol, market: 'cn-a', board, kind });
});

test('one spelling for many', () => {
  for (const spelling of [
    '600000.SH',
    '600000.SS',
    '600000.XSHG',
    'SH600000',
    'sh600000',
    'sh.600000',
    '600000.sh',
    '600000',
    ' 600000.SH ',
  ]) {
    expect(describeSymbol(spelling).symbol).toBe('600000.SH');
  }
  expect(describeSymbol('000001.XSHE').symbol).toBe('000001.SZ');
  expect(describeSymbol('sz.000001').symbol).toBe('000001.SZ');
  expect(describeSymbol('sh000001')).toMatchObject({ symbol: '000001.SH', kind: 'index' });
  expect(describeSymbol('bj920002').symbol).toBe('920002.BJ');
});

test('units: fen for shares, a tenth for funds, a hundredth of a cent in the US', () => {
  expect(describeSymbol('600000.SH').units).toEqual({
    currency: 'CNY',
    minorPerMajor: 100,
    tickSize: 0.01,
    quantityStep: 1,
    minorPerUnitTick: ratio(1, 1),
  });
  expect(describeSymbol('510300.SH').units).toMatchObject({ tickSize: 0.001, minorPerUnitTick: ratio(1, 10) });
  expect(describeSymbol('AAPL')).toMatchObject({ market: 'us', board: 'us-stock', kind: 'stock' });
  expect(describeSymbol('BRK.B').symbol).toBe('BRK.B');
  expect(describeSymbol('AAPL').units).toEqual({
    currency: 'USD',
    minorPerMajor: 100,
    tickSize: 0.0001,
    quantityStep: 1,
    minorPerUnitTick: ratio(1, 100),
  });
});

test('crypto: one step at one tick is tick x step, exactly', () => {
  // 0.01 USDT x 0.00001 BTC = 1e-7 USDT = 1e-5 hundredths
  expect(describeSymbol('BTC/USDT')).toMatchObject({ market: 'crypto', board: 'crypto-spot', kind: 'spot' });
  expect(describeSymbol('BTC/USDT').units).toEqual({
    currency: 'USDT',
    minorPerMajor: 100,
    tickSize: 0.01,
    quantityStep: 0.00001,
    minorPerUnitTick: ratio(1, 100_000),
  });
  expect(describeSymbol('DOGE/USDT', { tickSize: 0.00001, quantityStep: 1 }).units.minorPerUnitTick).toEqual(ratio(1, 1000));
  // 1e-6 BTC x 1e-5 ETH = 1e-11 BTC = 1/1000 of 1e-8 BTC
  expect(describeSymbol('ETH/BTC').units).toMatchObject({ minorPerMajor: 100_000_000, minorPerUnitTick: ratio(1, 1000) });
  for (const tickSize of [0, -1, Number.NaN, Math.PI]) expect(() => describeSymbol('BTC/USDT', { tickSize })).toThrow(InputError);
});

test.each([
  ['900901.SH', /Shanghai B shares/],
  ['200002.SZ', /Shenzhen B shares/],
  ['000001', /000001\.SZ for the stock or 000001\.SH for the index/],
  ['600000.SZ', /knows/],
  ['000001.BJ', /knows/],
  ['113050.SH', /knows/],
  ['600000.NYSE', /a symbol/],
  ['sh.600000.SH', /a symbol/],
  ['60000', /a symbol/],
  ['apple', /a symbol/],
  ['BTC-USDT', /a symbol/],
  ['', /a symbol/],
])('%s is refused', (symbol, message) => {
  expect(() => describeSymbol(symbol)).toThrow(InputError);
  expect(() => describeSymbol(symbol)).toThrow(message);
});
