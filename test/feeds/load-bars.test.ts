import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dateOf, dayOf, InputError } from '../../lib/core/index.js';
import { BadRowError, type BadRowReason, describeMapping, type LoadOptions, loadBars } from '../../lib/feeds/index.js';

const root = mkdtempSync(join(tmpdir(), 'hindcast-feeds-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
/** Writes a file into a folder of its own and gives its path. */
function file(name: string, content: string | Uint8Array): string {
  const folder = join(root, String(count++));
  mkdirSync(folder);
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const load = (name: string, content: string | Uint8Array, options?: LoadOptions) => loadBars(file(name, content), options);
const bars = (name: string, content: string | Uint8Array, options?: LoadOptions) => {
  const data = load(name, content, options);
  const series = data.series.get(data.instruments[0]!.symbol)!;
  return Array.from({ length: series.length }, (_, i) => [
    dateOf(series.day[i]!),
    series.open[i],
    series.high[i],
    series.low[i],
    series.close[i],
    series.volume[i],
  ]);
};

const HEAD = 'date,open,high,low,close,volume\n';
const TWO = [
  ['2024-01-02', 939, 942, 921, 921, 115_836_600],
  ['2024-01-03', 919, 922, 915, 920, 73_361_000],
];

test.each([
  '2024-01-0D',
  '2024/01/0D',
  '2024.01.0D',
  '2024010D',
  '2024/1/D',
  '2024年1月D日',
  '2024-01-0DT00:00:00.000',
  '2024-01-0D 00:00:00',
  '2024-01-0DT00:00:00Z',
  '2024-01-0DT09:30:00+08:00',
  '2024-01-0D,三',
])('date form %s', (form) => {
  const cell = (day: number) => (form.includes(',') ? `"${form.replace('D', String(day))}"` : form.replace('D', String(day)));
  expect(bars('000001.SZ.csv', `${HEAD}${cell(2)},9.39,9.42,9.21,9.21,115836600\n${cell(3)},9.19,9.22,9.15,9.20,73361000\n`)).toEqual(TWO);
});

test('epoch seconds are read on the exchange calendar (TradingView)', () => {
  // 2024-01-02 09:30 and 2024-01-03 09:30 in Shanghai
  expect(
    bars(
      'SH600000.csv',
      'time,open,high,low,close,Volume\n1704159000,9.39,9.42,9.21,9.21,115836600\n1704245400,9.19,9.22,9.15,9.20,73361000\n',
    ),
  ).toEqual(TWO);
});

test('Chinese headers in GBK, quoted thousands, tabs, lots told from the amounts', () => {
  // 日期 开盘 收盘 最高 最低 成交量 成交额 in GBK: python3 -c "print('日期\t开盘\t收盘\t最高\t最低\t成交量\t成交额'.encode('gbk').hex())"
  const header = Buffer.from('c8d5c6da09bfaac5cc09cad5c5cc09d7eeb8df09d7eeb5cd09b3c9bdbbc1bf09b3c9bdbbb6ee', 'hex');
  const rows =
    '\n2024-01-02\t9.39\t9.21\t9.42\t9.21\t"1,158,366"\t1,075,742,252.45\n2024-01-03\t9.19\t9.20\t9.22\t9.15\t733,610\t673673613.54\n';
  const data = load('sz000001.csv', Buffer.concat([header, Buffer.from(rows)]));
  expect(data.series.get('000001.SZ')!.volume[0]).toBe(115_836_600);
  expect(describeMapping(data.mappings[0]!)).toBe(
    'sz000001.csv (csv in gbk): date=日期 open=开盘 high=最高 low=最低 close=收盘 volume=成交量 amount=成交额; 2 bars of 000001.SZ; volume in lots (shown), turned into shares',
  );
  expect(data.instruments[0]).toMatchObject({ board: 'sz-main', corporateActions: 'unknown' });
});

test('a stated volume unit that the amounts contradict is refused', () => {
  const text = 'date,open,high,low,close,volume,amount\n2024-01-02,9.39,9.42,9.21,9.21,1158366,1075742252.45\n';
  expect(() => load('000001.SZ.csv', text, { volumeUnit: 'shares' })).toThrow(/volume of 000001.SZ in shares, got amounts that show lots/);
  expect(bars('000001.SZ.csv', text, { volumeUnit: 'lots' })[0]![5]).toBe(115_836_600);
  // without amounts the choice holds
  expect(bars('000001.SZ.csv', `${HEAD}2024-01-02,9.39,9.42,9.21,9.21,1158366\n`, { volumeUnit: 'lots' })[0]![5]).toBe(115_836_600);
  expect(bars('000001.SZ.csv', '日期,开盘,最高,最低,收盘,成交量(手)\n2024-01-02,9.39,9.42,9.21,9.21,1158366\n')[0]![5]).toBe(115_836_600);
});

test('TDX export: title, footer, adjustment', () => {
  const body =
    '      日期\t    开盘\t    最高\t    最低\t    收盘\t    成交量\t    成交额\n2024/01/02\t9.39\t9.42\t9.21\t9.21\t115836600\t1075742252.00\n#数据来源:通达信\n';
  const data = load('SZ#000001.txt', `000001 平安银行 日线 不复权\n${body}`);
  expect(data.instruments[0]).toMatchObject({ symbol: '000001.SZ', name: '平安银行' });
  expect(data.series.get('000001.SZ')!.length).toBe(1);
  expect(load('x.txt', `600000 浦发银行 日线 不复权\n${body.replace('#数据', '数据')}`).instruments[0]!.symbol).toBe('600000.SH');
  expect(() => load('SZ#000001.txt', `000001 平安银行 日线 前复权\n${body}`)).toThrow(/expected raw prices in .*前复权.*不复权/);
});

test('Yahoo: adjusted close yields actions, null rows are days without trade', () => {
  const data = load(
    'AAPL.csv',
    'Date,Open,High,Low,Close,Adj Close,Volume\n2005-02-24,88.0,89.5,87.9,88.93,44.465,100\n2005-02-25,89.62,89.91,88.19,88.99,44.495,200\nnull,null,null,null,null,null,null\n2005-02-28,44.68,45.14,43.96,44.86,44.86,300\n'.replace(
      'null,null,null,null,null,null,null\n',
      '',
    ),
  );
  expect(data.actions.get('AAPL')).toMatchObject([
    { exDay: dayOf('2005-02-28'), transfer: { numerator: 1, denominator: 1 }, origin: 'derived' },
  ]);
  expect([...data.series.get('AAPL')!.factor]).toEqual([1, 1, 2]);
  const gap = load(
    'AAPL.csv',
    'Date,Open,High,Low,Close,Adj Close,Volume\n2005-02-24,null,null,null,null,null,null\n2005-02-25,89.62,89.91,88.19,88.99,44.495,200\n',
  );
  expect(gap.mappings[0]!.remarks).toContain('1 days without trade of AAPL left out');
});

test('a falling adjustment makes the actions unknown, and is said', () => {
  const data = load('AAPL.csv', 'Date,Open,High,Low,Close,Adj Close,Volume\n2005-02-24,10,10,10,10,10,100\n2005-02-25,27,27,27,27,10,10\n');
  expect(data.instruments[0]!.corporateActions).toBe('unknown');
  expect(data.notes[0]).toMatch(/AAPL: the adjustment falls on 1 days, first 2005-02-25/);
});

test('Qlib: raw price = price / factor, raw volume = volume x factor, NaN rows are suspensions', () => {
  const data = load(
    'SH600000.csv',
    'symbol,date,open,close,high,low,volume,factor\nSH600000,2024-01-02,4.695,4.605,4.71,4.605,2000,0.5\nSH600000,2024-01-03,NaN,NaN,NaN,NaN,NaN,0.5\nSH600000,2024-01-04,4.7,4.7,4.7,4.7,2000,0.5\n',
  );
  const series = data.series.get('600000.SH')!;
  expect([series.length, series.open[0], series.close[0], series.volume[0]]).toEqual([2, 939, 921, 1000]);
  expect(data.instruments[0]!.corporateActions).toBe('derived');
});

test('Tushare: newest first, lots, thousand yuan; only the symbols asked for', () => {
  const text =
    'ts_code,trade_date,open,high,low,close,pre_close,vol,amount\n000001.SZ,20240103,9.19,9.22,9.15,9.20,9.21,733610.00,673673.61354\n000001.SZ,20240102,9.39,9.42,9.21,9.21,9.39,1158366.00,1075742.25245\n600000.SH,20240102,6.6,6.7,6.5,6.6,6.6,1000,660\n';
  const data = load('daily.csv', text, { symbols: ['000001.SZ'] });
  expect([...data.series.keys()]).toEqual(['000001.SZ']);
  expect([...data.series.get('000001.SZ')!.volume]).toEqual([115_836_600, 73_361_000]);
  expect(() => load('000001.SZ.csv', `${HEAD}${GOOD}`, { symbols: ['AAPL'] })).toThrow(/expected bars of one market, got none/);
});

test('a time with a zone falls on the day of its own exchange', () => {
  const at = (symbol: string, time: string) =>
    [...load('x.csv', `symbol,${HEAD}${symbol},${time},9,9,9,9,1\n`).series.get(symbol)!.day].map(dateOf)[0];
  expect(at('AAPL', '2024-01-02T21:00:00Z')).toBe('2024-01-02');
  expect(at('000001.SZ', '2024-01-01T16:00:00Z')).toBe('2024-01-02');
  expect(at('BTC/USDT', '2024-01-01T23:59:00Z')).toBe('2024-01-01');
});

test('MetaTrader 5 (UTF-16, tabs, <NAMES>) and 4 (no header)', () => {
  const five =
    '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n2024.01.02\t00:00:00\t9.39\t9.42\t9.21\t9.21\t5\t115836600\t1\r\n';
  expect(bars('AAPL.csv', Buffer.from(`\ufeff${five}`, 'utf16le'))).toEqual([['2024-01-02', 93_900, 94_200, 92_100, 92_100, 115_836_600]]);
  expect(bars('AAPL.csv', '2024.01.02,00:00,9.39,9.42,9.21,9.21,115836600\n')).toEqual([
    ['2024-01-02', 93_900, 94_200, 92_100, 92_100, 115_836_600],
  ]);
  expect(load('AAPL.csv', '2024.01.02,00:00,9.39,9.42,9.21,9.21,115836600\n').mappings[0]!.columns.close).toBe('#6');
});

test('newest first is turned round and said; zero rows of a suspension are left out', () => {
  const data = load(
    '600000.csv',
    "日期,股票代码,名称,收盘价,最高价,最低价,开盘价,前收盘,成交量,成交金额\n2024-01-04,'600000,浦发银行,9.2,0.0,0.0,0.0,9.2,0,0.0\n2024-01-03,'600000,浦发银行,9.20,9.22,9.15,9.19,9.21,73361000,673673613.54\n2024-01-02,'600000,浦发银行,9.21,9.42,9.21,9.39,9.39,115836600,1075742252.45\n",
  );
  expect([...data.series.get('600000.SH')!.day].map(dateOf)).toEqual(['2024-01-02', '2024-01-03']);
  expect(data.mappings[0]!.remarks).toEqual([
    'newest first, turned round',
    '1 days without trade of 600000.SH left out',
    'volume in shares (shown)',
  ]);
});

const GOOD = '2024-01-02,9.39,9.42,9.21,9.21,1000\n';
const bad: [BadRowReason, string, number][] = [
  ['unreadable-date', `${HEAD}${GOOD}02-01-2024,9.19,9.22,9.15,9.20,1000\n`, 3],
  ['unreadable-date', `${HEAD}${GOOD}2024-02-30,9.19,9.22,9.15,9.20,1000\n`, 3],
  ['too-few-cells', `${HEAD}${GOOD}2024-01-03,9.19,9.22\n`, 3],
  ['not-a-number', `${HEAD}${GOOD}2024-01-03,9.19,NaN,9.15,9.20,1000\n`, 3],
  ['not-a-number', `${HEAD}${GOOD}2024-01-03,NaN,NaN,NaN,NaN,NaN\n`, 3],
  ['not-a-number', `${HEAD}${GOOD}2024-01-03,9.19,9.22,9.15,abc,1000\n`, 3],
  ['missing-price', `${HEAD}${GOOD}2024-01-03,--,9.22,9.15,9.20,1000\n`, 3],
  ['missing-volume', `${HEAD}${GOOD}2024-01-03,9.19,9.22,9.15,9.20,\n`, 3],
  ['price-not-positive', `${HEAD}${GOOD}2024-01-03,9.19,9.22,-9.15,9.20,1000\n`, 3],
  ['price-not-positive', `${HEAD}${GOOD}2024-01-03,0,9.22,9.15,9.20,1000\n`, 3],
  ['negative-volume', `${HEAD}${GOOD}2024-01-03,9.19,9.22,9.15,9.20,-1\n`, 3],
  ['high-below-low', `${HEAD}${GOOD}2024-01-03,9.19,9.15,9.22,9.20,1000\n`, 3],
  ['outside-high-low', `${HEAD}${GOOD}2024-01-03,9.23,9.22,9.15,9.20,1000\n`, 3],
  ['outside-high-low', `${HEAD}${GOOD}2024-01-03,9.19,9.22,9.15,9.14,1000\n`, 3],
  ['off-tick', `${HEAD}${GOOD}2024-01-03,9.195,9.22,9.15,9.20,1000\n`, 3],
  ['duplicate-date', `${HEAD}${GOOD}${GOOD}`, 3],
  ['out-of-order', `${HEAD}${GOOD}2024-01-04,9.2,9.2,9.2,9.2,1\n2024-01-03,9.2,9.2,9.2,9.2,1\n2024-01-05,9.2,9.2,9.2,9.2,1\n`, 4],
  ['not-a-session', `${HEAD}${GOOD}2024-01-06,9.19,9.22,9.15,9.20,1000\n`, 3],
  ['unknown-symbol', `symbol,${HEAD}000001.SZ,${GOOD}900901.SH,${GOOD}`, 3],
  ['unknown-symbol', `symbol,${HEAD}000001.SZ,${GOOD},${GOOD}`, 3],
  [
    'missing-adjustment',
    `date,open,high,low,close,volume,adj_close\n2024-01-02,9.39,9.42,9.21,9.21,1000,9\n2024-01-03,9.39,9.42,9.21,9.21,1000,null\n`,
    3,
  ],
];

test.each(bad)('a bad row: %s', (reason, text, line) => {
  const path = file('000001.SZ.csv', text);
  let error: unknown;
  try {
    loadBars(path);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(BadRowError);
  expect(error).toMatchObject({ file: path, line, reason, exitCode: 2 });
  expect((error as Error).message).not.toContain('\n');
  const skipping = loadBars(path, { onBadRow: 'skip' });
  expect(skipping.skipped).toEqual({ [reason]: 1 });
  expect(skipping.series.get('000001.SZ')!.day[0]).toBe(dayOf('2024-01-02'));
});

test('float noise of a source is no bad row; a finer tick takes adjusted prices', () => {
  expect(bars('000001.SZ.csv', `${HEAD}2024-01-02,47.800000000000004,47.85,47.75,47.8,1000\n`)[0]![1]).toBe(4780);
  const [row] = bars('000001.SZ.csv', `${HEAD}2024-01-02,9.1234,9.2,9.1,9.1,1000\n`, { tickSize: 0.0001 });
  expect(row![1]).toBe(91_234);
  const { units } = load('000001.SZ.csv', `${HEAD}2024-01-02,9.1234,9.2,9.1,9.1,1000\n`, { tickSize: 0.0001 }).instruments[0]!;
  expect(units).toMatchObject({ tickSize: 0.0001, minorPerUnitTick: { numerator: 1, denominator: 100 } });
});

test.each([
  ['nothing there', () => loadBars(join(root, 'nowhere')), /expected a file or folder at .*nowhere, got nothing there/],
  ['an empty file', () => load('AAPL.csv', ''), /expected columns for date, open.*got an empty file/],
  ['no columns of bars', () => load('AAPL.csv', 'a,b,c\n1,2,3\n'), /expected columns .* got "a,b,c"/],
  ['no volume', () => load('AAPL.csv', 'date,open,high,low,close\n2024-01-02,1,1,1,1\n'), /expected a volume column/],
  ['no symbol', () => load('prices.csv', `${HEAD}${GOOD}`), /expected a symbol column, or a file named after its symbol, got prices.csv/],
  ['only a header', () => load('AAPL.csv', HEAD), /expected bars of AAPL in AAPL.csv, got none/],
  ['bytes that are no text', () => load('AAPL.csv', Uint8Array.of(100, 0xff, 0xfe, 0xff, 10)), /expected text in UTF-8 or GBK/],
  ['no Parquet', () => load('AAPL.parquet', 'PAR0'), /expected a Parquet file/],
  ['two markets', () => load('x.csv', `symbol,${HEAD}AAPL,${GOOD}000001.SZ,${GOOD}`), /expected bars of one market, got us and cn-a/],
])('refused in one line: %s', (_, act, message) => {
  expect(act).toThrow(InputError);
  expect(act).toThrow(message);
});

test('a folder: a file a symbol, actions.csv beside them, an index', () => {
  const folder = join(root, 'folder');
  mkdirSync(folder);
  writeFileSync(join(folder, '600000.SH.csv'), `${HEAD}2024-01-02,10,10,10,10,1000\n2024-01-03,8,8,8,8,1000\n`);
  writeFileSync(join(folder, '600036.SH.csv'), `${HEAD}${GOOD}`);
  writeFileSync(join(folder, '000001.SZ.csv'), `${HEAD}${GOOD}`);
  writeFileSync(join(folder, '000300.SH.csv'), 'date,open,high,low,close\n2024-01-02,3400.5,3401,3399,3400\n');
  writeFileSync(
    join(folder, 'actions.csv'),
    'symbol,ex_date,pay_date,known_at,cash_per_share,bonus_per_share,transfer_per_share\nSH600000,2024-01-03,2024-01-05,2023-12-29 18:30,0.5,,0.1\n600036.SH,,,,,,\n',
  );
  const data = loadBars(folder);
  expect(data.index).toBe('000300.SH');
  expect(Object.fromEntries(data.instruments.map((i) => [i.symbol, i.corporateActions]))).toEqual({
    '000001.SZ': 'unknown',
    '000300.SH': 'none',
    '600000.SH': 'declared',
    '600036.SH': 'none',
  });
  expect(data.actions.get('600000.SH')).toEqual([
    {
      symbol: '600000.SH',
      exDay: dayOf('2024-01-03'),
      payDay: dayOf('2024-01-05'),
      knownAt: Date.parse('2023-12-29T18:30:00+08:00'),
      cash: { numerator: 50, denominator: 1 },
      transfer: { numerator: 1, denominator: 10 },
      origin: 'declared',
    },
  ]);
  // reference (10 - 0.5) / 1.1, factor 10 / reference
  expect(data.series.get('600000.SH')!.factor[1]).toBeCloseTo(11 / 9.5, 14);
  writeFileSync(join(folder, 'actions.csv'), 'symbol,ex_date,cash_per_share\n600000.SH,2024-01-06,0.5\n');
  expect(() => loadBars(folder)).toThrow(/actions.csv line 2: expected an ex_date on a session of cn-a, got 2024-01-06/);
});

test('instruments.csv: what a symbol does not tell, and what orders depend on is part of the digest', () => {
  const header = 'symbol,name,listed_on,delisted_on,statuses,minimum_notional';
  const rows = `${HEAD}2024-01-02,9.39,9.42,9.21,9.21,115836600\n`;
  const beside = (row: string, name = '000001.SZ') => {
    const path = file(`${name}.csv`, rows);
    const folder = join(path, '..');
    writeFileSync(join(folder, 'instruments.csv'), `${header}\n${row}\n`);
    return loadBars(folder);
  };
  const data = beside('000001.SZ,Ping An,1991-04-03,,ST 2020-05-06..2021-06-01; *ST 2023-05-05..,');
  expect(data.instruments[0]).toMatchObject({
    name: 'Ping An',
    listedOn: dayOf('1991-04-03'),
    statuses: [
      { status: 'ST', from: dayOf('2020-05-06'), to: dayOf('2021-06-01') },
      { status: 'ST', from: dayOf('2023-05-05') },
    ],
  });
  expect(beside('BTC/USDT,,,,,1.1', 'BTC_USDT').instruments[0]).toMatchObject({ minimumNotionalMinor: 110 });
  const digest = (row: string) => beside(row).digests['000001.SZ'];
  const plain = digest('000001.SZ,,,,,');
  expect(digest('000001.SZ,Another name,,,,')).toBe(plain);
  const others = ['1991-04-03,,,', ',2024-06-28,,', ',,ST 2023-05-05..,'].map((cells) => digest(`000001.SZ,,${cells}`));
  expect(new Set([plain, ...others]).size).toBe(4);
  for (const statuses of ['ST', 'ST 2020-05-06', 'ST 2021-06-01..2020-05-06', 'XX 2020-05-06..', 'ST 2020-13-06..'])
    expect(() => beside(`000001.SZ,,,,${statuses},`)).toThrow(/line 2: expected statuses such as/);
  expect(() => beside('AAPL,,,,ST 2020-05-06..,', 'AAPL')).toThrow(/expected no statuses outside China/);
});

test('actions of one ex-day are per share held before it, in any order; ex-days of one suspension follow each other', () => {
  const header = 'symbol,ex_date,pay_date,cash_per_share,bonus_per_share,transfer_per_share';
  const beside = (...rows: string[]) => {
    const bars = '2024-01-02,12,12,12,12,1000\n2024-01-08,3,3,3,3,1000\n';
    const folder = join(file('000001.SZ.csv', HEAD + bars), '..');
    writeFileSync(join(folder, 'actions.csv'), `${[header, ...rows.map((row) => `000001.SZ,${row}`)].join('\n')}\n`);
    return loadBars(folder);
  };
  const one = beside('2024-01-04,,0.5,0.1,0.9');
  expect(one.actions.get('000001.SZ')).toHaveLength(1);
  expect(beside('2024-01-04,,,,0.9', '2024-01-04,,0.5,,', '2024-01-04,,,0.1,').digests).toEqual(one.digests);
  // Cash that is paid later is an action of its own, before the new shares.
  const apart = beside('2024-01-04,,,0.1,0.9', '2024-01-04,2024-01-10,0.5,,').actions.get('000001.SZ')!;
  expect(apart.map(({ cash, bonus, transfer, payDay }) => [cash, bonus, transfer, dateOf(payDay)])).toEqual([
    [{ numerator: 50, denominator: 1 }, undefined, undefined, '2024-01-10'],
    [undefined, { numerator: 1, denominator: 10 }, { numerator: 9, denominator: 10 }, '2024-01-04'],
  ]);
  // Two shares for one, then 0.50 on each of the two: 12.00 / 2 - 0.50 = 5.50.
  const { factor } = beside('2024-01-04,,,,1', '2024-01-05,,0.5,,').series.get('000001.SZ')!;
  expect(factor[1]).toBeCloseTo(12 / 5.5, 12);
  // The other way round: (12.00 - 0.50) / 2 = 5.75.
  expect(beside('2024-01-04,,0.5,,', '2024-01-05,,,,1').series.get('000001.SZ')!.factor[1]).toBeCloseTo(12 / 5.75, 12);
});
