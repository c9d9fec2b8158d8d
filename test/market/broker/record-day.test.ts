import { expect, test } from 'vitest';
import { type CorporateAction, dayOf, type Instrument, type Order } from '../../../lib/core/index.js';
import { calendarOf, describeSymbol, rulebookFor, SimulatedBroker } from '../../../lib/market/index.js';

/** Buys 100 on 2014-01-03, receives 1 yuan a share with the given days, sells all on 2015-09-11; the tax taken at the sale, fen. */
function taxAtSale(recordDay: string, exDay: string): number {
  const instrument: Instrument = { ...describeSymbol('600000.SH'), name: 'test', corporateActions: 'declared' };
  const action: CorporateAction = {
    symbol: '600000.SH',
    recordDay: dayOf(recordDay),
    exDay: dayOf(exDay),
    payDay: dayOf(exDay),
    knownAt: 0,
    cash: { numerator: 100, denominator: 1 },
    origin: 'declared',
  };
  const broker = new SimulatedBroker({
    instruments: [instrument],
    rulebook: rulebookFor('cn-a'),
    actions: new Map([['600000.SH', [action]]]),
    initialCashMinor: 1_000_000,
    lastCloses: new Map([['600000.SH', { day: dayOf('2014-01-02'), closeTicks: 1000 }]]),
  });
  const bar = { symbol: '600000.SH', open: 1000, high: 1000, low: 1000, close: 1000, volume: 1e6 };
  const order = (id: number, side: 'buy' | 'sell', day: string): Order => ({
    id,
    symbol: '600000.SH',
    side,
    quantity: 100,
    sizing: 'at-decision',
    sellAll: side === 'sell',
    action: 'A',
    size: { kind: 'none' },
    why: '',
    strategy: 's',
    confidence: 1,
    decidedOn: dayOf(day),
  });
  const calendar = calendarOf('cn-a');
  let tax = 0;
  for (let day = dayOf('2014-01-02'); day <= dayOf('2015-09-11'); day = calendar.shift(day, 1)) {
    const today = day >= dayOf(exDay) ? { ...bar, open: 900, high: 900, low: 900, close: 900 } : bar;
    broker.openSession(day);
    for (const fill of broker.fillAtOpen(day, [today]).fills) tax += fill.feesMinor['dividendTax'] ?? 0;
    broker.closeSession(day, [today]);
    const next = calendar.shift(day, 1);
    if (day === dayOf('2014-01-02')) broker.submit([order(1, 'buy', '2014-01-02')], next);
    if (next === dayOf('2015-09-11')) broker.submit([order(2, 'sell', '2015-09-10')], next);
  }
  return tax;
}

// 财税〔2015〕101号 frees dividends held over a year when the record day is 2015-09-08 or later; before, 财税〔2012〕85号 takes 5 %:
// 100 shares x 1.00 yuan x 5 % = 5.00 yuan.
test('the record day decides which dividend tax holds, not the ex-day', () => {
  expect(taxAtSale('2015-09-07', '2015-09-08')).toBe(500);
  expect(taxAtSale('2015-09-08', '2015-09-09')).toBe(0);
});
