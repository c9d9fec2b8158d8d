/** The rulebook and calendars against the real bars that ship: every bar lies in a session and inside the band the rules give. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dayOf, mulDiv, projectRoot } from '../../../lib/core/index.js';
import { calendarOf, rulebookFor } from '../../../lib/market/index.js';
import { stock } from './instruments.js';

const barsOf = (market: string, symbol: string): Record<string, string>[] => {
  const [header, ...rows] = readFileSync(join(projectRoot(), 'data/bars', market, `${symbol}.csv`), 'utf8')
    .trim()
    .split('\n');
  const names = header!.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((value, index) => [names[index]!, value])));
};
const fen = (text: string | undefined): number => Math.round(Number(text) * 100);

/**
 * Days whose low lies under the band round the last close: ex-days (the band goes by the ex-right reference, which the bars don't
 * carry) and three days on which trading resumed after the share reform (002032 2005-08-08, 600036 2006-02-27, 000151 2006-03-31).
 */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  '000001.SZ': ['2008-10-31', '2013-06-20', '2014-06-12', '2015-04-13', '2016-06-16'],
  '000151.SZ': ['2006-03-31', '2007-05-31'],
  '002032.SZ': ['2005-07-01', '2005-08-08', '2008-03-28', '2010-05-27', '2012-05-17', '2015-05-29'],
  '600000.SH': ['2008-04-24', '2009-06-09', '2010-06-10', '2011-06-03', '2016-06-23', '2017-05-25'],
  '600036.SH': ['2005-06-20', '2006-02-27', '2009-07-03', '2013-06-13'],
};

test.each(Object.keys(BELOW))('%s: no high above the limit, no low below it but on known days', (symbol) => {
  const book = rulebookFor('cn-a');
  const share = stock(symbol);
  const above: string[] = [];
  const below: string[] = [];
  let close = 0;
  let bars = 0;
  for (const bar of barsOf('cn', symbol)) {
    const day = dayOf(bar['date']!);
    expect(calendarOf('cn-a').isSession(day)).toBe(true);
    const limit = close === 0 || day < dayOf('2005-06-13') ? null : book.rulesFor(share, day).priceLimit;
    if (limit !== null) {
      bars++;
      if (fen(bar['high']) > mulDiv(close, limit.up.denominator + limit.up.numerator, limit.up.denominator)) above.push(bar['date']!);
      if (fen(bar['low']) < mulDiv(close, limit.down.denominator - limit.down.numerator, limit.down.denominator)) below.push(bar['date']!);
    }
    close = fen(bar['close']);
  }
  expect(bars).toBeGreaterThan(2500);
  expect(above).toEqual([]);
  expect(below).toEqual(BELOW[symbol]);
});

test('000001.SZ in 2007: a close exactly 5 % down as an S-share, then the free day above 10 %', () => {
  const closes = new Map(barsOf('cn', '000001.SZ').map((bar) => [bar['date']!, bar] as const));
  expect(fen(closes.get('2007-05-30')!['close'])).toBe(mulDiv(fen(closes.get('2007-05-29')!['close']), 95, 100));
  expect(fen(closes.get('2007-06-20')!['high'])).toBeGreaterThan(mulDiv(fen(closes.get('2007-05-31')!['close']), 110, 100));
  expect(fen(closes.get('2007-06-21')!['close'])).toBe(mulDiv(fen(closes.get('2007-06-20')!['close']), 110, 100));
});

test('every US bar lies in a session', () => {
  let bars = 0;
  for (const file of readdirSync(join(projectRoot(), 'data/bars/us')).filter((name) => /^[A-Z]+\.csv$/.test(name))) {
    for (const bar of barsOf('us', file.slice(0, -4))) {
      bars++;
      if (!calendarOf('us').isSession(dayOf(bar['date']!))) throw new Error(`${file} ${bar['date']}`);
    }
  }
  expect(bars).toBeGreaterThan(10_000);
});
