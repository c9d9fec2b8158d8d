import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dateOf, dayOf, type MarketId, sha256 } from '../../lib/core/index.js';
import { embeddedData, type MarketData } from '../../lib/feeds/index.js';

const cn = embeddedData('cn');
const us = embeddedData('us');

const row = (data: MarketData, symbol: string, date: string) => {
  const series = data.series.get(symbol)!;
  const at = series.day.indexOf(dayOf(date));
  return { at, open: series.open[at], high: series.high[at], low: series.low[at], close: series.close[at], volume: series.volume[at] };
};

test('the files are the ones that the extraction script wrote', () => {
  // python3 data/bars/extract.py writes sources.json with these digests
  const sources = JSON.parse(readFileSync('data/bars/sources.json', 'utf8')) as { file: string; rows: number; sha256: string }[];
  expect(sources).toHaveLength(14);
  for (const { file, rows, sha256: digest } of sources) {
    const text = readFileSync(`data/bars/${file}`, 'utf8');
    expect(sha256(text), file).toBe(digest);
    expect(text.trimEnd().split('\n')).toHaveLength(rows + 1);
  }
});

test.each([
  // symbol, bars, first, last: DayKLine/*.json of hqchart, sh600036.day of mootdx, 002032.csv of stockstats
  ['000001.SZ', 5591, '2001-01-02', '2024-09-19'],
  ['000151.SZ', 5779, '2000-09-06', '2024-09-19'],
  ['000300.SH', 4790, '2005-01-04', '2024-09-19'],
  ['002032.SZ', 2813, '2004-08-17', '2016-08-17'],
  ['600000.SH', 5908, '1999-11-10', '2024-09-19'],
  ['600036.SH', 3812, '2002-04-09', '2018-04-09'],
])('%s has %i bars, %s to %s', (symbol, length, first, last) => {
  const series = cn.series.get(symbol)!;
  expect(series.length).toBe(length);
  expect([dateOf(series.day[0]!), dateOf(series.day[length - 1]!)]).toEqual([first, last]);
});

test('golden rows', () => {
  // [20070621,31.19,32.44,34.31,31.25,34.31,68168096,2285484032] in 000001.sz.day.kline.json
  expect(row(cn, '000001.SZ', '2007-06-21')).toMatchObject({ open: 3244, high: 3431, low: 3125, close: 3431, volume: 68_168_096 });
  // 20020409 of sh600036.day by struct '<IIIIIfII'
  expect(row(cn, '600036.SH', '2002-04-09')).toMatchObject({ at: 0, open: 1051, high: 1088, low: 1051, close: 1066, volume: 414_108_800 });
  // AAPL,2000-03-01,118.56,132.06,118.5,130.31,9616100 in stocks.csv.gz; ticks of 0.0001
  expect(row(us, 'AAPL', '2000-03-01')).toMatchObject({
    at: 0,
    open: 1_185_600,
    high: 1_320_600,
    low: 1_185_000,
    close: 1_303_100,
    volume: 9_616_100,
  });
});

test('a bar is known at the official close', () => {
  expect(cn.series.get('000001.SZ')!.knownAt[row(cn, '000001.SZ', '2007-06-21').at]).toBe(Date.parse('2007-06-21T15:00:00+08:00'));
  expect(us.series.get('AAPL')!.knownAt[0]).toBe(Date.parse('2000-03-01T16:00:00-05:00'));
  // early close on the day after Thanksgiving
  expect(us.series.get('IBM')!.knownAt[row(us, 'IBM', '2012-11-23').at]).toBe(Date.parse('2012-11-23T13:00:00-05:00'));
});

test('what is known of corporate actions is said', () => {
  const state = (data: MarketData) => Object.fromEntries(data.instruments.map((i) => [i.symbol, i.corporateActions]));
  expect(state(cn)).toEqual({
    '000001.SZ': 'declared',
    '000151.SZ': 'unknown',
    '000300.SH': 'none',
    '002032.SZ': 'unknown',
    '600000.SH': 'unknown',
    '600036.SH': 'unknown',
  });
  expect(state(us)).toEqual({ AAPL: 'derived', FB: 'derived', GOOG: 'derived', IBM: 'derived', MSFT: 'derived', SPX: 'none' });
  expect(cn.actionsKnown).toEqual({ '000001.SZ': { from: dayOf('2007-06-21'), to: dayOf('2020-06-30') } });
  expect(cn.index).toBe('000300.SH');
  expect(us.index).toBe('SPX');
  expect(cn.notes.join(' ')).toContain('price index');
  expect([cn.synthetic, cn.skipped, cn.news, cn.calendar, us.calendar]).toEqual([false, {}, [], 'cn-a' satisfies MarketId, 'us']);
});

test('000001.SZ: every dividend explains the gap of its ex-day, and no other gap is left', () => {
  const series = cn.series.get('000001.SZ')!;
  const actions = new Map(cn.actions.get('000001.SZ')!.map((action) => [action.exDay, action]));
  const { from, to } = cn.actionsKnown!['000001.SZ']!;
  let checked = 0;
  for (let i = 1; i < series.length; i++) {
    if (series.day[i]! < from || series.day[i]! > to) continue;
    const action = actions.get(series.day[i]!);
    const cash = action?.cash ? action.cash.numerator / action.cash.denominator : 0;
    const shares = [action?.bonus, action?.transfer].reduce((sum, r) => sum + (r ? r.numerator / r.denominator : 0), 1);
    const reference = (series.close[i - 1]! - cash) / shares;
    expect(series.low[i]!).toBeGreaterThanOrEqual(reference * 0.9 - 1.1);
    expect(series.high[i]!).toBeLessThanOrEqual(reference * 1.1 + 1.1);
    expect(series.factor[i]! / series.factor[i - 1]!).toBeCloseTo(series.close[i - 1]! / reference, 12);
    if (action) checked++;
  }
  expect(checked).toBe(10);
});

test('000001.SZ: 2013-06-20 is 10送6派1.7, 2014-06-12 is 10转2派1.6, known the session after the notice', () => {
  const of = (date: string) => cn.actions.get('000001.SZ')!.find((action) => action.exDay === dayOf(date))!;
  expect(of('2013-06-20')).toEqual({
    symbol: '000001.SZ',
    exDay: dayOf('2013-06-20'),
    recordDay: dayOf('2013-06-19'),
    payDay: dayOf('2013-06-20'),
    knownAt: Date.parse('2013-06-17T00:00:00+08:00'), // noticed on Friday the 14th
    cash: { numerator: 17, denominator: 1 },
    bonus: { numerator: 3, denominator: 5 },
    origin: 'declared',
  });
  expect(of('2014-06-12')).toMatchObject({ cash: { numerator: 16, denominator: 1 }, transfer: { numerator: 1, denominator: 5 } });
  expect(of('2014-06-12').bonus).toBeUndefined();
});

test('000001.SZ was an S-share until 2007-06-19', () => {
  const [status] = cn.instruments.find((i) => i.symbol === '000001.SZ')!.statuses!;
  expect(status).toEqual({ status: 'S-share', from: dayOf('2006-10-09'), to: dayOf('2007-06-19') });
});

test('US splits and dividends come out of raw and adjusted close', () => {
  const splits = (symbol: string) => us.actions.get(symbol)!.filter((action) => action.transfer);
  // public record: Apple 2:1 on 2000-06-21 and 2005-02-28, Microsoft 2:1 on 2003-02-18; IBM and Google had none in the span
  expect(splits('AAPL').map((a) => [dateOf(a.exDay), a.transfer])).toEqual([
    ['2000-06-21', { numerator: 1, denominator: 1 }],
    ['2005-02-28', { numerator: 1, denominator: 1 }],
  ]);
  expect(splits('MSFT').map((a) => dateOf(a.exDay))).toEqual(['2003-02-18']);
  expect([splits('IBM'), us.actions.get('GOOG'), us.actions.get('FB')]).toEqual([[], [], []]);
  // Microsoft's special dividend of 3.00 and the ordinary 0.08, ex 2004-11-15; Apple's 2.65 a quarter of 2012 and 2013
  expect(us.actions.get('MSFT')!.find((a) => a.exDay === dayOf('2004-11-15'))!.cash).toEqual({ numerator: 308, denominator: 1 });
  expect(
    us.actions
      .get('AAPL')!
      .slice(2)
      .map((a) => a.cash),
  ).toEqual(Array(3).fill({ numerator: 265, denominator: 1 }));
  expect(us.actions.get('IBM')).toHaveLength(52);
  for (const action of us.actions.get('IBM')!) expect(action.cash!.denominator).toBe(1);
});

test('factors are total return: with AAPL they reproduce its adjusted close up to one constant', () => {
  const series = us.series.get('AAPL')!;
  const adjusted = readFileSync('data/bars/us/AAPL.csv', 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[6]));
  const constant = adjusted[0]! / series.close[0]!;
  for (let i = 0; i < series.length; i++) expect(series.close[i]! * series.factor[i]! * constant).toBeCloseTo(adjusted[i]!, 8);
});

test('digests are stable', () => {
  // node --import ./lib/boot.mjs -e "import('./lib/feeds/index.ts').then(f => console.log(f.embeddedData('cn').digests))"
  expect(cn.digests['000001.SZ']).toBe('c0feb13884b908cbd22630a5eed47e786bbe4cb6d1c6d0e6369fcf57ff636f70');
  expect(us.digests.AAPL).toBe('3c928a34223e6871744c2926d0316fede14d63e49a272918fe1e012f2723ff6a');
  expect(embeddedData('cn', { symbols: ['000001.SZ'] }).digests).toEqual({
    '000001.SZ': cn.digests['000001.SZ'],
    '000300.SH': cn.digests['000300.SH'],
  });
  expect(() => embeddedData('cn', { symbols: ['600519.SH'] })).toThrow(/expected symbols of embedded:cn, got 600519.SH/);
});
