import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dayOf, isoOf } from '../../lib/core/index.js';
import {
  BadRowError,
  embeddedData,
  FeedError,
  importInto,
  labMarket,
  labPreset,
  loadBars,
  loadSource,
  loadStore,
  writeData,
} from '../../lib/feeds/index.js';
import { intradayOf } from '../../lib/feeds/lab/intraday.js';
import { checkStore } from '../../lib/feeds/store/check-store.js';
import { openDuckdb, sqlText } from '../../lib/feeds/store/duckdb.js';
import { calendarOf } from '../../lib/market/index.js';

const scratch = () => mkdtempSync(join(tmpdir(), 'hindcast-test-'));

/** A file of rows `time` that open at 10 and move a cent. */
function file(name: string, times: readonly string[], header = 'time', cells: (time: string) => string = (time) => time): string {
  const path = join(scratch(), name);
  const rows = times.map((time, i) => `${cells(time)},10.0${i % 9},10.10,10.00,10.0${(i + 1) % 9},1000`);
  writeFileSync(path, [`${header},open,high,low,close,volume`, ...rows, ''].join('\n'));
  return path;
}

const every = (minutes: number, ...spans: [string, string][]): string[] =>
  spans.flatMap(([from, to]) => {
    const of = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
    const text = (at: number) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
    return Array.from({ length: (of(to) - of(from)) / minutes + 1 }, (_, i) => text(of(from) + i * minutes));
  });
const on = (day: string, clocks: readonly string[]) => clocks.map((clock) => `${day} ${clock}`);
const ends = (data: ReturnType<typeof loadBars>) => Array.from([...data.series.values()][0]!.knownAt, (at) => isoOf(at).slice(5, 16));

const CN_END = every(30, ['10:00', '11:30'], ['13:30', '15:00']);
const CN_START = every(30, ['09:30', '11:00'], ['13:00', '14:30']);
const CN_KNOWN = ['01-02T02:00', '01-02T02:30', '01-02T03:00', '01-02T03:30', '01-02T05:30', '01-02T06:00', '01-02T06:30', '01-02T07:00'];

test('starts and ends are told from each other by the times that only one of them can have', () => {
  for (const [clocks, stamp] of [
    [CN_END, 'end'],
    [CN_START, 'start'],
  ] as const) {
    const data = loadBars(file('600000.SH.csv', on('2024-01-02', clocks)));
    expect(data.intervalMs).toBe(30 * 60_000);
    expect(ends(data)).toEqual(CN_KNOWN);
    expect([...data.series.get('600000.SH')!.day]).toEqual(Array(8).fill(dayOf('2024-01-02')));
    expect(data.mappings[0]!.remarks).toContain(`30-minute bars, each stamped with its ${stamp}`);
  }
  // Nothing in these times says which they are: the usual way of the market, or what the caller says.
  const bare = file('600000.SH.csv', on('2024-01-02', ['10:00', '10:30', '14:00']));
  expect(ends(loadBars(bare))).toEqual(['01-02T02:00', '01-02T02:30', '01-02T06:00']);
  expect(ends(loadBars(bare, { barStamp: 'start' }))).toEqual(['01-02T02:30', '01-02T03:00', '01-02T06:30']);
});

test('times as exporters write them: apart from the date, compact, with a zone, as an epoch, newest first', () => {
  const apart = file('600000.SH.csv', CN_END, '日期,时间', (clock) => `2024/01/02,${clock.replace(':', '')}`);
  const compact = file('600000.SH.csv', CN_END, 'time', (clock) => `20240102${clock.replace(':', '')}00000`);
  const zoned = file('600000.SH.csv', CN_END, 'datetime', (clock) => `2024-01-02T${clock}:00+08:00`);
  const epoch = file('600000.SH.csv', CN_END, 'timestamp', (clock) => String(Date.parse(`2024-01-02T${clock}:00+08:00`)));
  const backwards = file('600000.SH.csv', on('2024-01-02', [...CN_END].reverse()));
  for (const path of [apart, compact, zoned, epoch, backwards]) expect(ends(loadBars(path))).toEqual(CN_KNOWN);
});

test('the opening auction of a vendor that stamps ends is a bar of its own; lunch is none', () => {
  const auction = file('600000.SH.csv', on('2024-01-02', ['09:30', ...every(1, ['09:31', '11:30'], ['13:01', '15:00'])]));
  const data = loadBars(auction);
  expect(data.series.get('600000.SH')!.length).toBe(241);
  expect(ends(data)[0]).toBe('01-02T01:30');
  const lunch = file('600000.SH.csv', on('2024-01-02', [...every(5, ['09:35', '11:30']), '12:00', ...every(5, ['13:05', '15:00'])]));
  expect(() => loadBars(lunch)).toThrow(BadRowError);
  expect(() => loadBars(lunch)).toThrow(/line 26: outside-session: 2024-01-02 12:00/);
  expect(loadBars(lunch, { onBadRow: 'skip' }).skipped).toEqual({ 'outside-session': 1 });
});

test('New York: summer time, a half day whose afternoon is no session, hours of which the last is half of one', () => {
  const days = ['2024-03-08', '2024-03-11', '2024-11-29'];
  const rows = days.flatMap((day) => on(day, every(60, ['09:30', day === '2024-11-29' ? '12:30' : '15:30'])));
  const data = loadBars(file('AAPL.csv', rows), {});
  const at = ends(data);
  expect(at.slice(0, 7)).toEqual(['03-08T15:30', '03-08T16:30', '03-08T17:30', '03-08T18:30', '03-08T19:30', '03-08T20:30', '03-08T21:00']);
  expect(at.slice(7, 9)).toEqual(['03-11T14:30', '03-11T15:30']);
  expect(at.slice(-4)).toEqual(['11-29T15:30', '11-29T16:30', '11-29T17:30', '11-29T18:00']);
  expect(() => loadBars(file('AAPL.csv', on('2024-11-29', every(60, ['09:30', '13:30']))))).toThrow(/outside-session: 2024-11-29 13:30/);
});

test('coins: days are those of UTC, the last bar of a day is known a millisecond before its end, under either stamp', () => {
  const starts = on('2024-01-06', every(240, ['00:00', '20:00']));
  const start = loadBars(file('BTC_USDT.csv', starts));
  const end = loadBars(file('BTC_USDT.csv', [...on('2024-01-06', every(240, ['04:00', '20:00'])), '2024-01-07 00:00']), {
    barStamp: 'end',
  });
  for (const data of [start, end]) {
    expect([...data.series.get('BTC/USDT')!.day]).toEqual(Array(6).fill(dayOf('2024-01-06')));
    expect(data.series.get('BTC/USDT')!.knownAt[5]).toBe(Date.parse('2024-01-06T23:59:59.999Z'));
  }
  expect([...start.series.get('BTC/USDT')!.knownAt]).toEqual([...end.series.get('BTC/USDT')!.knownAt]);
});

test('bars of two lengths, a length that is no whole minute, a bar off the steps: refused', () => {
  const folder = scratch();
  writeFileSync(join(folder, 'x.csv'), 'symbol,time,open,high,low,close,volume\n');
  const rows = [
    ...on('2024-01-02', CN_END).map((time) => `600000.SH,${time},10,10,10,10,100`),
    ...on('2024-01-02', every(60, ['10:30', '11:30'], ['14:00', '15:00'])).map((time) => `000001.SZ,${time},10,10,10,10,100`),
  ];
  writeFileSync(join(folder, 'x.csv'), ['symbol,time,open,high,low,close,volume', ...rows, ''].join('\n'));
  expect(() => loadBars(folder)).toThrow(/expected bars of one length, got 30-minute of 600000.SH and 60-minute of 000001.SZ/);
  expect(() => loadBars(file('600000.SH.csv', ['2024-01-02 09:30:03', '2024-01-02 09:30:06', '2024-01-02 09:30:09']))).toThrow(FeedError);
  expect(() => loadBars(file('600000.SH.csv', on('2024-01-02', ['10:00', '10:30', '11:00', '11:07'])))).toThrow(/outside-session.*11:07/);
});

test('Parquet: wall-clock stamps without a zone, and instants, come to the same bars as text', async () => {
  const folder = scratch();
  const database = await openDuckdb();
  try {
    const text = file('600000.SH.csv', on('2024-01-02', CN_END));
    const bars = `SELECT time::TIMESTAMP AS time, open, high, low, close, volume FROM read_csv(${sqlText(text)})`;
    await database.connection.run("SET TimeZone = 'Asia/Shanghai'");
    const write = async (name: string, query: string) => {
      const path = join(folder, name, '600000.SH.parquet');
      (await import('node:fs')).mkdirSync(join(folder, name));
      await database.connection.run(`COPY (${query}) TO ${sqlText(path)} (FORMAT parquet)`);
      return loadBars(path);
    };
    const local = await write('local', bars);
    const zoned = await write('zoned', `SELECT * REPLACE (time::TIMESTAMPTZ AS time) FROM (${bars})`);
    for (const data of [local, zoned]) {
      expect(ends(data)).toEqual(CN_KNOWN);
      expect(data.digests).toEqual(loadBars(text).digests);
    }
  } finally {
    database.close();
  }
});

test('written out and read back, imported small or streamed, minutes stay what they are', async () => {
  const shipped = embeddedData('cn-5m');
  const [written, small, streamed] = [scratch(), scratch(), scratch()];
  writeData(shipped, written);
  const path = join(process.cwd(), 'data/bars/cn-5m/600036.SH.csv');
  await importInto({ folder: small, path, retrievedAt: 0 });
  await importInto({ folder: streamed, path, retrievedAt: 0, streamFrom: 1 });
  const bars = shipped.series.get('600036.SH')!;
  for (const data of [loadBars(written), loadStore(small), loadStore(streamed), loadSource('embedded:cn-5m')]) {
    expect(data.intervalMs).toBe(300_000);
    expect(data.series.get('600036.SH')).toEqual(bars);
  }
  for (const folder of [small, streamed]) expect(checkStore(folder)[0]!.findings).toEqual([]);
});

test('the check names sessions that lack bars inside', async () => {
  const folder = scratch();
  const times = [
    ...on('2024-01-02', CN_END),
    ...on(
      '2024-01-03',
      CN_END.filter((clock) => clock !== '11:00' && clock !== '15:00'),
    ),
  ];
  await importInto({ folder, path: file('600000.SH.csv', times), retrievedAt: 0 });
  expect(checkStore(folder)[0]!.findings).toEqual([
    { kind: 'gap', day: dayOf('2024-01-03'), detail: '2 of 8 bars lacking, the first that ends at 11:00' },
  ]);
});

test('the five-minute bars that ship add up to the daily ones', () => {
  const short = embeddedData('cn-5m').series.get('600036.SH')!;
  const daily = embeddedData('cn', { symbols: ['600036.SH'] }).series.get('600036.SH')!;
  let row = 0;
  for (let at = 0; at < daily.length; at++) {
    const day = daily.day[at]!;
    if (day < short.day[0]! || day > short.day[short.length - 1]!) continue;
    const first = row;
    let volume = 0;
    while (row < short.length && short.day[row] === day) volume += short.volume[row++]!;
    expect(row - first).toBe(48);
    expect([short.open[first], short.close[row - 1], short.knownAt[row - 1]]).toEqual([daily.open[at], daily.close[at], daily.knownAt[at]]);
    expect(daily.volume[at]! - volume).toBeGreaterThanOrEqual(0);
    expect(daily.volume[at]! - volume).toBeLessThan(100);
  }
  expect(row).toBe(short.length);
});

test('a lab market in minutes adds up to its daily bars, and only by name', () => {
  const { data: daily } = labMarket({ ...labPreset('small'), sessions: 60 }, 3);
  const short = intradayOf(daily, 15, 3);
  expect(short.intervalMs).toBe(900_000);
  for (const [symbol, bars] of daily.series) {
    const parts = short.series.get(symbol)!;
    expect(parts.length).toBe(bars.length * 16);
    for (let i = 0; i < bars.length; i += 7) {
      const cut = (column: Float64Array) => [...column.subarray(i * 16, i * 16 + 16)];
      expect(cut(parts.open)[0]).toBe(bars.open[i]);
      expect(cut(parts.close)[15]).toBe(bars.close[i]);
      expect(Math.max(...cut(parts.high))).toBe(bars.high[i]);
      expect(Math.min(...cut(parts.low))).toBe(bars.low[i]);
      expect(cut(parts.volume).reduce((a, b) => a + b, 0)).toBe(bars.volume[i]);
      expect(cut(parts.knownAt)[15]).toBe(bars.knownAt[i]);
    }
  }
  expect(() => loadSource('lab:small-7m')).toThrow(/expected bars of 1, 2, 3/);
});

test('what the note of cn-5m says of its bars is what they show', () => {
  const data = embeddedData('cn-5m');
  const bars = data.series.get('600036.SH')!;
  const sessions = new Set(bars.day);
  const calendar = calendarOf('cn-a');
  const [first, last] = [bars.day[0]!, bars.day[bars.length - 1]!];
  expect(calendar.indexAtOrAfter(last) - calendar.indexAtOrAfter(first) + 1).toBe(sessions.size);
  for (const day of sessions) expect(bars.day.filter((other) => other === day).length).toBe(48);
  let lowest = 0;
  for (let i = 1; i < bars.length; i++)
    if (bars.day[i] !== bars.day[i - 1]) lowest = Math.min(lowest, bars.open[i]! / bars.close[i - 1]! - 1);
  const percent = (Math.ceil(-lowest * 10_000) / 100).toFixed(2);
  expect(data.notes.join(' ')).toContain(`48 in each of ${sessions.size} sessions.`);
  expect(data.notes.join(' ')).toContain(`no session opens more than ${percent} % below the close before it`);
});

test('pairs of coins by the name of their file, and in a column, daily and of half hours', () => {
  const name = (path: string) => loadBars(path).instruments[0]!.symbol;
  for (const written of ['BTC-USDT.csv', 'BTC_USDT.csv', 'BTC%2FUSDT.csv'])
    expect(name(file(written, on('2024-01-06', every(30, ['00:00', '23:30']))))).toBe('BTC/USDT');
  expect(name(file('coins.csv', ['2024-01-06', '2024-01-07'], 'symbol,date', (day) => `ETH-BTC,${day}`))).toBe('ETH/BTC');
  // A class of shares stays one.
  expect(name(file('BRK-B.csv', ['2024-01-04', '2024-01-05'], 'date'))).toBe('BRK-B');
  expect(() => name(file('BTC-ABC.csv', ['2024-01-04', '2024-01-05'], 'date'))).toThrow(
    /AAPL\.csv, BRK\.B\.csv, BTC-USDT\.csv\) or name the symbol/,
  );
});
