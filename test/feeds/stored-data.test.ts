import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dayOf } from '../../lib/core/index.js';
import { embeddedData, FeedError, loadBars, sliceData, writeData } from '../../lib/feeds/index.js';

const root = mkdtempSync(join(tmpdir(), 'hindcast-stored-'));
afterAll(() => rmSync(root, { recursive: true }));

const cn = embeddedData('cn', { symbols: ['000001.SZ', '600000.SH'] });
const slice = sliceData(cn, { symbols: ['000001.SZ', '000300.SH'], to: dayOf('2013-06-20') });

test('a slice keeps everything before its end, and nothing after', () => {
  const series = slice.series.get('000001.SZ')!;
  const whole = cn.series.get('000001.SZ')!;
  expect([...slice.series.keys()]).toEqual(['000001.SZ', '000300.SH']);
  expect(series.day[series.length - 1]).toBe(dayOf('2013-06-20'));
  expect(series.day).toEqual(whole.day.slice(0, series.length));
  expect(series.factor).toEqual(whole.factor.slice(0, series.length));
  expect(slice.actions.get('000001.SZ')!.at(-1)!.exDay).toBe(dayOf('2013-06-20'));
  expect(slice.index).toBe('000300.SH');
  expect(slice.digests['000001.SZ']).not.toBe(cn.digests['000001.SZ']);
  expect(sliceData(cn, { symbols: ['000001.SZ'], to: dayOf('2013-06-20') }).index).toBeUndefined();
  expect(sliceData(cn, { symbols: ['000001.SZ'], to: dayOf('2030-01-01') }).digests).toEqual({ '000001.SZ': cn.digests['000001.SZ'] });
  expect(() => sliceData(cn, { symbols: ['AAPL'], to: 0 })).toThrow(/got AAPL. It has 000001.SZ/);
  expect(() => sliceData(cn, { symbols: ['000001.SZ'], to: 0 })).toThrow(/expected bars of 000001.SZ up to 1970-01-01/);
});

test('what is written reads back the same, news and odd symbols included', () => {
  const news = [{ id: 'n1', symbols: ['BTC/USDT'], eventAt: 1, knownAt: 2, title: 't', text: '行', source: 's' }];
  const [bank] = slice.instruments;
  const odd = {
    ...slice,
    instruments: [...slice.instruments, { ...bank!, symbol: 'BTC/USDT' }],
    series: new Map([...slice.series, ['BTC/USDT', { ...slice.series.get('000001.SZ')!, symbol: 'BTC/USDT' }]]),
    news,
  };
  const data = sliceData(odd, { symbols: odd.instruments.map((i) => i.symbol), to: dayOf('2012-01-04') });
  const folder = join(root, 'all');
  writeData(data, folder);
  const { mappings, ...back } = loadBars(folder);
  expect(mappings).toEqual([]);
  expect(Object.keys(back.digests).sort()).toEqual(['000001.SZ', '000300.SH', 'BTC/USDT', 'news']);
  expect(back).toEqual(data);
});

test('US data with derived actions reads back the same', () => {
  const us = embeddedData('us');
  writeData(us, join(root, 'us'));
  expect(loadBars(join(root, 'us'))).toMatchObject({ digests: us.digests, notes: us.notes, index: 'SPX', source: 'embedded:us' });
});

test('a changed folder is refused', () => {
  const folder = join(root, 'changed');
  writeData(slice, folder);
  const path = join(folder, '000001.SZ.csv');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('2001-01-03', '2001-01-04'));
  expect(() => loadBars(folder)).toThrow(/expected the recorded digest of 000001.SZ/);
  writeFileSync(path, text);
  appendFileSync(join(folder, 'data.json'), 'x');
  expect(() => loadBars(folder)).toThrow(FeedError);
});
